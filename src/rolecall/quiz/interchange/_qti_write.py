"""Write a question as a QTI 2.1 item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from rolecall.quiz._numbers import written
from rolecall.quiz.interchange._drafts import (
    closing_text,
    number_text,
    rounded,
)
from rolecall.quiz.interchange._html import to_html, to_part_html
from rolecall.quiz.interchange._losses import Losses
from rolecall.quiz.kinds import BaseQuestion, Blanks, Choice, Match, Multi, Numeric, Order, Question

KINDS: tuple[type[BaseQuestion], ...] = (Choice, Multi, Order, Match, Numeric, Blanks)
_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_NOT_IN_QTI = {"start", "style", "title"}
"""Attributes that Markdown's lists, tables, and links have in HTML only."""
_TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"


def write(question: Question, losses: Losses) -> bytes:
    """Write a question as an item."""
    body, declarations, feedback = _parts(question, losses)
    item = _e(
        "assessmentItem",
        *declarations,
        _e("outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float"),
        *(
            [_e("outcomeDeclaration", identifier="FEEDBACK", cardinality="multiple", baseType="identifier")]
            if feedback
            else []
        ),
        _e(
            "itemBody",
            *_block(to_html(question.prompt)),
            body,
            # Only tutors see these; an import reads them.
            _e("rubricBlock", *_block(to_html(question.hint)), **{"view": "tutor", "class": "hint"}),
            _e(
                "rubricBlock",
                *_block(to_html(closing_text(question))),
                **{"view": "tutor", "class": "solution"},
            ),
        ),
        _near(question)
        if isinstance(question, Numeric) and any(one.tolerance for one in question.right_numbers())
        else _processing(declarations, feedback=bool(feedback)),
        *(
            _e(
                "modalFeedback",
                *_block(to_html(text)),
                outcomeIdentifier="FEEDBACK",
                identifier=identifier,
                showHide="show",
            )
            for identifier, text in feedback.items()
        ),
        identifier=question.id,
        title=question.id,
        adaptive="false",
        timeDependent="false",
    )
    return etree.tostring(item, encoding="utf-8", xml_declaration=True)


def _e(tag: str, *children: etree._Element | str, **attributes: str) -> etree._Element:
    """Create a QTI element that contains text or elements."""
    element = etree.Element(f"{{{_QTI}}}{tag}", attributes, nsmap={None: _QTI})  # type: ignore[dict-item]
    for child in children:
        if isinstance(child, str):
            element.text = child
        else:
            element.append(child)
    return element


def _block(html: str) -> list[etree._Element]:
    """Parse XHTML into elements in the namespace of the item."""
    return list(_parsed(f'<div xmlns="{_QTI}">{html}</div>'))


def _parsed(html: str) -> etree._Element:
    root = etree.fromstring(html)
    for element in root.iter():
        for name in _NOT_IN_QTI & set(element.attrib):
            del element.attrib[name]
    for table in root.iter(f"{{{_QTI}}}table"):
        # A table of QTI needs a body; Markdown's may be a row of headings only.
        if table.find("{*}tbody") is None:
            table[0].tag = f"{{{_QTI}}}tbody"
    return root


def _line(element: etree._Element, text: str) -> etree._Element:
    """Add the Markdown of an option or of a part of a pair to an element."""
    root = _parsed(f'<div xmlns="{_QTI}">{to_part_html(text)}</div>')
    element.text = root.text
    element.extend(list(root))
    return element


def _declared(
    identifier: str,
    cardinality: str,
    base: str,
    right: Iterable[str],
    marks: Mapping[str, float] | None = None,
) -> etree._Element:
    declaration = _e(
        "responseDeclaration",
        _e("correctResponse", *(_e("value", one) for one in right)),
        identifier=identifier,
        cardinality=cardinality,
        baseType=base,
    )
    if marks:
        entries = [_e("mapEntry", mapKey=key, mappedValue=f"{mark:.12g}") for key, mark in marks.items()]
        declaration.append(_e("mapping", *entries, defaultValue="0", lowerBound="0"))
    return declaration


def _processing(declarations: list[etree._Element], *, feedback: bool) -> etree._Element:
    """Create the rules that add the marks of all responses and show the feedback on each choice."""
    responses = [one.get("identifier", "") for one in declarations]
    if responses == ["RESPONSE"] and not feedback:
        # The marks of a mapping are added; a response without one, such as an order, is right or wrong.
        template = "match_correct" if declarations[0].find("{*}mapping") is None else "map_response"
        return _e("responseProcessing", template=f"{_TEMPLATES}/{template}")
    marks = [_e("mapResponse", identifier=one) for one in responses]
    processing = _e("responseProcessing", _e("setOutcomeValue", _e("sum", *marks), identifier="SCORE"))
    if feedback:
        shown = _e("multiple", _e("variable", identifier=responses[0]))
        processing.append(_e("setOutcomeValue", shown, identifier="FEEDBACK"))
    return processing


def _near(question: Numeric) -> etree._Element:
    """Create the rules that give the mark for any number within the tolerance; its ends are right too."""
    several = len(question.right_numbers()) > 1
    tests = [
        _e(
            "equal",
            _e("variable", identifier="RESPONSE"),
            _e("baseValue", number_text(one.value), baseType="float")
            if several
            else _e("correct", identifier="RESPONSE"),
            toleranceMode="absolute",
            tolerance=f"{written(one.tolerance)} {written(one.tolerance)}",
        )
        for one in question.right_numbers()
    ]
    near = _e("or", *tests) if several else tests[0]
    score = _e("setOutcomeValue", _e("baseValue", "1", baseType="float"), identifier="SCORE")
    return _e("responseProcessing", _e("responseCondition", _e("responseIf", near, score)))


def _parts(
    question: Question, losses: Losses
) -> tuple[etree._Element, list[etree._Element], dict[str, str]]:
    """Create the interaction, the declarations of its responses, and the feedback on each choice."""
    match question:
        case Choice() | Multi():
            single = isinstance(question, Choice)
            names = {f"O{number}": option for number, option in enumerate(question.options, start=1)}
            right = [name for name, option in names.items() if option.correct]
            wrong = 0.0 if single else -1 / len(right)
            marks = {name: 1 / len(right) if option.correct else wrong for name, option in names.items()}
            choices = [
                _line(
                    _e("simpleChoice", identifier=name, **({"fixed": "true"} if option.last else {})),
                    option.text,
                )
                for name, option in names.items()
            ]
            body = _e(
                "choiceInteraction",
                *choices,
                responseIdentifier="RESPONSE",
                shuffle="true",
                maxChoices="1" if single else "0",
            )
            declared = _declared("RESPONSE", "single" if single else "multiple", "identifier", right, marks)
            return body, [declared], {name: option.why for name, option in names.items()}
        case Order():
            losses.add(question.id, "partial credit")
            places = {f"I{number}": item.text for number, item in enumerate(question.items, start=1)}
            items = [_line(_e("simpleChoice", identifier=name), text) for name, text in places.items()]
            body = _e("orderInteraction", *items, responseIdentifier="RESPONSE", shuffle="true")
            return body, [_declared("RESPONSE", "ordered", "identifier", places)], {}
        case Match():
            return _match(question)
        case Numeric():
            losses.each(question.id, (f"the feedback on {one.value}" for one in question.wrong))
            if question.unit:
                losses.add(question.id, f"the unit, which is {question.unit}")
            losses.each(question.id, rounded(question))
            values = [number_text(one.value) for one in question.right_numbers()]
            declared = _declared("RESPONSE", "single", "float", values[:1], dict.fromkeys(values, 1.0))
            return _e("p", _e("textEntryInteraction", responseIdentifier="RESPONSE")), [declared], {}
        case Blanks():
            return _blanks(question, losses)
        case _:
            raise TypeError(question.kind)


def _match(question: Match) -> tuple[etree._Element, list[etree._Element], dict[str, str]]:
    rights = list(dict.fromkeys([*(pair.right for pair in question.pairs), *question.extras]))
    keys = [
        f"L{number} R{rights.index(pair.right) + 1}" for number, pair in enumerate(question.pairs, start=1)
    ]

    def side(mark: str, texts: Iterable[str], most: str) -> etree._Element:
        return _e(
            "simpleMatchSet",
            *(
                _line(_e("simpleAssociableChoice", identifier=f"{mark}{number}", matchMax=most), text)
                for number, text in enumerate(texts, start=1)
            ),
        )

    body = _e(
        "matchInteraction",
        side("L", (pair.left for pair in question.pairs), "1"),
        side("R", rights, "0"),
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxAssociations=str(len(keys)),
    )
    marks = {key: 1 / len(keys) for key in keys}
    return body, [_declared("RESPONSE", "multiple", "directedPair", keys, marks)], {}


def _blanks(
    question: Blanks, losses: Losses
) -> tuple[etree._Element, list[etree._Element], dict[str, str]]:
    losses.add(question.id, "why each blank is right or wrong")
    body = etree.fromstring(f'<pre xmlns="{_QTI}" class="{question.language}"/>')
    declared, last = [], None
    for number, (text, name) in enumerate(question.pieces, start=1):
        if last is None:
            body.text = text
        else:
            last.tail = text
        if name is not None:
            response = f"RESPONSE_{number}"
            last = etree.SubElement(body, f"{{{_QTI}}}textEntryInteraction", responseIdentifier=response)
            accept = question.blanks[name].accept
            marks = {one: 1 / len(question.blanks) for one in accept}
            declaration = _declared(response, "single", "string", accept[:1], marks)
            case = "true" if question.matches_case(question.blanks[name]) else "false"
            for entry in declaration.iter(f"{{{_QTI}}}mapEntry"):
                entry.set("caseSensitive", case)
            declared.append(declaration)
    return body, declared, {}
