"""Convert formulas in MathML to LaTeX, which Markdown in a notebook shows between dollar signs."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from rolecall.quiz.interchange._losses import Refused

FORMULA = re.compile(r"<(?P<prefix>\w+:)?math\b.*?</(?P=prefix)math\s*>|<math\b.*?</math\s*>", re.S | re.I)
"""A formula within HTML, whose elements may have a namespace prefix."""
_PREFIXES = re.compile(r"(</?)\w+:|\sxmlns(:\w+)?=(\"[^\"]*\"|'[^']*')")
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#\d+|#x[\da-f]+);)", re.I)
_CHARACTERS = {
    **{"×": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "÷": r"\div ", "±": r"\pm ", "−": "-"},
    **{"≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "≈": r"\approx ", "→": r"\to ", "∞": r"\infty "},
    **{"∈": r"\in ", "∉": r"\notin ", "∪": r"\cup ", "∩": r"\cap ", "⊂": r"\subset ", "∅": r"\emptyset "},
    **{
        "∧": r"\wedge ",
        "∨": r"\vee ",
        "¬": r"\neg ",
        "∀": r"\forall ",
        "∃": r"\exists ",
        "⇒": r"\Rightarrow ",
    },
    **{"∑": r"\sum ", "∏": r"\prod ", "∫": r"\int ", "∂": r"\partial ", "⇒": r"\Rightarrow "},
    **{"α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "δ": r"\delta ", "ε": r"\varepsilon "},
    **{"θ": r"\theta ", "λ": r"\lambda ", "μ": r"\mu ", "π": r"\pi ", "ρ": r"\rho ", "σ": r"\sigma "},
    **{"τ": r"\tau ", "φ": r"\varphi ", "ω": r"\omega ", "Δ": r"\Delta ", "Σ": r"\Sigma ", "Ω": r"\Omega "},
    **{"{": r"\{", "}": r"\}", "%": r"\%", "#": r"\#", "&": r"\&", "$": r"\$", "\\": r"\backslash "},
    # These say how a formula is read, and aren't shown.
    **{"\u2061": "", "\u2062": "", "\u2063": "", "\u2064": ""},
}
_FUNCTIONS = frozenset(
    ("arccos", "arcsin", "arctan", "cos", "det", "exp", "lim", "ln", "log", "max", "min")
)
_FUNCTIONS |= {"sin", "tan"}
_Parts = Callable[..., str]


def _script(base: str, below: str = "", above: str = "") -> str:
    # A base with a script needs braces, because LaTeX refuses two scripts in a row.
    base = f"{{{base}}}" if re.search(r"[_^]", base) else base
    return base + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")


_SCRIPTS: dict[str, tuple[int, _Parts]] = {
    "msup": (2, lambda base, above: _script(base, above=above)),
    "msub": (2, _script),
    "msubsup": (3, _script),
    "munder": (2, _script),
    "mover": (2, lambda base, above: _script(base, above=above)),
    "munderover": (3, _script),
    "mfrac": (2, r"\frac{{{}}}{{{}}}".format),
    "mroot": (2, lambda base, index: rf"\sqrt[{index}]{{{base}}}"),
}
"""Elements with a fixed number of parts, and how their parts are written."""
_ROWS = frozenset(("math", "mrow", "mstyle", "semantics", "mpadded"))


def to_latex(formula: str) -> str:
    """Convert a formula.

    Parameters
    ----------
    formula
        One element ``math``, as HTML contains it.

    Returns
    -------
    str
        LaTeX without dollar signs.

    Raises
    ------
    Refused
        If it has an element whose meaning LaTeX doesn't have, or isn't well-formed.
    """
    try:
        root = etree.fromstring(_ENTITY.sub("&amp;", _PREFIXES.sub(r"\1", formula)))
    except etree.XMLSyntaxError as error:
        raise Refused(f"a formula isn't well-formed: {error.msg}") from None
    for note in root.iter("annotation"):
        if note.get("encoding") in ("application/x-tex", "LaTeX", "TeX") and note.text:
            return note.text.strip()
    return re.sub(r" +", " ", _latex(root)).strip()


def _latex(element: etree._Element) -> str:
    name = etree.QName(element).localname
    children = [one for one in element if isinstance(one.tag, str) and "annotation" not in one.tag]
    if name in _SCRIPTS and len(children) == _SCRIPTS[name][0]:
        return _SCRIPTS[name][1](*map(_latex, children))
    inside = "".join(map(_latex, children))
    text = "".join(map(str, element.itertext())).strip() if not children else ""
    if name in _ROWS:
        return inside
    if name == "msqrt":
        return rf"\sqrt{{{inside}}}"
    if name == "mfenced":
        opening, closing = element.get("open", "("), element.get("close", ")")
        separator = element.get("separators", ",").strip()[:1]
        return _symbols(opening) + separator.join(map(_latex, children)) + _symbols(closing)
    if name in ("mi", "mn", "mo"):
        return rf"\{text} " if text in _FUNCTIONS else _letters(text, name)
    if name in ("mtext", "ms"):
        return rf"\text{{{text}}}"
    if name == "mspace":
        return " "
    raise Refused(f"a formula has <{name}>")


def _letters(text: str, name: str) -> str:
    # LaTeX would set a name of several letters as a product of them.
    return rf"\mathrm{{{text}}}" if name == "mi" and text.isalpha() and len(text) > 1 else _symbols(text)


def _symbols(text: str) -> str:
    return "".join(_CHARACTERS.get(one, one) for one in text)
