"""Marks texts as Markdown, so that a view can render them without knowing the kind of question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class BlockMarkdown(str):
    """Markdown with blocks: paragraphs, lists, and code blocks."""

    __slots__ = ()


class InlineMarkdown(str):
    """Markdown of one line, to put into a label or a list item."""

    __slots__ = ()


DisplayValue = str | bool | None | Sequence["DisplayValue"] | Mapping[str, "DisplayValue"]
Display = dict[str, DisplayValue]
"""What a card draws of a question: plain texts, texts marked as Markdown, lists, and objects of them."""


def code_block(text: str, language: str) -> BlockMarkdown:
    """Return a fenced code block; a fence inside the text doesn't end it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return BlockMarkdown(f"{fence}{language}\n{text}\n{fence}")


def numbered(texts: Sequence[str]) -> list[str]:
    """Return a Markdown list item for each text, numbered from 1."""
    return [_item(f"{number}. ", text) for number, text in enumerate(texts, start=1)]


def bulleted(texts: Sequence[str]) -> list[str]:
    """Return a Markdown list item for each text."""
    return [_item("- ", text) for text in texts]


def _item(mark: str, text: str) -> str:
    return mark + text.replace("\n", "\n" + " " * len(mark))


def without_code_marks(text: str) -> str:
    """Return a text without backticks, for places that can't show Markdown, such as an ``<option>``."""
    return text.replace("`", "")
