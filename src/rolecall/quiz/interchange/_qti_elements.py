"""Read and change the elements of a QTI item."""

from __future__ import annotations

import re
from html import escape

from lxml import etree

from rolecall.quiz.interchange._html import replace, to_markdown

__all__ = ["drop", "html", "markdown", "replace", "said", "tag"]
_BLOCKS = ("pre", "ul", "ol", "table")
_SPACE = re.compile(r"\s*\n[ \t]+|[ \t]{2,}")
"""Indentation of the file. A line break alone is one of Markdown's, which our own export keeps."""


def tag(element: etree._Element) -> str:
    """Return the name of an element without its namespace; empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def drop(element: etree._Element) -> None:
    """Remove an element from its parent, and keep the text after it."""
    replace(element, "")


def html(element: etree._Element) -> str:
    """Return the content of an element as HTML, without namespaces and indentation."""
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    for one in copy.iter():
        if isinstance(one.tag, str):
            one.tag = etree.QName(one).localname
    etree.cleanup_namespaces(copy)
    _collapse(copy)
    inner = "".join(etree.tostring(one, encoding="unicode") for one in copy)
    return escape(copy.text or "", quote=False) + inner


def _collapse(element: etree._Element) -> None:
    """Replace indentation by one space, as a browser does outside of preformatted text."""
    if element.tag == "pre":
        return
    element.text = element.text and _SPACE.sub(" ", element.text)
    for one in element:
        _collapse(one)
        one.tail = one.tail and _SPACE.sub(" ", one.tail)


def markdown(element: etree._Element) -> str:
    """Return the content of an element as Markdown."""
    return to_markdown(html(element))


def said(element: etree._Element) -> str:
    """Return the content of an element as one line of Markdown, unless it has blocks such as code."""
    text = markdown(element)
    return text if any(tag(one) in _BLOCKS for one in element.iter()) else " ".join(text.split())
