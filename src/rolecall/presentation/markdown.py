"""Markdown to HTML, with code colored by classes that the style sheet maps to JupyterLab's colors.

A course is data, and runs nothing in the browser: of HTML, only a few tags without attributes are kept, and
the rest is shown as text. Formulas are kept as LaTeX, which JupyterLab typesets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
_TAG = re.compile(r"<(/?)(sub|sup|kbd|mark|small|strong|em|b|i|u|s)>", re.I)
_LINE_BREAK = re.compile(r"<br ?/?>", re.I)
_FORMULAS = (
    (re.compile(r"\$\$(.+?)\$\$", re.S), "block"),
    (re.compile(r"\\\[(.+?)\\\]", re.S), "block"),
    (re.compile(r"\\\((.+?)\\\)", re.S), "inline"),
    # Prices and variables such as $HOME:$PATH and ${aws:username} are no formulas.
    (re.compile(r"\$(?![\s$])((?:\\.|[^\\$\n])+?)(?<!\s)\$(?![\w{])"), "inline"),
)


def _highlighted(code: str, language: str, attributes: str) -> str:
    try:
        lexer = get_lexer_by_name(language or "text")
    except ClassNotFound:
        return escape(code)
    return str(highlight(code, lexer, _FORMATTER))


def _read_formula(state: StateInline, silent: bool) -> bool:
    """Read a formula, in which asterisks and underscores mean nothing to Markdown."""
    if state.src[state.pos] not in "$\\":
        return False
    for pattern, kind in _FORMULAS:
        found = pattern.match(state.src, state.pos, state.posMax)
        if found is not None:
            if not silent:
                token = state.push("formula", "", 0)
                token.content, token.info = found[1], kind
            state.pos = found.end()
            return True
    return False


def _keep_safe_tags(state: StateCore) -> None:
    """Turn HTML into text, except the tags that are allowed and closed in the same paragraph."""
    for block in state.tokens:
        opened: list[tuple[str, Token]] = []
        for token in block.children or ():
            if token.type != "html_inline":
                continue
            tag = _TAG.fullmatch(token.content)
            if tag is None:
                token.type = "hardbreak" if _LINE_BREAK.fullmatch(token.content) else "text"
            elif not tag[1]:
                opened.append((tag[2].lower(), token))
            elif opened and opened[-1][0] == tag[2].lower():
                opened.pop()
            else:
                token.type = "text"
        for _, token in opened:
            token.type = "text"


class _Renderer(RendererHTML):
    """Renders formulas, and pictures without a request to another host."""

    def formula(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        token = tokens[index]
        opening, closing = ("\\[", "\\]") if token.info == "block" else ("\\(", "\\)")
        return (
            f'<span class="rc-math rc-math-{token.info}">{opening}{escape(token.content)}{closing}</span>'
        )

    def image(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        token = tokens[index]
        target = str(token.attrs.get("src", ""))
        alternative = self.renderInlineAsText(token.children, options, env)
        if target.startswith("data:image/"):
            return f'<img src="{escape(target)}" alt="{escape(alternative)}">'
        link = f'<a href="{escape(target)}" target="_blank" rel="noopener noreferrer">'
        return f"{link}Picture: {escape(alternative or target)}</a>"


def _reader() -> MarkdownIt:
    options: Mapping[str, Any] = {"html": True, "highlight": _highlighted}
    reader = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    # A paragraph that begins with a tag is a paragraph like any other.
    reader.enable("table").disable("html_block")
    reader.inline.ruler.before("escape", "formula", _read_formula)
    reader.core.ruler.push("safe_tags", _keep_safe_tags)
    return reader


_READER = _reader()


# Variants of a question, and the questions of papers, share most of their texts.
@lru_cache(maxsize=1024)
def to_html(text: str) -> str:
    """Render a block of Markdown."""
    return str(_READER.render(text))


@lru_cache(maxsize=2048)
def to_inline_html(text: str) -> str:
    """Render a line of Markdown, without a paragraph around it."""
    return str(_READER.renderInline(text))
