"""Read the elements of a QTI 1.2 item: its texts, its labels, and the conditions of its scoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

from lxml import etree

from rolecall.quiz.interchange._drafts import decimal
from rolecall.quiz.interchange._html import auto_format, to_markdown


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an item's scoring, the points that it sets or adds, and the feedback that it shows."""

    element: etree._Element
    points: float
    adds: bool
    feedback: tuple[str, ...]

    def equals(self) -> Iterator[tuple[str, str]]:
        """Yield the response and the value of each answer that the condition requires."""
        for one in self.element.iter("{*}varequal"):
            parent = one.getparent()
            if parent is None or etree.QName(parent).localname != "not":
                yield one.get("respident", ""), (one.text or "").strip()


def conditions_of(item: etree._Element) -> Iterator[Condition]:
    """Yield the conditions of an item's scoring."""
    for one in item.iterfind("{*}resprocessing/{*}respcondition"):
        points = [
            float(decimal(each.text or "0", "QTI")) * (-1 if each.get("action") == "Subtract" else 1)
            for each in one.iterfind("{*}setvar")
        ]
        shown = tuple(each.get("linkrefid", "") for each in one.iterfind("{*}displayfeedback"))
        condition = one.find("{*}conditionvar")
        if condition is not None:
            adds = any(each.get("action") == "Add" for each in one.iterfind("{*}setvar"))
            yield Condition(condition, max(points, default=0.0), adds, shown)


def text_in(element: etree._Element) -> str:
    """Return the texts of an element as Markdown. HTML is escaped in a mattext, or is its content."""
    return "\n\n".join(text for one in element.iter("{*}mattext") if (text := text_of(one)))


def text_of(mattext: etree._Element) -> str:
    """Return the text of a mattext as Markdown."""
    inner = "".join(etree.tostring(each, encoding="unicode") for each in mattext)
    text = (mattext.text or "") + inner
    kind = "text/html" if inner else mattext.get("texttype", "")
    if kind == "text/html":
        return to_markdown(text)
    first, line_break, rest = text.strip().partition("\n")
    text = first + line_break + dedent(rest)
    return text if kind == "text/plain" else auto_format(text)


def labels_of(response: etree._Element) -> dict[str, str]:
    """Return the text of each answer to choose, by its identifier."""
    # The labels of a slider are plain text; those of a hotspot are coordinates.
    slider = next(response.iter("{*}render_slider"), None) is not None
    return {
        one.get("ident", ""): text_in(one) or (one.text or "").strip() * slider
        for one in response.iter("{*}response_label")
    }
