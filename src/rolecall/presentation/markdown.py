"""Markdown to HTML, with code colored by classes that the style sheet maps to JupyterLab's colors."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def _highlighted(code: str, language: str, attributes: str) -> str:
    try:
        lexer = get_lexer_by_name(language or "text")
    except ClassNotFound:
        return escape(code)
    return str(highlight(code, lexer, _FORMATTER))


# HTML in a bank is shown as text: a course is data, and runs nothing in the browser.
_READER = MarkdownIt("commonmark", {"html": False, "highlight": _highlighted}).enable("table")


# The variants of a question are of the same texts in another order.
@lru_cache(maxsize=4096)
def to_html(text: str) -> str:
    """Render a block of Markdown."""
    return str(_READER.render(text))


@lru_cache(maxsize=4096)
def to_inline_html(text: str) -> str:
    """Render a line of Markdown, without a paragraph around it."""
    return str(_READER.renderInline(text))
