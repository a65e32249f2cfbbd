"""Write QTI 1.2 as Canvas reads it: a package with one quiz.

https://canvas.instructure.com/doc/api/file.quiz_exports.html describes the import;
https://github.com/instructure/canvas-lms/tree/master/lib/cc/qti shows the elements that it reads.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

from lxml import etree

from rolecall.quiz._bank import Bank
from rolecall.quiz._numbers import exact, written
from rolecall.quiz.interchange._drafts import closing_text, number_text, ready, rounded
from rolecall.quiz.interchange._html import archive_entry, serialized, to_html, to_part_html
from rolecall.quiz.interchange._losses import Losses
from rolecall.quiz.kinds import BaseQuestion, Blanks, Choice, Match, Multi, Numeric, Question

_KINDS: tuple[type[BaseQuestion], ...] = (Choice, Multi, Match, Numeric, Blanks)
_CARRIED = frozenset({"id", "difficulty", "skill", "hint", "closing"})
_SPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_RESPONSE = "response1"


def write(bank: Bank, losses: Losses) -> bytes:
    """Write a bank as a package that Canvas imports as one quiz."""
    items = [_item(question, losses) for question in ready(bank, losses, _KINDS, _CARRIED)]
    section = _e("section", *items, ident="root_section")
    quiz = _e("questestinterop", _e("assessment", section, ident=bank.name, title=bank.title))
    file = f"{bank.name}/{bank.name}.xml"
    spaces = {None: _PACKAGE}
    manifest = etree.Element(
        f"{{{_PACKAGE}}}manifest",
        identifier=f"manifest-{bank.name}",
        nsmap=spaces,  # type: ignore[arg-type]
    )
    resources = etree.SubElement(manifest, f"{{{_PACKAGE}}}resources")
    resource = etree.SubElement(
        resources, f"{{{_PACKAGE}}}resource", identifier=bank.name, type="imsqti_xmlv1p2", href=file
    )
    etree.SubElement(resource, f"{{{_PACKAGE}}}file", href=file)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(archive_entry("imsmanifest.xml"), serialized(manifest))
        archive.writestr(archive_entry(file), serialized(quiz))
    return packed.getvalue()


def _e(tag: str, *children: etree._Element | str, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{_SPACE}}}{tag}", attributes, nsmap={None: _SPACE})  # type: ignore[dict-item]
    for child in children:
        if isinstance(child, str):
            element.text = child
        else:
            element.append(child)
    return element


def _material(html: str) -> etree._Element:
    return _e("material", _e("mattext", html, texttype="text/html"))


def _item(question: Question, losses: Losses) -> etree._Element:
    kind, responses, conditions, remarks = _parts(question, losses)
    metadata = {
        "question_type": kind,
        "points_possible": "1.0",
        "rolecall_difficulty": question.difficulty,
        "rolecall_skill": question.skill,
        "rolecall_hint": question.hint,
    }
    fields = [
        _e("qtimetadatafield", _e("fieldlabel", label), _e("fieldentry", entry))
        for label, entry in metadata.items()
    ]
    shown = [
        _e(
            "respcondition",
            _e("conditionvar", _equal(_RESPONSE, answer)),
            _e("displayfeedback", feedbacktype="Response", linkrefid=f"{ident}_fb"),
            **{"continue": "Yes"},
        )
        for ident, (answer, _) in remarks.items()
    ]
    feedback = {f"{ident}_fb": text for ident, (_, text) in remarks.items()}
    feedback["general_fb"] = closing_text(question)
    return _e(
        "item",
        _e("itemmetadata", _e("qtimetadata", *fields)),
        _e("presentation", _material(_prompt(question)), *responses),
        _e(
            "resprocessing",
            _e(
                "outcomes",
                _e("decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal"),
            ),
            *shown,
            *conditions,
        ),
        *(
            _e("itemfeedback", _e("flow_mat", _material(to_html(text))), ident=ident)
            for ident, text in feedback.items()
        ),
        ident=question.id,
        title=question.id,
    )


def _prompt(question: Question) -> str:
    html = to_html(question.prompt)
    if isinstance(question, Blanks) and len(question.blanks) > 1:
        # Canvas puts a field where the text names a blank in brackets.
        text = "".join(text + (f"[{name}]" if name else "") for text, name in question.pieces)
        html += to_html(f"```{question.language}\n{text}\n```")
    elif isinstance(question, Blanks):
        text = "".join(text + ("_____" if name else "") for text, name in question.pieces)
        html += to_html(f"```{question.language}\n{text}\n```")
    return html


_Parts = tuple[str, list[etree._Element], list[etree._Element], dict[str, tuple[str, str]]]
"""The type of question, its responses, the conditions of its score, and remarks: an answer and a text."""


def _parts(question: Question, losses: Losses) -> _Parts:
    match question:
        case Choice() | Multi():
            return _choice(question)
        case Match():
            return _match(question)
        case Numeric():
            return _number(question, losses)
        case Blanks():
            return _blanks(question, losses)
        case _:
            raise TypeError(question.kind)


def _equal(response: str, value: str) -> etree._Element:
    return _e("varequal", value, respident=response)


def _scored(*conditions: etree._Element, points: float = 100, action: str = "Set") -> etree._Element:
    score = _e("setvar", f"{points:.5g}", action=action, varname="SCORE")
    return _e("respcondition", _e("conditionvar", *conditions), score, **{"continue": "No"})


def _labels(texts: Mapping[str, str]) -> etree._Element:
    return _e(
        "render_choice",
        *(
            _e("response_label", _material(to_part_html(text)), ident=ident)
            for ident, text in texts.items()
        ),
    )


def _choice(question: Choice | Multi) -> _Parts:
    names = {f"o{number}": option for number, option in enumerate(question.options, start=1)}
    single = isinstance(question, Choice)
    texts = {name: option.text for name, option in names.items()}
    cardinality = "Single" if single else "Multiple"
    response = _e("response_lid", _labels(texts), ident=_RESPONSE, rcardinality=cardinality)
    required = [
        _equal(_RESPONSE, name) if option.correct else _e("not", _equal(_RESPONSE, name))
        for name, option in names.items()
        if option.correct or not single
    ]
    condition = _scored(required[0]) if single else _scored(_e("and", *required))
    kind = "multiple_choice_question" if single else "multiple_answers_question"
    return kind, [response], [condition], {name: (name, one.why) for name, one in names.items()}


def _match(question: Match) -> _Parts:
    rights = list(dict.fromkeys([*(pair.right for pair in question.pairs), *question.extras]))
    names = {f"r{number}": text for number, text in enumerate(rights, start=1)}
    responses, conditions = [], []
    for number, pair in enumerate(question.pairs, start=1):
        ident = f"response_{number}"
        responses.append(
            _e("response_lid", _material(to_part_html(pair.left)), _labels(names), ident=ident)
        )
        right = f"r{rights.index(pair.right) + 1}"
        share = 100 / len(question.pairs)
        conditions.append(_scored(_equal(ident, right), points=share, action="Add"))
    return "matching_question", responses, conditions, {}


def _number(question: Numeric, losses: Losses) -> _Parts:
    if question.unit:
        losses.add(question.id, f"the unit, which is {question.unit}")
    losses.each(question.id, rounded(question))
    right, remarks = [], {}
    for number, one in enumerate(question.right_numbers(), start=1):
        value, tolerance = exact(one.value), exact(one.tolerance)
        ends = [
            _e("vargte", written(value - tolerance), respident=_RESPONSE),
            _e("varlte", written(value + tolerance), respident=_RESPONSE),
        ]
        # Canvas reads one answer from each condition.
        right.append(_scored(_e("or", _equal(_RESPONSE, number_text(one.value)), _e("and", *ends))))
        remarks[f"r{number}"] = (number_text(one.value), one.why or question.why)
    remarks |= {
        f"w{number}": (number_text(one.value), one.why)
        for number, one in enumerate(question.wrong, start=1)
    }
    wrong = [_scored(_equal(_RESPONSE, number_text(one.value)), points=0) for one in question.wrong]
    return "numerical_question", [_typed("Decimal")], [*right, *wrong], remarks


def _typed(kind: str) -> etree._Element:
    label = _e("response_label", ident="answer1")
    return _e("response_str", _e("render_fib", label, fibtype=kind), ident=_RESPONSE, rcardinality="Single")


def _blanks(question: Blanks, losses: Losses) -> _Parts:
    if any(question.matches_case(blank) for blank in question.blanks.values()):
        losses.add(question.id, "that capitals count; Canvas ignores them")
    if len(question.blanks) == 1:
        blank = next(iter(question.blanks.values()))
        condition = _scored(*(_equal(_RESPONSE, text) for text in blank.accept))
        remarks = {f"a{number}": (text, blank.why) for number, text in enumerate(blank.accept, start=1)}
        remarks |= {
            f"w{number}": (text, one.why) for number, (text, one) in enumerate(blank.wrong.items(), start=1)
        }
        wrong = [_scored(_equal(_RESPONSE, text), points=0) for text in blank.wrong]
        return "short_answer_question", [_typed("String")], [condition, *wrong], remarks
    losses.add(question.id, "why each blank is right or wrong")
    responses, conditions = [], []
    for name, blank in question.blanks.items():
        ident = f"response_{name}"
        texts = {f"{name}-{number}": text for number, text in enumerate(blank.accept, start=1)}
        responses.append(_e("response_lid", _material(name), _plain_labels(texts), ident=ident))
        share = 100 / len(question.blanks)
        conditions += [_scored(_equal(ident, one), points=share, action="Add") for one in texts]
    return "fill_in_multiple_blanks_question", responses, conditions, {}


def _plain_labels(texts: Mapping[str, str]) -> etree._Element:
    """Create the answers of a blank, which Canvas compares as they are."""
    return _e("render_choice", *_plain(texts.items()))


def _plain(texts: Iterable[tuple[str, str]]) -> list[etree._Element]:
    return [
        _e("response_label", _e("material", _e("mattext", text, texttype="text/plain")), ident=ident)
        for ident, text in texts
    ]
