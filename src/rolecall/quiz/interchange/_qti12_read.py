"""Read questions of QTI 1.2, the version that Canvas and many other platforms export.

https://www.imsglobal.org/question/qtiv1p2/imsqti_asi_infov1p2.html defines an item.
https://github.com/instructure/canvas-lms/tree/master/lib/cc/qti shows what Canvas writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from textwrap import dedent

from lxml import etree

from rolecall.quiz.interchange._drafts import (
    TODO,
    Drafts,
    Fields,
    blank_of,
    decimal,
    number_of,
    read_closing,
)
from rolecall.quiz.interchange._html import auto_format, report_pictures, to_markdown
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.interchange._qti_elements import drop

_UNKNOWN = {
    "essay_question": "an essay",
    "file_upload_question": "a file to upload",
    "text_only_question": "a text without an answer",
    "calculated_question": "a calculation with changing numbers",
}
_FENCED = re.compile(r"```(json|bash|python|text)?\n(.*?)\n```", re.S)
_GAP = "_____"
_TAGS = ("difficulty", "skill", "hint")
"""Fields of Rolecall that its own export keeps in the metadata of an item."""


def add_items(root: etree._Element, drafts: Drafts, losses: Losses) -> None:
    """Add the items of a document, in any depth of its sections."""
    for number, item in enumerate(root.iterfind(".//{*}item"), start=1):
        name = item.get("title") or f"question {number}"
        # Canvas gives every question the title "Question" unless its author writes one.
        name = f"question {number}" if name == "Question" else name
        line = item.sourceline
        with losses.guard(name, line if isinstance(line, int) else None):
            report_pictures(name, [etree.tostring(item, encoding="unicode")], losses)
            drafts.add(name, _fields(item, name, losses))


@dataclass(frozen=True, slots=True)
class _Condition:
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


def _fields(item: etree._Element, name: str, losses: Losses) -> Fields:
    metadata = {
        (field.findtext("{*}fieldlabel") or "").strip(): (field.findtext("{*}fieldentry") or "").strip()
        for field in item.iterfind(".//{*}qtimetadatafield")
    }
    kind = metadata.get("question_type", "")
    if kind in _UNKNOWN:
        raise Refused(f"there is no kind of question like {_UNKNOWN[kind]}")
    presentation = item.find("{*}presentation")
    if presentation is None:
        raise Refused("it has no presentation")
    if metadata.get("points_possible") not in (None, "", "1", "1.0"):
        losses.add(name, f"its {metadata['points_possible']} points")
    conditions = list(_conditions(item))
    feedback = {one.get("ident", ""): _text(one) for one in item.iterfind("{*}itemfeedback")}
    closing = feedback.pop("general_fb", "")
    for ident in ("correct_fb", "general_incorrect_fb"):
        if remark := feedback.pop(ident, ""):
            losses.add(name, f"the feedback on every answer ({ident}): {remark}")
    choices = list(presentation.iterfind(".//{*}response_lid"))
    texts = list(presentation.iter("{*}response_str", "{*}response_num"))
    prompt = _prompt(presentation, with_inner=len(choices) + len(texts) == 1)
    tags = {field: metadata[f"rolecall_{field}"] for field in _TAGS if f"rolecall_{field}" in metadata}
    fields: Fields = {"prompt": prompt, **tags, **read_closing(closing), **_help(item)}
    for rubric in (*item.iterfind("{*}rubric"), *item.iterfind("{*}itemrubric")):
        losses.add(name, f"the rubric: {_text(rubric)}")
    if kind in ("fill_in_multiple_blanks_question", "multiple_dropdowns_question"):
        return fields | _blanks(prompt, choices, conditions, losses, name, kind)
    if kind == "matching_question" or (len(choices) > 1 and not texts):
        return fields | _match(choices, conditions)
    if len(choices) == 1 and not texts:
        return fields | _choice(choices[0], conditions, feedback, name, losses)
    if len(texts) == 1 and not choices:
        if kind == "numerical_question" or _is_number(texts[0]):
            return fields | _number(conditions, feedback, name, losses)
        short = _short(conditions, feedback, name, losses)
        return fields | short | (_code_of(prompt, _GAP, "[[answer]]") if _GAP in prompt else {})
    if texts and not choices and not any(map(_is_number, texts)):
        return fields | _gaps(presentation, texts, conditions)
    raise Refused("there is no kind of question like it")


def _is_number(response: etree._Element) -> bool:
    kinds = [one.get("fibtype", "String") for one in response.iter("{*}render_fib")]
    return etree.QName(response).localname == "response_num" or any(one != "String" for one in kinds)


def _help(item: etree._Element) -> Fields:
    """Return the hint and the solution of an item."""
    found = {"hint": item.find("{*}hint"), "solution": item.find("{*}solution")}
    texts = {field: _text(element) for field, element in found.items() if element is not None}
    return {field: [text] if field == "solution" else text for field, text in texts.items() if text}


def _conditions(item: etree._Element) -> Iterator[_Condition]:
    for one in item.iterfind("{*}resprocessing/{*}respcondition"):
        points = [
            float(decimal(each.text or "0", "QTI")) * (-1 if each.get("action") == "Subtract" else 1)
            for each in one.iterfind("{*}setvar")
        ]
        shown = tuple(each.get("linkrefid", "") for each in one.iterfind("{*}displayfeedback"))
        condition = one.find("{*}conditionvar")
        if condition is not None:
            adds = any(each.get("action") == "Add" for each in one.iterfind("{*}setvar"))
            yield _Condition(condition, max(points, default=0.0), adds, shown)


def _text(element: etree._Element) -> str:
    """Return the texts of an element as Markdown. HTML is escaped in a mattext, or is its content."""
    return "\n\n".join(text for one in element.iter("{*}mattext") if (text := _text_of(one)))


def _text_of(mattext: etree._Element) -> str:
    inner = "".join(etree.tostring(each, encoding="unicode") for each in mattext)
    text = (mattext.text or "") + inner
    kind = "text/html" if inner else mattext.get("texttype", "")
    if kind == "text/html":
        return to_markdown(text)
    first, line_break, rest = text.strip().partition("\n")
    text = first + line_break + dedent(rest)
    return text if kind == "text/plain" else auto_format(text)


def _prompt(presentation: etree._Element, *, with_inner: bool) -> str:
    """Return the text around the answers, or with the text that an item's only response has."""
    outside = ("response_label",) if with_inner else ("response_", "render_")
    texts = [
        _text(one)
        for one in presentation.iter("{*}material")
        if not any(
            etree.QName(above).localname.startswith(outside)
            for above in one.iterancestors()
            if isinstance(above.tag, str)
        )
    ]
    return "\n\n".join(text for text in texts if text)


def _labels(response: etree._Element) -> dict[str, str]:
    # The labels of a slider are plain text; those of a hotspot are coordinates.
    slider = next(response.iter("{*}render_slider"), None) is not None
    return {
        one.get("ident", ""): _text(one) or (one.text or "").strip() * slider
        for one in response.iter("{*}response_label")
    }


def _remarks(conditions: list[_Condition], feedback: dict[str, str]) -> dict[str, str]:
    """Return the feedback on each answer, by its identifier or its text."""
    found: dict[str, str] = {}
    for condition in conditions:
        answers = [value for _, value in condition.equals()]
        shown = [feedback[one] for one in condition.feedback if feedback.get(one)]
        if len(answers) == 1 and shown:
            found.setdefault(answers[0], shown[0])
    return found


def _choice(
    response: etree._Element,
    conditions: list[_Condition],
    feedback: dict[str, str],
    name: str,
    losses: Losses,
) -> Fields:
    labels = _labels(response)
    most = max((one.points for one in conditions), default=0.0)
    scored = [one for one in conditions if one.points > 0]
    if most <= 0:
        raise Refused("it doesn't say which answer is right")
    several = response.get("rcardinality", "Single").lower() == "multiple"
    # Each right answer may have its own condition, or one condition may require all of them.
    right = {
        value for one in scored if (several and one.adds) or one.points == most for _, value in one.equals()
    }
    if several and any(next(one.element.iter("{*}or"), None) is not None for one in scored):
        raise Refused("one of several answers is enough, and no kind of question is like it")
    for one in scored:
        if one.points < most:
            for _, value in one.equals():
                losses.add(name, f"the {one.points:g} points for {labels.get(value, value)!r}, of {most:g}")
    remarks = _remarks(conditions, feedback)
    options = [
        {"text": text, "correct": ident in right, "why": remarks.get(ident, "")}
        for ident, text in labels.items()
    ]
    return {"kind": "multi" if several else "choice", "options": options}


def _match(responses: list[etree._Element], conditions: list[_Condition]) -> Fields:
    right = {ident: value for one in conditions if one.points > 0 for ident, value in one.equals()}
    pairs, used = [], set()
    labels: dict[str, str] = {}
    for response in responses:
        labels |= _labels(response)
        value = right.get(response.get("ident", ""))
        material = response.find("{*}material")
        if value is None or value not in labels or material is None:
            raise Refused("a part of it has no right answer")
        pairs.append({"left": _text(material), "right": labels[value]})
        used.add(labels[value])
    return {"kind": "match", "pairs": pairs, "extras": [one for one in labels.values() if one not in used]}


def _blanks(
    prompt: str,
    responses: list[etree._Element],
    conditions: list[_Condition],
    losses: Losses,
    name: str,
    kind: str,
) -> Fields:
    scored: dict[str, list[str]] = {}
    for one in conditions:
        for ident, value in one.equals():
            if one.points > 0:
                scored.setdefault(ident, []).append(value)
    text, blanks, tokens = prompt, {}, []
    for number, response in enumerate(responses, start=1):
        ident = response.get("ident", "")
        labels = _labels(response)
        # Every answer of a blank to type is right; of a list to choose from, those that score.
        accept = [labels[one] for one in scored.get(ident, []) if one in labels]
        accept = list(labels.values()) if kind == "fill_in_multiple_blanks_question" else accept
        if not accept:
            raise Refused("a blank of it has no right answer")
        tokens += [one for one in labels.values() if one not in accept]
        blanks[f"b{number}"] = {"accept": accept, "why": TODO, "match_case": False}
        text = text.replace(f"[{ident.removeprefix('response_')}]", f"[[b{number}]]", 1)
    if missing := [one for one in blanks if f"[[{one}]]" not in text]:
        raise Refused(f"its text doesn't show the place of blank {missing[0][1:]}")
    if tokens:
        losses.add(name, "which answers belong to which list; all of them are offered for every blank")
    return {"kind": "blanks", "blanks": blanks, "tokens": tokens, **_code_of(text, "[[b1]]", "[[b1]]")}


def _gaps(
    presentation: etree._Element, responses: list[etree._Element], conditions: list[_Condition]
) -> Fields:
    """Read texts that are typed between the parts of a text."""
    blanks: Fields = {}
    for number, response in enumerate(responses, start=1):
        ident = response.get("ident", "")
        scored = [one for one in conditions if one.points > 0]
        accept = [value for one in scored for respident, value in one.equals() if respident == ident]
        if not accept:
            raise Refused(f"blank {number} has no right answer")
        equals = [each for one in scored for each in one.element.iter("{*}varequal")]
        case = any(one.get("case", "").lower() == "yes" for one in equals if one.get("respident") == ident)
        blanks[f"b{number}"] = {"accept": list(dict.fromkeys(accept)), "why": TODO, "match_case": case}
    text, number = "", 0
    for one in presentation.iter("{*}mattext", "{*}matbreak", "{*}response_str"):
        match etree.QName(one).localname:
            case "matbreak":
                text += "\n"
            case "response_str":
                number += 1
                text += f"[[b{number}]]"
            case _:
                # The space at the ends of a text is the space around a blank.
                inner = one.text or ""
                before, after = (" " if inner[at:][:1].isspace() else "" for at in (0, -1))
                text += before + _text_of(one) + after
    return {"kind": "blanks", "prompt": "Complete the text.", "text": text.strip(), "blanks": blanks}


def _code_of(prompt: str, gap: str, blank: str) -> Fields:
    """Split a prompt from the block of code that has the gaps; a prompt without one is the text itself."""
    found = _FENCED.search(prompt)
    if found and gap in found[2]:
        text = found[2].replace(gap, blank, 1)
        return {"prompt": prompt[: found.start()].strip(), "language": found[1] or "text", "text": text}
    return {"prompt": "Complete the text.", "text": prompt.replace(gap, blank, 1)}


def _number(conditions: list[_Condition], feedback: dict[str, str], name: str, losses: Losses) -> Fields:
    remarks = _remarks(conditions, feedback)
    right = []
    for condition in conditions:
        if condition.points <= 0:
            continue
        for exact_value, low, high in _ranges(condition.element, name, losses):
            middle = decimal(exact_value, "QTI") if exact_value else (low + high) / 2
            tolerance = max(high - middle, middle - low)
            right.append((middle, tolerance, 100.0, remarks.get(exact_value, "")))
    # A number without points and with a remark is a wrong answer that has feedback.
    values = dict.fromkeys(value for one in conditions if one.points <= 0 for _, value in one.equals())
    numbers = {decimal(value, "QTI"): remarks[value] for value in values if value in remarks}
    wrong = [
        (number, Fraction(0), 0.0, remark)
        for number, remark in numbers.items()
        if all(abs(number - middle) > tolerance for middle, tolerance, _, _ in right)
    ]
    return number_of([*right, *wrong], name, losses)


def _ranges(
    condition: etree._Element, name: str, losses: Losses
) -> Iterator[tuple[str, Fraction, Fraction]]:
    """Yield the value, if there is one, and the ends of each range. Canvas writes both for a value."""
    for one in list(condition.iter("{*}not")):
        drop(one)
    ands = list(condition.iter("{*}and")) or [condition]
    values = [(one.text or "").strip() for one in condition.iter("{*}varequal")]
    for place, one in enumerate(ands):
        if one.find(".//{*}vargt") is not None or one.find(".//{*}varlt") is not None:
            losses.add(name, "that an end of the range is wrong; both ends are right here")
        low = one.findtext(".//{*}vargte") or one.findtext(".//{*}vargt")
        high = one.findtext(".//{*}varlte") or one.findtext(".//{*}varlt")
        value = values[place] if place < len(values) else ""
        ends = [decimal(end, "QTI") for end in (low, high) if end]
        if len(ends) == 2:
            yield value, ends[0], ends[1]
        elif value:
            yield value, decimal(value, "QTI"), decimal(value, "QTI")
        else:
            raise Refused("a range of it has one end only")


def _short(conditions: list[_Condition], feedback: dict[str, str], name: str, losses: Losses) -> Fields:
    remarks = _remarks(conditions, feedback)
    most = max((one.points for one in conditions), default=0.0)
    seen: dict[str, float] = {}
    for one in conditions:
        for _, value in one.equals():
            share = 100 * one.points / most if most else 0.0
            seen[value] = max(share, seen.get(value, 0.0))
    answers = [(value, share, remarks.get(value, "")) for value, share in seen.items()]
    equals = [each for one in conditions for each in one.element.iter("{*}varequal")]
    match_case = any(one.get("case", "").lower() == "yes" for one in equals)
    blank = blank_of(answers, name, losses, match_case=match_case)
    return {"kind": "blanks", "text": "[[answer]]", "blanks": {"answer": blank}}
