"""Read a question from a QTI 2.1 item."""

from __future__ import annotations

from lxml import etree

from rolecall.quiz.interchange import _qti_blanks
from rolecall.quiz.interchange._drafts import TODO, Fields, read_closing
from rolecall.quiz.interchange._html import report_pictures
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.interchange._qti_elements import drop, html, markdown, said, tag
from rolecall.quiz.interchange._qti_scoring import correct, is_single, keys


def read(item: etree._Element, name: str, losses: Losses) -> Fields:
    """Read the fields of an item.

    Raises
    ------
    Refused
        If no kind of question is like it.
    """
    if tag(item) != "assessmentItem":
        raise Refused(f"its root element is <{tag(item)}>, but an item of QTI 2 has <assessmentItem>")
    if item.find("{*}templateDeclaration") is not None or item.find("{*}templateProcessing") is not None:
        raise Refused("a template (templateProcessing) draws its numbers and texts")
    body = item.find("{*}itemBody")
    interactions = [one for one in item.iter() if tag(one).endswith("Interaction")]
    kinds = {tag(one) for one in interactions}
    in_text = bool(kinds) and kinds <= {"textEntryInteraction", "inlineChoiceInteraction"}
    if body is None or not interactions:
        raise Refused("it has no interaction, so there is nothing to answer")
    if len(interactions) > 1 and not in_text:
        there = ", ".join(sorted(kinds))
        raise Refused(f"it asks {len(interactions)} questions ({there}); make an item of each")
    kind = kinds.pop()
    if kind not in _READERS:
        raise Refused(f"there is no kind of question like {kind}")
    fields = _take_rubrics(body, name, losses)
    report_pictures(name, [html(body)], losses)
    for block in list(body.iter("{*}feedbackBlock")):
        losses.add(name, f"the feedback within the text: {said(block)}")
        drop(block)
    for feedback in list(item.iterfind("{*}modalFeedback")):
        # Feedback that is hidden for a choice says something about all the others.
        if feedback.get("showHide", "show") == "hide":
            losses.add(
                name, f"the feedback on answers other than {feedback.get('identifier')}: {said(feedback)}"
            )
            drop(feedback)
    if any(tag(one) == "choiceInteraction" and one.get("shuffle") == "false" for one in interactions):
        losses.add(name, "that its choices keep their order (shuffle)")
    for pattern in item.iterfind("{*}responseProcessing//{*}patternMatch"):
        losses.add(name, f"the pattern {pattern.get('pattern')!r}, with which answers are compared")
    fixed = list(filter(_is_fixed, body.iter("{*}simpleChoice")))
    if not all(map(_is_last, fixed)):
        losses.add(name, "that a choice keeps its place (fixed)")
    elif fixed:
        losses.add(name, "the place of a fixed choice, which becomes last: true")
    asked = _READERS[kind](item, body, interactions, name, losses)
    if asked["prompt"] == "":
        asked["prompt"] = item.get("title") or TODO
    return fields | asked


def _take_rubrics(body: etree._Element, name: str, losses: Losses) -> Fields:
    """Remove the rubrics from a body; return the hint and the solution that an export wrote in them."""
    fields: Fields = {}
    for rubric in list(body.iter("{*}rubricBlock")):
        text = markdown(rubric)
        if rubric.get("class") == "hint":
            fields["hint"] = text
        elif rubric.get("class") == "solution":
            fields |= read_closing(text)
        else:
            losses.add(name, f"the rubric for {rubric.get('view')}: {text}")
        drop(rubric)
    return fields


def _is_fixed(choice: etree._Element) -> bool:
    return choice.get("fixed") == "true"


def _is_last(choice: etree._Element) -> bool:
    """Whether a choice is shown after all that are shuffled."""
    after = choice.itersiblings("{*}simpleChoice")
    return _is_fixed(choice) and all(map(_is_fixed, after))


def _prompt(body: etree._Element, interaction: etree._Element) -> str:
    """Return the text before the choices, from the body and from the interaction's own prompt."""
    own = interaction.find("{*}prompt")
    asked = markdown(own) if own is not None else ""
    drop(interaction)
    return "\n\n".join(text for text in (markdown(body), asked) if text)


def _feedback(item: etree._Element) -> dict[str, str]:
    return {one.get("identifier", ""): markdown(one) for one in item.iterfind("{*}modalFeedback")}


def _choice(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    right = keys(item, interactions[0].get("responseIdentifier", ""), name, losses)
    known = [one.get("identifier", "") for one in interactions[0].iterfind("{*}simpleChoice")]
    if unknown := [key for key in right if key not in known]:
        raise Refused(f"its key names the choice {unknown[0]}, which it doesn't have")
    feedback = _feedback(item)
    options = []
    for one in interactions[0].iterfind("{*}simpleChoice"):
        key = one.get("identifier", "")
        # Many items have one text for every right answer and one for every wrong one.
        why = feedback.get(key) or feedback.get("correct" if key in right else "incorrect", "")
        inline = " ".join(said(each) for each in one.iterfind("{*}feedbackInline"))
        for each in list(one.iterfind("{*}feedbackInline")):
            drop(each)
        option = {"text": said(one), "correct": key in right, "why": why or inline}
        options.append(option | ({"last": True} if _is_last(one) else {}))
    single = is_single(item, interactions[0])
    prompt = _prompt(body, interactions[0])
    return {"kind": "choice" if single else "multi", "prompt": prompt, "options": options}


def _order(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    texts = {one.get("identifier", ""): said(one) for one in interactions[0].iterfind("{*}simpleChoice")}
    right = correct(item)
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
        one.get("identifier", ""): said(one)
        for one in interactions[0].iterfind(".//{*}simpleAssociableChoice")
    }
    right = keys(item, interactions[0].get("responseIdentifier", ""), name, losses)
    pairs = [pair.split() for pair in right]
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


def _hot_text(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    """Read words that are chosen in a text; they become the options."""
    right = keys(item, interactions[0].get("responseIdentifier", ""), name, losses)
    options = [
        {"text": said(one), "correct": one.get("identifier") in right, "why": ""}
        for one in interactions[0].iter("{*}hottext")
    ]
    return {
        "kind": "choice" if is_single(item, interactions[0]) else "multi",
        "prompt": markdown(body),
        "options": options,
    }


_READERS = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _matching,
    "textEntryInteraction": _qti_blanks.entry,
    "inlineChoiceInteraction": _qti_blanks.entry,
    "gapMatchInteraction": _qti_blanks.gap_match,
    "hottextInteraction": _hot_text,
}
