"""Read a question from a QTI 2.1 item."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from html import escape

from lxml import etree

from rolecall.quiz._numbers import written
from rolecall.quiz.interchange._drafts import (
    ONE_LIST,
    TODO,
    Fields,
    decimal,
    number_of,
    read_closing,
)
from rolecall.quiz.interchange._html import report_pictures, to_markdown
from rolecall.quiz.interchange._losses import Losses, Refused


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
    in_text = bool(kinds) and kinds <= {"textEntryInteraction", "inlineChoiceInteraction"}
    if body is None or (len(interactions) != 1 and not in_text):
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
    fixed = list(filter(_is_fixed, body.iter("{*}simpleChoice")))
    if not all(map(_is_last, fixed)):
        losses.add(name, "that a choice keeps its place (fixed)")
    elif fixed:
        losses.add(name, "the place of a fixed choice, which becomes last: true")
    asked = _READERS[kind](item, body, interactions, name, losses)
    if asked["prompt"] == "":
        asked["prompt"] = item.get("title") or TODO
    return fields | asked


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _is_fixed(choice: etree._Element) -> bool:
    return choice.get("fixed") == "true"


def _is_last(choice: etree._Element) -> bool:
    """Whether a choice is shown after all that are shuffled."""
    after = choice.itersiblings("{*}simpleChoice")
    return _is_fixed(choice) and all(map(_is_fixed, after))


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
    if keys and _uses(item, "map_response") and right and set(keys) != set(right):
        raise Refused("its correct response and its mapping disagree on which answers are right")
    ruled = _scored_by_rules(item, response)
    # Without a standard template, rules may give marks for other values than the correct response.
    if ruled and right and not set(ruled) & set(right):
        raise Refused("its correct response and its rules (responseProcessing) disagree on what is right")
    if not right and not keys and not ruled:
        raise Refused("it doesn't say which answer is right")
    return right or keys or ruled


def _right(item: etree._Element, response: str | None = None) -> list[str]:
    for declaration in item.iterfind("{*}responseDeclaration"):
        if response is None or declaration.get("identifier") == response:
            return [
                (value.text or "").strip() for value in declaration.iterfind("{*}correctResponse/{*}value")
            ]
    return []


def _is_single(item: etree._Element, interaction: etree._Element) -> bool:
    """Whether a learner chooses one answer; some programs write no limit for it."""
    declaration = _responses(item).get(interaction.get("responseIdentifier", ""))
    single = declaration is not None and declaration.get("cardinality") == "single"
    return single or interaction.get("maxChoices", "1") == "1"


def _uses(item: etree._Element, template: str) -> bool:
    """Whether a standard template scores an item."""
    processing = item.find("{*}responseProcessing")
    return processing is not None and template in processing.get("template", "")


def _scored_by_rules(item: etree._Element, response: str | None) -> list[str]:
    """Return the values with which the rules of an item compare a response in order to give marks."""
    found = []
    for rule in item.iterfind("{*}responseProcessing//{*}responseIf"):
        marks = [
            one.findtext("{*}baseValue", "0")
            for one in rule.iterfind("{*}setOutcomeValue")
            if one.get("identifier") == "SCORE"
        ]
        if not any(_is_positive(mark) for mark in marks):
            continue
        for test in rule.iterfind("{*}match"):
            variable, value = test.find("{*}variable"), test.findtext("{*}baseValue")
            if variable is not None and variable.get("identifier") == response and value:
                found.append(value.strip())
    return found


def _is_positive(text: str) -> bool:
    try:
        return decimal(text, "QTI") > 0
    except Refused:
        return False


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
    known = [one.get("identifier", "") for one in interactions[0].iterfind("{*}simpleChoice")]
    if unknown := [key for key in right if key not in known]:
        raise Refused(f"its key names the choice {unknown[0]}, which it doesn't have")
    feedback = _feedback(item)
    options = []
    for one in interactions[0].iterfind("{*}simpleChoice"):
        key = one.get("identifier", "")
        # Many items have one text for every right answer and one for every wrong one.
        why = feedback.get(key) or feedback.get("correct" if key in right else "incorrect", "")
        inline = " ".join(_said(each) for each in one.iterfind("{*}feedbackInline"))
        for each in list(one.iterfind("{*}feedbackInline")):
            _drop(each)
        option = {"text": _said(one), "correct": key in right, "why": why or inline}
        options.append(option | ({"last": True} if _is_last(one) else {}))
    single = _is_single(item, interactions[0])
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
    right = _right(item)
    unplaced = (text for key, text in texts.items() if key not in right)
    losses.each(name, (f"the item {text!r}, which has no place" for text in unplaced))
    items = [{"text": texts[key]} for key in right if key in texts]
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
    first = next(interactions[0].iterfind("{*}simpleMatchSet"))
    named = {key for pair in pairs for key in pair}
    for one in first:
        if (key := one.get("identifier", "")) not in named:
            losses.add(name, f"the part {texts[key]!r}, which belongs to nothing")
    second = list(interactions[0].iterfind("{*}simpleMatchSet"))[-1]
    extras = [texts[key] for one in second if (key := one.get("identifier", "")) not in used]
    return {"kind": "match", "prompt": _prompt(body, interactions[0]), "pairs": found, "extras": extras}


def _tolerance(item: etree._Element, value: Fraction, name: str, losses: Losses) -> Fraction:
    """Return the tolerance that the rules of an item have.

    A relative tolerance is in percent, and one number counts for both sides:
    https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html, under ``equal``.
    """
    processing = "{*}responseProcessing//{*}"
    if any(item.find(processing + test) is not None for test in ("gt", "gte", "lt", "lte")):
        # The key is one number of the range only.
        raise Refused("its rules (responseProcessing) compare the number with the ends of a range")
    for rule in item.iterfind("{*}responseProcessing//{*}equal"):
        sides = [decimal(one, "QTI") for one in rule.get("tolerance", "").split()]
        if not sides or rule.get("toleranceMode", "exact") == "exact":
            continue
        if len(set(sides)) != 1:
            raise Refused("its tolerance differs above and below the answer")
        for end in ("includeLowerBound", "includeUpperBound"):
            if rule.get(end) == "false":
                losses.add(name, f"that an end of the range is wrong ({end}); both ends are right here")
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
        answer = (middle, _tolerance(item, middle, name, losses), 100.0, "")
        return {"prompt": _prompt(body, interactions[0])} | number_of([answer], name, losses)
    blanks, tokens = {}, list[str]()
    for number, interaction in enumerate(interactions, start=1):
        choices = {one.get("identifier", ""): _said(one) for one in interaction.iterfind("{*}inlineChoice")}
        blank = _blank(item, interaction, choices, name, losses)
        blanks[f"b{number}"] = blank
        tokens += [text for text in choices.values() if text not in blank["accept"]]
        _replace(interaction, f"[[b{number}]]")
    if tokens and len(interactions) > 1:
        losses.add(name, ONE_LIST)
    return _blanks(body, blanks, tokens)


def _blank(
    item: etree._Element,
    interaction: etree._Element,
    choices: Mapping[str, str],
    name: str,
    losses: Losses,
) -> Fields:
    response = interaction.get("responseIdentifier", "")
    declaration = _responses(item).get(response)
    right = _right(item, response)
    # A template that compares with the correct response doesn't use the mapping.
    by_key = bool(right) and _uses(item, "match_correct")
    entries = [] if by_key else _mapped(declaration, name, losses)
    accept = [*right, *(each.get("mapKey", "") for each in entries)]
    accept = [choices[one] for one in accept if one in choices] if choices else accept
    if not accept:
        raise Refused(f"it doesn't say which text is right in {response}")
    if declaration is not None and declaration.get("baseType") in ("float", "integer"):
        accept += [written(decimal(each, "QTI")) for each in accept]
        if item.find("{*}responseProcessing//{*}equal[@tolerance]") is not None:
            losses.add(name, "the tolerance of a number within the text")
    # Without a mapping, or in an entry that doesn't say so, capitals count.
    cases = {each.get("caseSensitive", "true") == "true" for each in entries}
    tests = list(item.iterfind("{*}responseProcessing//{*}stringMatch"))
    cases |= {one.get("caseSensitive", "true") == "true" for one in tests}
    match_case = False not in cases
    if len(cases) > 1:
        losses.add(name, "that capitals count in some of its answers only; here they count in none")
    if any(one.get("substring") == "true" for one in tests):
        losses.add(name, "that an answer may contain other text too (substring)")
    return {"accept": list(dict.fromkeys(accept)), "why": TODO, "match_case": match_case}


def _blanks(body: etree._Element, blanks: Fields, tokens: list[str]) -> Fields:
    """Create a blanks question from a body whose interactions are replaced by the names of blanks."""
    first = next(iter(blanks))
    pre = next(
        (one for one in body.iter("{*}pre") if f"[[{first}]]" in "".join(map(str, one.itertext()))), None
    )
    fields: Fields = {"kind": "blanks", "blanks": blanks, "tokens": list(dict.fromkeys(tokens))}
    if pre is None:
        return fields | {"prompt": "Complete the text.", "text": to_markdown(_html(body))}
    text, language = str("".join(map(str, pre.itertext()))), pre.get("class", "text")
    _drop(pre)
    fields |= {"prompt": to_markdown(_html(body)), "text": text}
    return fields | ({"language": language} if language in ("json", "bash", "python") else {})


def _gap_match(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    """Read words that are dragged into gaps of a text."""
    texts = {one.get("identifier", ""): _said(one) for one in interactions[0].iterfind("{*}gapText")}
    keys = _keys(item, interactions[0].get("responseIdentifier"), name, losses)
    right: dict[str, list[str]] = {}
    for choice, place in (key.split() for key in keys):
        right.setdefault(place, []).append(texts[choice])
    blanks: Fields = {}
    for number, gap in enumerate(list(interactions[0].iter("{*}gap")), start=1):
        accept = right.get(gap.get("identifier", ""))
        if not accept:
            raise Refused(f"it doesn't say what belongs into gap {number}")
        blanks[f"b{number}"] = {"accept": accept, "why": TODO, "match_case": False}
        _replace(gap, f"[[b{number}]]")
    for one in list(interactions[0].iterfind("{*}gapText")):
        _drop(one)
    used = {text for accept in right.values() for text in accept}
    return _blanks(body, blanks, [text for text in texts.values() if text not in used])


def _hot_text(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    """Read words that are chosen in a text; they become the options."""
    right = _keys(item, interactions[0].get("responseIdentifier"), name, losses)
    options = [
        {"text": _said(one), "correct": one.get("identifier") in right, "why": ""}
        for one in interactions[0].iter("{*}hottext")
    ]
    return {
        "kind": "choice" if _is_single(item, interactions[0]) else "multi",
        "prompt": to_markdown(_html(body)),
        "options": options,
    }


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
    "inlineChoiceInteraction": _entry,
    "gapMatchInteraction": _gap_match,
    "hottextInteraction": _hot_text,
}
