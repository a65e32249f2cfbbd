"""Markdown to HTML and back, and XML that is read without trust."""

from __future__ import annotations

import re

from bs4 import Tag
from lxml import etree
from markdown_it import MarkdownIt
from markdownify import markdownify

from rolecall.quiz.interchange._losses import Losses, Unreadable

_READER = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|@@PLUGINFILE@@")


def to_html(text: str) -> str:
    """A block of Markdown, as XHTML."""
    return str(_READER.render(text)).strip()


def to_inline_html(text: str) -> str:
    """A line of Markdown, as XHTML."""
    return str(_READER.renderInline(text))


def to_markdown(html: str) -> str:
    """HTML, as Markdown."""
    text = markdownify(
        html,
        heading_style="ATX",
        bullets="-",
        escape_misc=False,
        # Within a word they mean nothing, and names such as role_arn are full of them.
        escape_underscores=False,
        code_language_callback=_language,
    )
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def _language(pre: Tag) -> str:
    """A code block's language, where its class names one."""
    code = pre.find("code")
    names = code.get_attribute_list("class") if isinstance(code, Tag) else []
    return next((str(one)[9:] for one in names if one and str(one).startswith("language-")), "")


def tell_pictures(name: str, text: str, losses: Losses) -> None:
    """A file beside the text is not carried."""
    if _PICTURE.search(text):
        losses.add(name, "a picture or file that its text shows")


def parse_xml(content: bytes) -> etree._Element:
    """An XML file's root; nothing outside it is read, no entity replaced.

    Raises
    ------
    Unreadable
        With the line and column of what is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"line {error.lineno}: it is no XML: {error.msg}") from None
