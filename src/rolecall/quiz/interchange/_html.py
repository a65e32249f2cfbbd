"""Convert Markdown to HTML and back, parse XML that can't be trusted, and write XML into archives."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from html import unescape
from html.entities import html5

from bs4 import Tag
from lxml import etree
from markdown_it import MarkdownIt
from markdownify import MarkdownConverter

from rolecall.quiz.interchange._losses import Losses, Refused, Unreadable
from rolecall.quiz.interchange._mathml import FORMULA, to_latex

_READER = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|@@PLUGINFILE@@|<(?:\w+:)?(?:img|matimage)\b")
_EMBEDDED = re.compile(r"<(?:\w+:)?(object|audio|video|iframe|svg|embed)\b", re.I)
_BLOCKS = re.compile(r"\n\s*\n|^(?:```|~~~)[^\n]*\n|\n *(?:```|~~~|[-*+] |\d+[.)] |\|)")
_ELEMENT = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|code|pre|sub|sup|ul|ol|li|span|div|img|a|table|h[1-6]|blockquote|(?:\w+:)?math)\b"
    r"[^<>]*>",
    re.I,
)


def to_html(text: str) -> str:
    """Convert blocks of Markdown to XHTML."""
    return str(_READER.render(text)).strip()


def to_inline_html(text: str) -> str:
    """Convert a line of Markdown to XHTML."""
    return str(_READER.renderInline(text))


def to_part_html(text: str) -> str:
    """Convert an option or a part of a pair to XHTML: a line, or blocks such as code of several lines."""
    return to_html(text) if _BLOCKS.search(text) else to_inline_html(text)


def auto_format(text: str) -> str:
    """Convert a text that may or may not be HTML: ``List<int>`` is not, ``10<sup>2</sup>`` is."""
    # A text such as <b> that shows nothing is about HTML, and not HTML.
    return (_ELEMENT.search(text) and to_markdown(text)) or text.strip()


def to_markdown(html: str) -> str:
    """Convert HTML to Markdown, and its formulas to LaTeX between dollar signs."""
    formulas: list[str] = []

    def take_out(found: re.Match[str]) -> str:
        try:
            formulas.append(f"${to_latex(found[0])}$")
        except Refused:
            return found[0]
        # A character that HTML and Markdown can't contain keeps the place of a formula.
        return f"\ufdd0{len(formulas) - 1}\ufdd0"

    def keep(found: re.Match[str]) -> str:
        formulas.append(unescape(found[0]))
        return f"\ufdd0{len(formulas) - 1}\ufdd0"

    text = _Converter(
        heading_style="ATX",
        bullets="-",
        escape_misc=False,
        # Underscores within a word, such as in role_arn, have no meaning in Markdown.
        escape_underscores=False,
        code_language_callback=_language,
    ).convert(_TEX.sub(keep, FORMULA.sub(take_out, html)))
    text = re.sub(r"\ufdd0(\d+)\ufdd0", lambda found: formulas[int(found[1])], text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


# Emphasis by underscores needs a character that isn't one of a word on both sides.
_EMPHASIS = re.compile(r"(?<![\w])(_{1,3})(?=[^\s_])([^\n]*?[^\s_])\1(?!\w)")
# A formula of LaTeX, whose asterisks mean nothing in Markdown.
_TEX = re.compile(
    r"\\\((?:(?!\\\)|<|\n\s*\n).)*\\\)|\\\[(?:(?!\\\]|<|\n\s*\n).)*\\\]|\$\$(?:(?!\$\$|<|\n\s*\n).)+\$\$",
    re.S,
)
_RAISED = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


class _Converter(MarkdownConverter):
    """Keep superscripts and subscripts, which Markdown doesn't have: 10² isn't 102."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Escape what Markdown would take for emphasis: __init__ isn't bold."""
        escaped = str(super().escape(text, parent_tags))  # type: ignore[misc]
        return _EMPHASIS.sub(
            lambda found: found[1].replace("_", r"\_") + found[2] + found[1].replace("_", r"\_"), escaped
        )

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a superscript."""
        return _script(text, _RAISED, "^")

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a subscript."""
        return _script(text, _LOWERED, "_")


def _script(text: str, characters: dict[int, int], mark: str) -> str:
    text = text.strip()
    if all(ord(one) in characters for one in text):
        return text.translate(characters)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _language(pre: Tag) -> str:
    """Return the language of a code block if its class names one."""
    code = pre.find("code")
    names = code.get_attribute_list("class") if isinstance(code, Tag) else []
    return next((str(one)[9:] for one in names if one and str(one).startswith("language-")), "")


def report_pictures(name: str, texts: Iterable[str], losses: Losses) -> None:
    """List what a question's texts embed and Markdown doesn't have: pictures, and some formulas."""
    texts = list(texts)
    if any(_PICTURE.search(text) for text in texts):
        losses.add(name, "a picture or a file that its text shows")
    tags = {found[1].lower() for text in texts for found in _EMBEDDED.finditer(text)}
    losses.each(name, (f"the content of <{tag}> in its text" for tag in sorted(tags)))
    for formula in (found[0] for text in texts for found in FORMULA.finditer(text)):
        try:
            losses.add(name, f"the form of a formula, which becomes LaTeX: ${to_latex(formula)}$")
        except Refused as error:
            losses.add(name, f"the content of <math> in its text: {error}")


def replace(element: etree._Element, text: str) -> None:
    """Replace an element by a text."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    text += element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(element)


def parse_xml(content: bytes) -> etree._Element:
    """Parse an XML file without reading other files; its own entities stay as they are written, ``&name;``.

    Raises
    ------
    Unreadable
        If it isn't XML; the message names the line.
    """
    root = _parse_xml(content)
    for entity in list(root.iter(etree.Entity)):
        # The text shows which entity was there; what it stands for could be any file.
        replace(entity, entity.text or "")
    return root


def _parse_xml(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        repaired = _repaired(content)
        try:
            # One entity of HTML or one control character shouldn't cost the whole file.
            return etree.fromstring(repaired, parser)
        except etree.XMLSyntaxError:
            hint = "; save it as UTF-8" if "encod" in (error.msg or "") else ""
            raise Unreadable(f"line {error.lineno}: it is not XML: {error.msg}{hint}") from None


_CDATA_OR_FLAW = re.compile(rb"(?s)(<!\[CDATA\[.*?\]\]>)|&([A-Za-z]\w*);|[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _repaired(content: bytes) -> bytes:
    """Replace HTML's entities, which XML doesn't have, and leave out control characters."""

    def replace(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", found[1])
        if not found[2]:
            return b""
        name = found[2].decode()
        if name in ("lt", "gt", "amp", "quot", "apos") or f"{name};" not in html5:
            return found[0]
        return "".join(f"&#{ord(one)};" for one in html5[f"{name};"]).encode()

    return content if b"<!ENTITY" in content else _CDATA_OR_FLAW.sub(replace, content)


def serialized(root: etree._Element) -> bytes:
    """Write an XML document."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def archive_entry(name: str) -> zipfile.ZipInfo:
    """Create an entry of an archive that doesn't depend on the time."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
