"""Moodle XML.

https://docs.moodle.org/en/Moodle_XML_format
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from rolecall.quiz._bank import Bank
from rolecall.quiz._numbers import decimal_text, exact_factor, written
from rolecall.quiz.interchange import _cloze
from rolecall.quiz.interchange._drafts import (
    ONE_LIST,
    TODO,
    Drafts,
    Fields,
    NumberAnswer,
    blank_of,
    closing_text,
    decimal,
    number_of,
    number_text,
    read_closing,
    ready,
    rounded,
)
from rolecall.quiz.interchange._html import auto_format, parse_xml, report_pictures, to_markdown
from rolecall.quiz.interchange._losses import Losses, Refused, Unreadable
from rolecall.quiz.kinds import Blanks, Choice, Match, Multi, Numeric, Order, Question

_CARRIED = frozenset({"id", "difficulty", "skill", "hint", "closing", "unit"})
_TYPES: dict[type, str] = {
    Choice: "multichoice",
    Multi: "multichoice",
    Numeric: "numerical",
    Match: "matching",
    Order: "ordering",
    Blanks: "cloze",
}


def write(bank: Bank, losses: Losses) -> bytes:
    """Write a bank as a category with questions."""
    quiz = etree.Element("quiz")
    category = etree.SubElement(quiz, "question", type="category")
    _text(etree.SubElement(category, "category"), f"$course$/{bank.title}")
    for question in ready(bank, losses, tuple(_TYPES), _CARRIED):
        element = etree.SubElement(quiz, "question", type=_TYPES[type(question)])
        _text(etree.SubElement(element, "name"), question.id)
        if isinstance(question, Blanks):
            _text(etree.SubElement(element, "questiontext", format="html"), _cloze.write(question))
        else:
            _markdown(element, "questiontext", question.prompt)
        _markdown(element, "generalfeedback", closing_text(question))
        etree.SubElement(element, "idnumber").text = question.id
        if isinstance(question, Numeric):
            losses.each(question.id, rounded(question))
        _parts(element, question)
        _markdown(element, "hint", question.hint)
        tags = etree.SubElement(element, "tags")
        for tag in (f"difficulty:{question.difficulty}", f"skill:{question.skill}"):
            _text(etree.SubElement(tags, "tag"), tag)
    return etree.tostring(quiz, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _text(element: etree._Element, text: str) -> etree._Element:
    etree.SubElement(element, "text").text = text
    return element


def _markdown(parent: etree._Element, name: str, text: str, **attributes: str) -> etree._Element:
    return _text(etree.SubElement(parent, name, {"format": "markdown", **attributes}), text)


def _parts(element: etree._Element, question: Question) -> None:
    match question:
        case Choice() | Multi():
            etree.SubElement(element, "single").text = "true" if isinstance(question, Choice) else "false"
            # Moodle can't keep one answer last while it shuffles the others.
            pinned = any(option.last for option in question.options)
            etree.SubElement(element, "shuffleanswers").text = "false" if pinned else "true"
            share = 100 / sum(option.correct for option in question.options)
            # As in Rolecall, a wrong option takes away what a right one adds.
            wrong = -share if isinstance(question, Multi) else 0
            for option in question.options:
                fraction = f"{share if option.correct else wrong:.5f}".rstrip("0").rstrip(".")
                _markdown(
                    _markdown(element, "answer", option.text, fraction=fraction), "feedback", option.why
                )
        case Numeric():
            answers = [
                (one.value, one.tolerance, "100", one.why or question.why)
                for one in question.right_numbers()
            ]
            answers += [(one.value, question.tolerance, "0", one.why) for one in question.wrong]
            for value, tolerance, fraction, why in answers:
                answer = _text(etree.SubElement(element, "answer", fraction=fraction), number_text(value))
                _markdown(answer, "feedback", why)
                etree.SubElement(answer, "tolerance").text = written(tolerance)
            units = etree.SubElement(element, "units") if question.unit else None
            # A unit's multiplier in Moodle is how many of it equal one of the first unit.
            for name, factor in (
                ({question.unit: 1.0} | question.units).items() if units is not None else ()
            ):
                unit = etree.SubElement(units, "unit")  # type: ignore[arg-type]
                etree.SubElement(unit, "multiplier").text = decimal_text(1 / exact_factor(factor))
                etree.SubElement(unit, "unit_name").text = name
        case Match():
            pairs = [(pair.left, pair.right) for pair in question.pairs]
            for left, right in (*pairs, *(("", extra) for extra in question.extras)):
                sub = _markdown(element, "subquestion", left)
                _text(etree.SubElement(sub, "answer"), right)
        case Order():
            for place, item in enumerate(question.items, start=1):
                _markdown(element, "answer", item.text, fraction=str(place))
        case _:
            pass


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of a Moodle XML file."""
    quiz = parse_xml(content)
    if quiz.tag != "quiz":
        root = etree.QName(quiz).localname
        raise Unreadable(f"its root element is <{root}>, but Moodle XML has <quiz>")
    drafts = Drafts(losses)
    skill = ""
    for element in quiz.iterfind("question"):
        kind = element.get("type", "")
        if kind == "category":
            skill = _plain(element.find("category")).rsplit("/", 1)[-1]
            continue
        name = _plain(element.find("name")) or f"line {element.sourceline}"
        if kind not in _READERS:
            losses.add(name, f"the whole question: there is no kind of question like {kind!r}")
            continue
        line = element.sourceline
        with losses.guard(name, line if isinstance(line, int) else None):
            fields = _READERS[kind](element, name, losses)
            report_pictures(name, (one.text or "" for one in element.iter("text")), losses)
            prompt = _read(element.find("questiontext"))
            common = {"skill": skill, **_common(element, name, losses)}
            drafts.add(name, {"prompt": prompt, **common, **fields})
    return drafts.questions


def _common(element: etree._Element, name: str, losses: Losses) -> Fields:
    fields: Fields = {"id": element.findtext("idnumber") or name}
    grade = float(decimal(element.findtext("defaultgrade") or "1", "Moodle XML"))
    if grade != 1:
        losses.add(name, f"the weight of {grade:g} points")
    hints = [text for hint in element.iterfind("hint") if (text := _read(hint))]
    if hints:
        fields["hint"] = hints[0]
        losses.each(name, (f"a further hint: {hint}" for hint in hints[1:]))
    for tag in map(_plain, element.iterfind("tags/tag")):
        field, _, value = tag.partition(":")
        if field in ("difficulty", "skill") and value:
            fields[field] = value
        else:
            losses.add(name, f"the tag {tag!r}")
    for field in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        if text := _read(element.find(field)):
            losses.add(name, f"the feedback on every answer ({field}): {text}")
    return fields | read_closing(_read(element.find("generalfeedback")))


def _plain(element: etree._Element | None) -> str:
    return (element.findtext("text") or "").strip() if element is not None else ""


def _read(element: etree._Element | None) -> str:
    """Return an element's text as Markdown; Moodle's default format is HTML."""
    if element is None or not _plain(element):
        return ""
    form = element.get("format", "html")
    if form in ("markdown", "plain_text"):
        return _plain(element)
    return auto_format(_plain(element)) if form == "moodle_auto_format" else to_markdown(_plain(element))


def _answers(element: etree._Element) -> Iterator[tuple[etree._Element, str, float]]:
    for answer in element.iterfind("answer"):
        yield answer, _read(answer), float(decimal(answer.get("fraction") or "0", "Moodle XML"))


def _choosing(element: etree._Element, name: str, losses: Losses) -> Fields:
    options = []
    single = (element.findtext("single") or "true").strip().lower() in ("true", "1")
    for answer, text, fraction in _answers(element):
        correct = fraction >= 100 if single else fraction > 0
        if single and fraction not in (0, 100):
            losses.add(name, f"the {fraction:g} % for {text!r}; it counts as wrong")
        options.append({"text": text, "correct": correct, "why": _read(answer.find("feedback"))})
    if (element.findtext("shuffleanswers") or "true").strip().lower() in ("false", "0"):
        losses.add(name, "that its answers keep their order (shuffleanswers)")
    if not single:
        _report_weights(element, name, losses)
    return {"kind": "choice" if single else "multi", "options": options}


def _report_weights(element: etree._Element, name: str, losses: Losses) -> None:
    """List the shares of the mark that differ from Rolecall's: all right options count the same."""
    answers = list(_answers(element))
    share = 100 / (sum(fraction > 0 for _, _, fraction in answers) or 1)
    for _, text, fraction in answers:
        # Moodle rounds a third to 33.33333 %.
        if abs(fraction - share) > 0.01 and abs(fraction + share) > 0.01:
            losses.add(name, f"the {fraction:g} % for {text!r}; here it counts {share:g} %, right or wrong")


def _true_false(element: etree._Element, name: str, losses: Losses) -> Fields:
    fields = _choosing(element, name, losses)
    for option in fields["options"]:
        option["text"] = option["text"].capitalize()
    return fields


def _numerical(element: etree._Element, name: str, losses: Losses) -> Fields:
    found: list[NumberAnswer] = []
    for answer, _, share in _answers(element):
        text, why = _plain(answer), _read(answer.find("feedback"))
        if text == "*":
            losses.add(name, f"the feedback on any other number: {why}")
        else:
            tolerance = decimal(answer.findtext("tolerance") or "0", "Moodle XML")
            found.append((decimal(text, "Moodle XML"), tolerance, share, why))
    fields = number_of(found, name, losses)
    units = {
        (unit.findtext("unit_name") or "").strip(): decimal(
            unit.findtext("multiplier") or "1", "Moodle XML"
        )
        for unit in element.iterfind("units/unit")
    }
    base = next((unit for unit, multiplier in units.items() if multiplier == 1), None)
    if base:
        others = {one: float(1 / multiplier) for one, multiplier in units.items() if one != base}
        fields |= {"unit": base, "units": others}
    elif units:
        losses.add(name, f"its units, because none has the multiplier 1: {', '.join(units)}")
    return fields


def _matching(element: etree._Element, name: str, losses: Losses) -> Fields:
    pairs, extras = [], []
    for sub in element.iterfind("subquestion"):
        left, right = _read(sub), _plain(sub.find("answer"))
        if left:
            pairs.append({"left": left, "right": right})
        else:
            extras.append(right)
    return {"kind": "match", "pairs": pairs, "extras": extras}


def _ordering(element: etree._Element, name: str, losses: Losses) -> Fields:
    placed = sorted(_answers(element), key=lambda one: one[2])
    return {"kind": "order", "items": [{"text": text} for _, text, _ in placed]}


def _short_answer(element: etree._Element, name: str, losses: Losses) -> Fields:
    found = []
    for answer, _, share in _answers(element):
        # An answer that is typed is never HTML, whatever format the file says.
        found.append((_plain(answer), share, _read(answer.find("feedback"))))
    match_case = (element.findtext("usecase") or "0").strip() == "1"
    blank = blank_of(found, name, losses, match_case=match_case, wildcards=True)
    return {"kind": "blanks", "text": "[[answer]]", "blanks": {"answer": blank}}


def _embedded(element: etree._Element, name: str, losses: Losses) -> Fields:
    text = _plain(element.find("questiontext"))
    return _cloze.read_number(text, name, losses) or _cloze.read(text, name, losses)


def _dragged(element: etree._Element, name: str, losses: Losses) -> Fields:
    """Read words to drag or select into a text, where ``[[2]]`` is the place of the second word."""
    boxes = [_plain(box) for tag in ("dragbox", "selectoption") for box in element.iterfind(tag)]
    text = _read(element.find("questiontext"))
    blanks: Fields = {}

    def place(found: re.Match[str]) -> str:
        # A word can belong into several places.
        name = f"b{len(blanks) + 1}"
        if not 1 <= int(found[1]) <= len(boxes):
            raise Refused(f"its text names the word {found[1]}, but it has only {len(boxes)} words")
        blanks[name] = {"accept": [boxes[int(found[1]) - 1]], "why": TODO}
        return f"[[{name}]]"

    text = re.sub(r"\[\[(\d+)\]\]", place, text)
    groups = {box.findtext("group") for tag in ("dragbox", "selectoption") for box in element.iterfind(tag)}
    if len(groups) > 1:
        losses.add(name, ONE_LIST)
    losses.add(name, "to write, because the file lacks it: why each word is in its place")
    return {
        "kind": "blanks",
        "prompt": "Complete the text.",
        "text": text,
        "blanks": blanks,
        "tokens": list(dict.fromkeys(boxes)),
    }


_READERS = {
    "multichoice": _choosing,
    "truefalse": _true_false,
    "numerical": _numerical,
    "matching": _matching,
    "ordering": _ordering,
    "shortanswer": _short_answer,
    "cloze": _embedded,
    "ddwtos": _dragged,
    "gapselect": _dragged,
}
