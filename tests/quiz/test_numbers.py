"""Numbers are read exactly, as people type them, or rejected with the reason."""

from fractions import Fraction

import pytest

from rolecall.quiz._numbers import exact, exact_factor, read_number, stored, written

TYPED = [
    ("3600", 3600),
    ("3,600", 3600),
    ("3 600", 3600),
    ("3_600", 3600),
    ("3'600", 3600),
    ("3\N{RIGHT SINGLE QUOTATION MARK}600", 3600),
    ("3\N{THIN SPACE}600", 3600),
    ("3\N{NARROW NO-BREAK SPACE}600\N{NO-BREAK SPACE}", 3600),
    ("5,368,709,120", 5368709120),
    ("1.234.567", 1234567),
    ("1.234,5", Fraction("1234.5")),
    ("1,234.5", Fraction("1234.5")),
    ("0,5", Fraction("0.5")),
    ("0,500", Fraction("0.5")),
    (",5", Fraction("0.5")),
    (".5", Fraction("0.5")),
    ("16.", 16),
    ("+16", 16),
    ("\N{MINUS SIGN}5", -5),
    ("- 5", -5),
    ("2/3", Fraction(2, 3)),
    ("-1 / 4", Fraction(-1, 4)),
    ("1e9", 10**9),
    ("1.5E-3", Fraction("0.0015")),
    ("0.1234567890123456789", Fraction("0.1234567890123456789")),
    ("10^6", 10**6),
    ("10**6", 10**6),
    ("10\N{SUPERSCRIPT SIX}", 10**6),
    ("2^30", 2**30),
    ("-2^2", -4),
    ("10\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT THREE}", Fraction("0.001")),
    ("5.36870912 x 10^9", 5368709120),
    ("5.36870912\N{MULTIPLICATION SIGN}10\N{SUPERSCRIPT NINE}", 5368709120),
    ("3\N{MIDDLE DOT}10**-3", Fraction("0.003")),
    ("\N{FULLWIDTH DIGIT THREE}\N{FULLWIDTH FULL STOP}\N{FULLWIDTH DIGIT FIVE}", Fraction("3.5")),
    (
        "\N{ARABIC-INDIC DIGIT THREE}\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC-INDIC DIGIT FIVE}",
        Fraction("3.5"),
    ),
    ("\u202b3600\u202c\u2028", 3600),
]


@pytest.mark.parametrize(("text", "value"), TYPED)
def test_a_number_is_read_as_people_type_it(text, value):
    assert read_number(text) == (value, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "isn't a number"),
        ("about 5", "isn't a number"),
        ("nan", "isn't a number"),
        ("inf", "isn't a number"),
        ("1 2", "can be read in one way only"),
        ("1,23,456", "can be read in one way only"),
        ("1.2.3", "can be read in one way only"),
        ("1 2/3", "can be read in one way only"),
        ("1/0", "divides by zero"),
        ("1e100000", "exponent is too large"),
        ("2^1000000", "exponent is too large"),
        ("0^-1", "divides by zero"),
        ("9" * 65, "at most 64 characters"),
    ],
)
def test_a_text_that_is_not_one_number_is_rejected_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        read_number(text)


@pytest.mark.parametrize("text", ["5 GiB", "50%", "5 m\N{SUPERSCRIPT TWO}", "0x10", "2^0.5", "1½", "3 x 4"])
def test_what_follows_a_number_is_returned(text):
    _, rest = read_number(text)

    assert rest != ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5368709120, "5368709120"),
        (5368709120.0, "5368709120"),
        (0.1, "0.1"),
        (0.00001, "0.00001"),
        (100, "100"),
        ("0.50", "0.50"),
        (Fraction(2, 3), "0.66666666666666667"),
        (Fraction("0.12345678901234567891"), "0.12345678901234567891"),
        (0, "0"),
        (-2.5, "-2.5"),
    ],
)
def test_a_number_is_written_with_all_its_digits(value, text):
    assert written(value) == text


@pytest.mark.parametrize(
    "value", [Fraction(2, 3), Fraction("0.12345678901234567891"), Fraction(7), Fraction("0.1")]
)
def test_a_stored_number_is_the_same_number(value):
    assert exact(stored(value)) == value


def test_the_factor_of_a_unit_is_the_fraction_that_was_meant():
    assert exact_factor(1 / 60) == Fraction(1, 60)
    assert exact_factor(0.3048) == Fraction("0.3048")
    assert exact_factor(1e-9) == Fraction("1e-9")
