"""What becomes of a text of a bank: Markdown, formulas, and a few tags; never anything that runs."""

import re
from html.parser import HTMLParser

import pytest

from rolecall.presentation.markdown import to_html, to_inline_html

SAFE = {"p", "sub", "sup", "kbd", "mark", "small", "strong", "em", "b", "i", "u", "s", "br", "span", "a"}
SAFE |= {"img", "code", "pre", "ul", "ol", "li", "h1", "h2", "h3", "hr", "blockquote"}
SAFE |= {"table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("tag", ["sub", "sup", "kbd", "mark", "b"])
def test_a_few_tags_are_kept(tag):
    assert to_inline_html(f"10<{tag}>2</{tag}>") == f"10<{tag}>2</{tag}>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("1 <sup>2", "1 &lt;sup&gt;2"),
        ("1 </sup> 2", "1 &lt;/sup&gt; 2"),
        ("<b>1<u></b>2</u>", "&lt;b&gt;1<u>&lt;/b&gt;2</u>"),
        ("<role-name>", "&lt;role-name&gt;"),
        ("<sup class=x>1</sup>", "&lt;sup class=x&gt;1&lt;/sup&gt;"),
        ("<!-- x -->", "&lt;!-- x --&gt;"),
    ],
)
def test_other_html_and_tags_that_are_not_closed_are_text(text, html):
    assert to_inline_html(text) == html
    assert to_html(text) == f"<p>{html}</p>\n"


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("at most $2^{10} * n_{a}*b_{c}$ roles", "\\(2^{10} * n_{a}*b_{c}\\)"),
        (r"\(a_1 < b_1\)", "\\(a_1 &lt; b_1\\)"),
        ("$$\\frac{a}{b}$$", "\\[\\frac{a}{b}\\]"),
    ],
)
def test_a_formula_is_kept_as_latex(text, formula):
    html = to_inline_html(text)

    assert formula in html
    assert "<em>" not in html


@pytest.mark.parametrize(
    "text",
    ["It costs $0.05 or $0.10.", "$HOME:$PATH", "${aws:username}/${aws:userid}", "5$ and 6 $", "`$a$`"],
)
def test_prices_and_variables_are_no_formulas(text):
    assert "rc-math" not in to_html(text)


def test_a_picture_of_another_host_is_a_link_and_an_embedded_one_has_its_alternative():
    assert "<img" not in to_html("![A diagram](https://example.com/x.png)")
    assert "Picture: A diagram" in to_html("![A diagram](https://example.com/x.png)")
    assert 'alt="A &lt;b&gt; &quot;dot&quot;"' in to_html('![A <b> "dot"](data:image/png;base64,AAAA)')


class _Hostile(HTMLParser):
    """Collects what a browser might run."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag not in SAFE:
            self.found.append(tag)
        for name, value in attrs:
            scheme = re.sub(r"[\x00-\x20]", "", value or "").lower().partition(":")[0]
            if name.startswith("on") or name in ("style", "srcdoc") or scheme in ("javascript", "vbscript"):
                self.found.append((name, value))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<sup onclick=alert(1)>x</sup>",
        "<svg/onload=alert(1)>",
        "<sup><iframe srcdoc='<script>alert(1)</script>'></sup>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#115;cript:alert(1))",
        "![x](javascript:alert(1))",
        '![" onerror="alert(1)](data:image/png;base64,AA)',
        '![x](data:image/png;base64,AA"onerror="alert(1))',
        "![x](data:image/svg+xml,<svg onload=alert(1)>)",
        "<javascript:alert(1)>",
        "$</span><script>alert(1)</script>$",
        '\\("><img src=x onerror=alert(1)>\\)',
        "$$</span><img src=x onerror=alert(1)>$$",
        "```\n</code></pre><script>alert(1)</script>\n```",
        '```"><img/src=x/onerror=alert(1)>\nx\n```',
        "`</code><script>alert(1)</script>`",
        "<b\n onmouseover=alert(1)>x</b>",
        "<<sup>script>alert(1)</sup>",
        "<style>*{background:url(//evil)}</style>",
        "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](data:text/html,<script>alert(1)</script>)",
        "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
        "<sup><b></sup><script>alert(1)</script></b>",
    ],
)
def test_nothing_of_a_hostile_text_runs(text):
    for html in (to_html(text), to_inline_html(text)):
        seen = _Hostile()
        seen.feed(html)

        assert seen.found == []
