"""Convert Markdown to HTML and back, and parse XML that is read from files that can't be trusted."""

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
    """Convert blocks of Markdown to XHTML."""
    return str(_READER.render(text)).strip()


def to_inline_html(text: str) -> str:
    """Convert a line of Markdown to XHTML."""
    return str(_READER.renderInline(text))


def to_markdown(html: str) -> str:
    """Convert HTML to Markdown."""
    text = markdownify(
        html,
        heading_style="ATX",
        bullets="-",
        escape_misc=False,
        # Underscores within a word, such as in role_arn, have no meaning in Markdown.
        escape_underscores=False,
        code_language_callback=_language,
    )
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def _language(pre: Tag) -> str:
    """Return the language of a code block if its class names one."""
    code = pre.find("code")
    names = code.get_attribute_list("class") if isinstance(code, Tag) else []
    return next((str(one)[9:] for one in names if one and str(one).startswith("language-")), "")


def report_pictures(name: str, text: str, losses: Losses) -> None:
    """List a picture or another file that a text refers to as a loss."""
    if _PICTURE.search(text):
        losses.add(name, "a picture or a file that its text shows")


def parse_xml(content: bytes) -> etree._Element:
    """Parse an XML file without reading other files or replacing entities.

    Raises
    ------
    Unreadable
        If it isn't XML; the message names the line.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"line {error.lineno}: it is not XML: {error.msg}") from None
