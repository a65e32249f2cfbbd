"""Read numbers exactly, as people type them, and write them without rounding.

Values are fractions, so that 0.1 + 0.3 is 0.4 and a third is a third.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, localcontext
from fractions import Fraction

LONGEST = 64
"""The most characters that a number may have."""
_MOST_DIGITS = 400
"""The largest exponent, either way; beyond it a short text would become a very large number."""
_PLACES = 17
"""The digits of a number that has no last digit, such as 2/3."""

_MINUS = str.maketrans(
    "\N{MINUS SIGN}\N{EN DASH}\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL HYPHEN-MINUS}"
    "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FRACTION SLASH}",
    "------/",
)
_SPACES = str.maketrans(
    dict.fromkeys(
        "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}\N{HAIR SPACE}"
        "\N{PUNCTUATION SPACE}\N{SIX-PER-EM SPACE}\N{FOUR-PER-EM SPACE}",
        " ",
    )
    # Text that is copied from a page or a chat has such characters, which nobody sees.
    | dict.fromkeys(
        "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{WORD JOINER}"
        "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}"
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        "",
    )
)
_APOSTROPHE = str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}", "'")
_OTHER_SEPARATORS = str.maketrans(
    "\N{FULLWIDTH FULL STOP}\N{FULLWIDTH COMMA}\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC THOUSANDS SEPARATOR}",
    ".,.,",
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")

# One class of characters, once: no text makes this backtrack. `_digits` judges what it found.
_BEGINNING = re.compile(r"([-+]?) *([0-9.,_' ]*)", re.ASCII)
_EXPONENT = re.compile(r"[eE]([-+]?[0-9]{1,6})", re.ASCII)
_TIMES_TEN = re.compile(r"[x×*·⋅] *10(?=\^|\*\*|[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻])", re.I)
_POWER = re.compile(r"(?:\^|\*\*) *([-+]?[0-9]{1,6})|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,6})")
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_GROUPS = re.compile(r"[1-9][0-9]{0,2}([,_' ])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_GROUPS_OF_POINTS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}")
_GROUPS_AND_COMMA = re.compile(r"[1-9][0-9]{0,2}([._' ])[0-9]{3}(?:\1[0-9]{3})*,[0-9]+")
_DECIMAL_COMMA = re.compile(r"[0-9]*,[0-9]+")


def read_number(text: str) -> tuple[Fraction, str]:
    """Read the number at the beginning of a text.

    A number has a decimal point or a decimal comma, an exponent, groups of three digits, or a fraction such
    as 2/3. An exponent is written as in 1e9, 10^9, 10⁹, 1.5×10^9, or 2**30. Groups are separated by a
    comma, a space, an underscore, or an apostrophe, and several groups by points too. One comma before
    exactly three digits separates a group, as in 3,600. The minus signs that editors type are understood,
    and so are the digits of every script.

    Returns
    -------
    tuple of Fraction and str
        The number, and the rest of the text without space around it.

    Raises
    ------
    ValueError
        If the text doesn't begin with a number, or if its separators leave open which number it is.
    """
    plain = text
    for table in (_MINUS, _SPACES, _APOSTROPHE, _OTHER_SEPARATORS):
        plain = plain.translate(table)
    value, rest = _decimal(_with_ascii_digits(plain).strip(), text)
    if rest.startswith("/") and rest[1:].lstrip()[:1].isdigit():
        divisor, rest = _decimal(rest[1:].lstrip(), text)
        if divisor == 0:
            raise ValueError(f"{_short(text)} divides by zero")
        value /= divisor
    return value, rest


def exact(value: float | str) -> Fraction:
    """Return a number of a bank: the decimal that is written, not the binary fraction near it.

    Raises
    ------
    ValueError
        If a text isn't a number.
    """
    if not isinstance(value, str):
        return Fraction(Decimal(repr(value)))
    number, rest = read_number(value)
    if rest:
        raise ValueError(f"{_short(value)} isn't a number")
    return number


def exact_factor(value: float) -> Fraction:
    """Return the factor of a unit, the simplest fraction that rounds to the number: 0.016666… is 1/60."""
    simple = Fraction(value).limit_denominator(1_000_000)
    return simple if float(simple) == value else exact(value)


def written(value: float | str | Fraction) -> str:
    """Write a number with all its digits: 5368709120, 0.00001, 4; a text stays as it is."""
    if isinstance(value, str):
        return value
    return decimal_text(value if isinstance(value, Fraction) else exact(value))


def decimal_text(value: Fraction) -> str:
    """Write a number as a decimal; a number that has no last digit is rounded to 17 digits."""
    with localcontext() as context:
        context.prec = 2 * _MOST_DIGITS + LONGEST
        decimal = Decimal(value.numerator) / value.denominator
        if not is_decimal(value):
            context.prec = _PLACES
            decimal = +decimal
        decimal = decimal.normalize()
    return f"{decimal:f}" if -_PLACES <= decimal.adjusted() <= LONGEST // 2 else str(decimal)


def is_decimal(value: Fraction) -> bool:
    """Return whether a number has a last digit."""
    divisor = value.denominator
    for prime in (2, 5):
        while divisor % prime == 0:
            divisor //= prime
    return divisor == 1


def stored(value: Fraction) -> int | float | str:
    """Return a number in the shortest form that a bank can have without changing it."""
    if value.denominator == 1:
        return value.numerator
    near = float(value)
    if exact(near) == value:
        return near
    return decimal_text(value) if is_decimal(value) else f"{value.numerator}/{value.denominator}"


def _decimal(text: str, whole: str) -> tuple[Fraction, str]:
    found = _BEGINNING.match(text)
    body = found[2].strip() if found else ""
    if found is None or not any(one.isdigit() for one in body):
        raise ValueError(f"{_short(whole)} isn't a number")
    if len(body) > LONGEST:
        raise ValueError(f"{_short(whole)} isn't a number of at most {LONGEST} characters")
    digits, rest = _digits(body, whole), text[found.end() :].strip()
    if exponent := _EXPONENT.match(rest):
        rest = rest[exponent.end() :].strip()
        if abs(int(exponent[1])) > _MOST_DIGITS:
            raise ValueError(
                f"{_short(whole)} isn't a number that can be compared; its exponent is too large"
            )
        digits += exponent[0]
    value = Fraction(Decimal(digits))
    if times := _TIMES_TEN.match(rest):
        factor, rest = _power(Fraction(10), rest[times.end() :], whole)
        value *= factor
    else:
        value, rest = _power(value, rest, whole)
    return -value if found[1] == "-" else value, rest


def _power(base: Fraction, rest: str, whole: str) -> tuple[Fraction, str]:
    """Raise a number to the power that follows it, if one does."""
    found = _POWER.match(rest)
    if found is None:
        return base, rest
    exponent = int(found[1] or found[2].translate(_RAISED))
    if abs(exponent) > _MOST_DIGITS or (base.denominator != 1 and abs(exponent) > LONGEST):
        raise ValueError(f"{_short(whole)} isn't a number that can be compared; its exponent is too large")
    if base == 0 and exponent < 0:
        raise ValueError(f"{_short(whole)} divides by zero")
    return base**exponent, rest[found.end() :].strip()


def _with_ascii_digits(text: str) -> str:
    """Replace the digits of other scripts, and full-width digits; a superscript isn't such a digit."""
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def _digits(body: str, whole: str) -> str:
    """Return digits with a decimal point and without separators."""
    if _PLAIN.fullmatch(body):
        return body
    if found := _GROUPS.fullmatch(body):
        return body.replace(found[1], "")
    if _GROUPS_OF_POINTS.fullmatch(body):
        return body.replace(".", "")
    if found := _GROUPS_AND_COMMA.fullmatch(body):
        return body.replace(found[1], "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(body):
        return body.replace(",", ".")
    raise ValueError(
        f"{_short(whole)} isn't a number that can be read in one way only; "
        "type it without separators, such as 3600.5"
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
