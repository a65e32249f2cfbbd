"""Formulas in MathML become LaTeX, or are reported."""

import pytest

from rolecall.quiz.interchange._html import to_markdown
from rolecall.quiz.interchange._losses import Refused
from rolecall.quiz.interchange._mathml import to_latex


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        ("<math><mfrac><mi>x</mi><mi>y</mi></mfrac></math>", r"\frac{x}{y}"),
        ("<math><msup><mn>2</mn><mn>10</mn></msup></math>", "2^{10}"),
        ("<math><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></math>", "x_{i}^{2}"),
        ("<math><msup><msub><mi>x</mi><mi>i</mi></msub><mn>2</mn></msup></math>", "{x_{i}}^{2}"),
        ("<math><msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt></math>", r"\sqrt{a+b}"),
        ("<math><mroot><mi>a</mi><mn>3</mn></mroot></math>", r"\sqrt[3]{a}"),
        ("<math><mi>a</mi><mo>&#x2264;</mo><mn>50</mn><mo>%</mo></math>", r"a\le 50\%"),
        ("<math><mi>log</mi><mo>&#x2061;</mo><mi>rate</mi></math>", r"\log \mathrm{rate}"),
        ('<math><mfenced open="["><mi>a</mi><mi>b</mi></mfenced></math>', "[a,b)"),
        ('<m:math xmlns:m="urn:m"><m:mtext>for all</m:mtext></m:math>', r"\text{for all}"),
        (
            '<math><semantics><mi>x</mi><annotation encoding="application/x-tex">\\hat x</annotation>'
            "</semantics></math>",
            r"\hat x",
        ),
    ],
)
def test_a_formula_becomes_latex(formula, latex):
    assert to_latex(formula) == latex


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("<math><mtable><mtr><mtd><mi>x</mi></mtd></mtr></mtable></math>", "a formula has <mt"),
        ("<math><mi>x</math>", "a formula isn't well-formed"),
    ],
)
def test_a_formula_that_latex_does_not_have_is_refused(formula, why):
    with pytest.raises(Refused, match=why):
        to_latex(formula)


def test_a_formula_stays_in_its_place_within_a_text():
    html = "<p>Is <math><msup><mn>10</mn><mn>2</mn></msup></math> <b>more</b> than *102*?</p>"

    assert to_markdown(html) == r"Is $10^{2}$ **more** than \*102\*?"
