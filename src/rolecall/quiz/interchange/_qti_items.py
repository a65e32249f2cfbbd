"""Write and read one QTI 2.1 item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from html import escape

from lxml import etree

from rolecall.quiz._numbers import written
from rolecall.quiz.interchange._drafts import (
    Fields,
    closing_text,
    decimal,
    number_of,
    number_text,
    read_closing,
    rounded,
)
from rolecall.quiz.interchange._html import report_pictures, to_html, to_inline_html, to_markdown
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.kinds import BaseQuestion, Blanks, Choice, Match, Multi, Numeric, Order, Question

KINDS: tuple[type[BaseQuestion], ...] = (Choice, Multi, Order, Match, Numeric, Blanks)
_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
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
        _processing([one.get("identifier", "") for one in declarations], feedback=bool(feedback)),
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
    root = etree.fromstring(f'<div xmlns="{_QTI}">{html}</div>')
    return list(root)


def _line(element: etree._Element, text: str) -> etree._Element:
    """Add a line of Markdown to an element."""
    root = etree.fromstring(f'<p xmlns="{_QTI}">{to_inline_html(text)}</p>')
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
        entries = [_e("mapEntry", mapKey=key, mappedValue=f"{mark:g}") for key, mark in marks.items()]
        declaration.append(_e("mapping", *entries, defaultValue="0", lowerBound="0"))
    return declaration


def _processing(responses: list[str], *, feedback: bool) -> etree._Element:
    """Create the rules that add the marks of all responses and show the feedback on each choice."""
    if responses == ["RESPONSE"] and not feedback:
        return _e("responseProcessing", template=f"{_TEMPLATES}/map_response")
    marks = [_e("mapResponse", identifier=one) for one in responses]
    processing = _e("responseProcessing", _e("setOutcomeValue", _e("sum", *marks), identifier="SCORE"))
    if feedback:
        shown = _e("multiple", _e("variable", identifier=responses[0]))
        processing.append(_e("setOutcomeValue", shown, identifier="FEEDBACK"))
    return processing


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
                _line(_e("simpleChoice", identifier=name), option.text) for name, option in names.items()
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
            losses.each(
                question.id, ["the tolerance; the number must be exact"] if question.tolerance else []
            )
            losses.each(question.id, (f"the feedback on {one.value}" for one in question.wrong))
            if question.unit:
                losses.add(question.id, f"the unit, which is {question.unit}")
            losses.each(question.id, rounded(question))
            value = number_text(question.answer)
            declared = _declared("RESPONSE", "single", "float", [value], {value: 1})
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


def read(item: etree._Element, name: str, losses: Losses) -> Fields:
    """Read the fields of an item.

    Raises
    ------
    Refused
        If no kind of question is like it.
    """
    if _tag(item) != "assessmentItem":
        raise Refused(f"its root element is <{_tag(item)}>, but an item of QTI 2 has <assessmentItem>")
    if item.find("{*}templateDeclaration") is not None or item.find("{*}templateProcessing") is not None:
        raise Refused("a template (templateProcessing) draws its numbers and texts")
    body = item.find("{*}itemBody")
    interactions = [one for one in item.iter() if _tag(one).endswith("Interaction")]
    kinds = {_tag(one) for one in interactions}
    if body is None or len(kinds) != 1 or (len(interactions) > 1 and kinds != {"textEntryInteraction"}):
        there = ", ".join(sorted(kinds)) or "none"
        raise Refused(f"all interactions must be of one type; this item has {there}")
    kind = kinds.pop()
    if kind not in _READERS:
        raise Refused(f"there is no kind of question like {kind}")
    fields: Fields = {}
    for rubric in list(body.iter("{*}rubricBlock")):
        text = to_markdown(_html(rubric))
        if rubric.get("class") == "hint":
            fields["hint"] = text
        elif rubric.get("class") == "solution":
            fields |= read_closing(text)
        else:
            losses.add(name, f"the rubric for {rubric.get('view')}: {text}")
        _drop(rubric)
    report_pictures(name, [_html(body)], losses)
    for block in list(body.iter("{*}feedbackBlock")):
        losses.add(name, f"the feedback within the text: {_said(block)}")
        _drop(block)
    for feedback in list(item.iterfind("{*}modalFeedback")):
        # Feedback that is hidden for a choice says something about all the others.
        if feedback.get("showHide", "show") == "hide":
            losses.add(
                name, f"the feedback on answers other than {feedback.get('identifier')}: {_said(feedback)}"
            )
            _drop(feedback)
    if any(one.get("fixed") == "true" for one in body.iter("{*}simpleChoice")):
        losses.add(name, "that a choice keeps its place (fixed)")
    asked = _READERS[kind](item, body, interactions, name, losses)
    if asked["prompt"] == "":
        asked["prompt"] = item.get("title") or "TODO"
    return fields | asked


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _html(element: etree._Element) -> str:
    """Return the content of an element as HTML without namespaces."""
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    for one in copy.iter():
        if isinstance(one.tag, str):
            one.tag = etree.QName(one).localname
    etree.cleanup_namespaces(copy)
    inner = "".join(etree.tostring(one, encoding="unicode") for one in copy)
    return escape(copy.text or "", quote=False) + inner


def _said(element: etree._Element) -> str:
    return " ".join(to_markdown(_html(element)).split())


def _prompt(body: etree._Element, interaction: etree._Element) -> str:
    """Return the text before the choices, from the body and from the interaction's own prompt."""
    own = interaction.find("{*}prompt")
    asked = to_markdown(_html(own)) if own is not None else ""
    _drop(interaction)
    return "\n\n".join(text for text in (to_markdown(_html(body)), asked) if text)


def _responses(item: etree._Element) -> dict[str, etree._Element]:
    return {one.get("identifier", ""): one for one in item.iterfind("{*}responseDeclaration")}


def _mapped(declaration: etree._Element | None, name: str, losses: Losses) -> list[etree._Element]:
    """Return the entries of a mapping with the full mark; list those with a part of it as losses."""
    found = [] if declaration is None else list(declaration.iterfind("{*}mapping/{*}mapEntry"))
    marks = [float(one.get("mappedValue", 0)) for one in found]
    most = max(marks, default=0)
    several = declaration is not None and declaration.get("cardinality") == "multiple"
    full = []
    for one, mark in zip(found, marks, strict=True):
        if mark > 0 and (several or mark == most):
            full.append(one)
        if 0 < mark < most or (mark < 0 and not several):
            losses.add(name, f"the mark of {mark:g} for {one.get('mapKey')!r}, where the most is {most:g}")
    return full


def _keys(item: etree._Element, response: str | None, name: str, losses: Losses) -> list[str]:
    """Return the right choices, from the correct response or else from the mapping."""
    right = _right(item, response)
    mapped = _mapped(_responses(item).get(response or ""), name, losses)
    keys = [one.get("mapKey", "") for one in mapped]
    processing = item.find("{*}responseProcessing")
    by_map = processing is not None and "map_response" in processing.get("template", "")
    if keys and by_map and right and set(keys) != set(right):
        raise Refused("its correct response and its mapping disagree on which answers are right")
    if not right and not keys:
        raise Refused("it doesn't say which answer is right")
    return right or keys


def _right(item: etree._Element, response: str | None = None) -> list[str]:
    for declaration in item.iterfind("{*}responseDeclaration"):
        if response is None or declaration.get("identifier") == response:
            return [
                (value.text or "").strip() for value in declaration.iterfind("{*}correctResponse/{*}value")
            ]
    return []


def _feedback(item: etree._Element) -> dict[str, str]:
    return {one.get("identifier", ""): to_markdown(_html(one)) for one in item.iterfind("{*}modalFeedback")}


def _choice(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    right = _keys(item, interactions[0].get("responseIdentifier"), name, losses)
    feedback = _feedback(item)
    options = []
    for one in interactions[0].iterfind("{*}simpleChoice"):
        key = one.get("identifier", "")
        # Many items have one text for every right answer and one for every wrong one.
        why = feedback.get(key) or feedback.get("correct" if key in right else "incorrect", "")
        inline = " ".join(_said(each) for each in one.iterfind("{*}feedbackInline"))
        for each in list(one.iterfind("{*}feedbackInline")):
            _drop(each)
        options.append({"text": _said(one), "correct": key in right, "why": why or inline})
    single = interactions[0].get("maxChoices", "1") == "1"
    prompt = _prompt(body, interactions[0])
    return {"kind": "choice" if single else "multi", "prompt": prompt, "options": options}


def _order(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    texts = {one.get("identifier", ""): _said(one) for one in interactions[0].iterfind("{*}simpleChoice")}
    items = [{"text": texts[key]} for key in _right(item) if key in texts]
    return {"kind": "order", "prompt": _prompt(body, interactions[0]), "items": items}


def _matching(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    texts = {
        one.get("identifier", ""): _said(one)
        for one in interactions[0].iterfind(".//{*}simpleAssociableChoice")
    }
    keys = _keys(item, interactions[0].get("responseIdentifier"), name, losses)
    pairs = [pair.split() for pair in keys]
    found = [{"left": texts[left], "right": texts[right]} for left, right in pairs]
    used = {right for _, right in pairs}
    second = list(interactions[0].iterfind("{*}simpleMatchSet"))[-1]
    extras = [texts[key] for one in second if (key := one.get("identifier", "")) not in used]
    return {"kind": "match", "prompt": _prompt(body, interactions[0]), "pairs": found, "extras": extras}


def _tolerance(item: etree._Element, value: Fraction) -> Fraction:
    """Return the tolerance that the rules of an item have.

    A relative tolerance is in percent, and one number counts for both sides:
    https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html, under ``equal``.
    """
    for rule in item.iterfind("{*}responseProcessing//{*}equal"):
        sides = [decimal(one, "QTI") for one in rule.get("tolerance", "").split()]
        if not sides or rule.get("toleranceMode", "exact") == "exact":
            continue
        if len(set(sides)) != 1:
            raise Refused("its tolerance differs above and below the answer")
        relative = rule.get("toleranceMode") == "relative"
        return abs(value) * sides[0] / 100 if relative else sides[0]
    if next(item.iterfind("{*}responseProcessing//{*}equalRounded"), None) is not None:
        raise Refused("it compares rounded numbers (equalRounded)")
    return Fraction(0)


def _entry(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    declared = _responses(item)
    first = declared.get(interactions[0].get("responseIdentifier", ""))
    if len(interactions) == 1 and first is not None and first.get("baseType") in ("float", "integer"):
        response = interactions[0].get("responseIdentifier")
        value, *others = _keys(item, response, name, losses)
        losses.each(name, (f"the further answer {other}" for other in others))
        middle = decimal(value, "QTI")
        answer = (middle, _tolerance(item, middle), 100.0, "")
        return {"prompt": _prompt(body, interactions[0])} | number_of([answer], name, losses)
    blanks = {}
    for number, one in enumerate(interactions, start=1):
        response = one.get("responseIdentifier", "")
        declaration = declared.get(response)
        entries = _mapped(declaration, name, losses)
        accept = [*_right(item, response), *(each.get("mapKey", "") for each in entries)]
        if not accept:
            raise Refused(f"it doesn't say which text is right in {response}")
        if declaration is not None and declaration.get("baseType") in ("float", "integer"):
            accept += [written(decimal(each, "QTI")) for each in accept]
        blanks[f"b{number}"] = {
            "accept": list(dict.fromkeys(accept)),
            "why": "TODO",
            # Without a mapping, or in an entry that doesn't say so, capitals count.
            "match_case": all(each.get("caseSensitive", "true") == "true" for each in entries),
        }
        _replace(one, f"[[b{number}]]")
    pre = next((one for one in body.iter("{*}pre") if "[[b1]]" in "".join(map(str, one.itertext()))), None)
    if pre is None:
        return {
            "kind": "blanks",
            "prompt": "Complete the text.",
            "text": to_markdown(_html(body)),
            "blanks": blanks,
        }
    text, language = str("".join(map(str, pre.itertext()))), pre.get("class", "text")
    _drop(pre)
    fields: Fields = {"kind": "blanks", "prompt": to_markdown(_html(body)), "text": text, "blanks": blanks}
    return fields | ({"language": language} if language in ("json", "bash", "python") else {})


def _replace(element: etree._Element, text: str) -> None:
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


_READERS = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _matching,
    "textEntryInteraction": _entry,
}
