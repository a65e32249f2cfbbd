"""Read questions of QTI 1.2, the version that Canvas and many other platforms export.

https://www.imsglobal.org/question/qtiv1p2/imsqti_asi_infov1p2.html defines an item.
https://github.com/instructure/canvas-lms/tree/master/lib/cc/qti shows what Canvas writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

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
from rolecall.quiz.interchange._html import report_pictures
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.interchange._qti12_elements import Condition, conditions_of, labels_of, text_in, text_of
from rolecall.quiz.interchange._qti_elements import drop

_UNKNOWN = {
    "essay_question": "an essay",
    "file_upload_question": "a file to upload",
    "text_only_question": "a text without an answer",
    "calculated_question": "a calculation with changing numbers",
}
_FENCED = re.compile(r"```(json|bash|python|text)?\n(.*?)\n```", re.S)
_GAP = "_____"
_CHOSEN = ("dropdown", "wordbank")
"""How New Quizzes marks the answers of a blank that are shown to choose from; the others are typed."""
_LOOSE = {
    "TextContainsAnswer": "that an answer may contain other text too (TextContainsAnswer)",
    "TextCloseEnough": "that an answer may be similar (TextCloseEnough)",
}
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
    conditions = list(conditions_of(item))
    feedback = {one.get("ident", ""): text_in(one) for one in item.iterfind("{*}itemfeedback")}
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
        losses.add(name, f"the rubric: {text_in(rubric)}")
    if kind in ("fill_in_multiple_blanks_question", "multiple_dropdowns_question"):
        match_case = metadata.get("case_sensitive") == "true"
        return fields | _blanks(prompt, choices, conditions, losses, name, kind, match_case=match_case)
    if kind == "categorization_question":
        return fields | _categories(choices, conditions, name, losses)
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
    texts = {field: text_in(element) for field, element in found.items() if element is not None}
    return {field: [text] if field == "solution" else text for field, text in texts.items() if text}


def _prompt(presentation: etree._Element, *, with_inner: bool) -> str:
    """Return the text around the answers, or with the text that an item's only response has."""
    outside = ("response_label",) if with_inner else ("response_", "render_")
    texts = [
        text_in(one)
        for one in presentation.iter("{*}material")
        if not any(
            etree.QName(above).localname.startswith(outside)
            for above in one.iterancestors()
            if isinstance(above.tag, str)
        )
    ]
    return "\n\n".join(text for text in texts if text)


def _remarks(conditions: list[Condition], feedback: dict[str, str]) -> dict[str, str]:
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
    conditions: list[Condition],
    feedback: dict[str, str],
    name: str,
    losses: Losses,
) -> Fields:
    if response.get("rcardinality", "").lower() == "ordered":
        return _order(response, conditions)
    labels = labels_of(response)
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


def _match(responses: list[etree._Element], conditions: list[Condition]) -> Fields:
    right = {ident: value for one in conditions if one.points > 0 for ident, value in one.equals()}
    pairs, used = [], set()
    labels: dict[str, str] = {}
    for response in responses:
        labels |= labels_of(response)
        value = right.get(response.get("ident", ""))
        material = response.find("{*}material")
        if value is None or value not in labels or material is None:
            raise Refused("a part of it has no right answer")
        pairs.append({"left": text_in(material), "right": labels[value]})
        used.add(labels[value])
    return {"kind": "match", "pairs": pairs, "extras": [one for one in labels.values() if one not in used]}


def _order(response: etree._Element, conditions: list[Condition]) -> Fields:
    """Read items to put in order; the values of the best condition are in the right one."""
    labels = labels_of(response)
    best = max(conditions, key=lambda one: one.points, default=None)
    placed = [value for _, value in best.equals()] if best is not None and best.points > 0 else []
    if sorted(placed) != sorted(labels):
        raise Refused("its scoring doesn't say the place of each item")
    return {"kind": "order", "items": [{"text": labels[one]} for one in placed]}


def _categories(
    responses: list[etree._Element], conditions: list[Condition], name: str, losses: Losses
) -> Fields:
    """Read items to put into categories; each item becomes the left part of a pair."""
    titles = {
        one.get("ident", ""): text_in(material)
        for one in responses
        if (material := one.find("{*}material")) is not None
    }
    labels = {ident: text for one in responses for ident, text in labels_of(one).items()}
    scored = [pair for one in conditions if one.points > 0 for pair in one.equals()]
    pairs = [{"left": labels[value], "right": titles[ident]} for ident, value in scored]
    placed = {value for _, value in scored}
    unplaced = [text for ident, text in labels.items() if ident not in placed]
    losses.each(name, (f"the item {text!r}, which belongs to no category" for text in unplaced))
    used = {pair["right"] for pair in pairs}
    return {"kind": "match", "pairs": pairs, "extras": [one for one in titles.values() if one not in used]}


def _blanks(
    prompt: str,
    responses: list[etree._Element],
    conditions: list[Condition],
    losses: Losses,
    name: str,
    kind: str,
    *,
    match_case: bool,
) -> Fields:
    scored: dict[str, list[str]] = {}
    for one in conditions:
        for ident, value in one.equals():
            if one.points > 0:
                scored.setdefault(ident, []).append(value)
    text, blanks, tokens = prompt, {}, []
    for number, response in enumerate(responses, start=1):
        ident = response.get("ident", "")
        labels = labels_of(response)
        answers = list(response.iter("{*}response_label"))
        rules = {one.get("scoring_algorithm", "") for one in answers}
        if "TextRegex" in rules:
            raise Refused(f"blank {number} is compared with a pattern (TextRegex)")
        losses.each(name, (what for rule, what in _LOOSE.items() if rule in rules))
        # Every answer of a blank to type is right; of a list to choose from, those that score.
        chosen = any(one.get("answer_type") in _CHOSEN for one in answers)
        typed = kind == "fill_in_multiple_blanks_question" and not chosen
        right = [labels[one] for one in scored.get(ident, []) if one in labels]
        accept = list(labels.values()) if typed else right
        if not accept:
            raise Refused("a blank of it has no right answer")
        tokens += [one for one in labels.values() if one not in accept]
        blanks[f"b{number}"] = {"accept": accept, "why": TODO, "match_case": match_case}
        text = text.replace(f"[{ident.removeprefix('response_')}]", f"[[b{number}]]", 1)
    if missing := [one for one in blanks if f"[[{one}]]" not in text]:
        raise Refused(f"its text doesn't show the place of blank {missing[0][1:]}")
    if tokens:
        losses.add(name, "which answers belong to which list; all of them are offered for every blank")
    return {"kind": "blanks", "blanks": blanks, "tokens": tokens, **_code_of(text, "[[b1]]", "[[b1]]")}


def _gaps(
    presentation: etree._Element, responses: list[etree._Element], conditions: list[Condition]
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
                text += before + text_of(one) + after
    return {"kind": "blanks", "prompt": "Complete the text.", "text": text.strip(), "blanks": blanks}


def _code_of(prompt: str, gap: str, blank: str) -> Fields:
    """Split a prompt from the block of code that has the gaps; a prompt without one is the text itself."""
    found = _FENCED.search(prompt)
    if found and gap in found[2]:
        text = found[2].replace(gap, blank, 1)
        return {"prompt": prompt[: found.start()].strip(), "language": found[1] or "text", "text": text}
    return {"prompt": "Complete the text.", "text": prompt.replace(gap, blank, 1)}


def _number(conditions: list[Condition], feedback: dict[str, str], name: str, losses: Losses) -> Fields:
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


def _short(conditions: list[Condition], feedback: dict[str, str], name: str, losses: Losses) -> Fields:
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
