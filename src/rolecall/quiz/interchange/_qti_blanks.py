"""Read QTI items whose answers belong into a text: typed, chosen from a list, or dragged."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from rolecall.quiz._numbers import written
from rolecall.quiz.interchange._drafts import ONE_LIST, TODO, Fields, decimal, number_of
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.interchange._qti_elements import drop, markdown, replace, said
from rolecall.quiz.interchange._qti_scoring import (
    correct,
    is_number,
    keys,
    mapped,
    numbers,
    responses,
    scored_by_rules,
    uses,
)

_GAP = "_____"


def entry(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    """Read a number, or texts that are typed or chosen."""
    response = interactions[0].get("responseIdentifier", "")
    if len(interactions) == 1 and is_number(responses(item).get(response)):
        found = numbers(item, response, name, losses)
        # A gap within a sentence has its place, such as before a unit.
        replace(interactions[0], _GAP if (interactions[0].tail or "").strip() else "")
        return {"prompt": markdown(body)} | number_of(found, name, losses)
    blanks, tokens = {}, list[str]()
    for number, interaction in enumerate(interactions, start=1):
        choices = {one.get("identifier", ""): said(one) for one in interaction.iterfind("{*}inlineChoice")}
        blank = _blank(item, interaction, choices, name, losses)
        blanks[f"b{number}"] = blank
        tokens += [text for text in choices.values() if text not in blank["accept"]]
        replace(interaction, f"[[b{number}]]")
    if tokens and len(interactions) > 1:
        losses.add(name, ONE_LIST)
    return _fields(body, blanks, tokens)


def _blank(
    item: etree._Element,
    interaction: etree._Element,
    choices: Mapping[str, str],
    name: str,
    losses: Losses,
) -> Fields:
    response = interaction.get("responseIdentifier", "")
    declaration = responses(item).get(response)
    right = correct(item, response)
    # A template that compares with the correct response doesn't use the mapping.
    by_key = bool(right) and uses(item, "match_correct")
    entries = [] if by_key else mapped(declaration, name, losses)
    accept = [*right, *(each.get("mapKey", "") for each in entries)]
    accept = accept or scored_by_rules(item, response, name, losses, several=False)
    accept = [choices[one] for one in accept if one in choices] if choices else accept
    if not accept:
        raise Refused(f"it doesn't say which text is right in {response}")
    if is_number(declaration):
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
    if item.find("{*}responseProcessing//{*}mapTolResponse") is not None:
        losses.add(name, "that an answer may be similar (mapTolResponse)")
    if any(one.get("substring") == "true" for one in tests):
        losses.add(name, "that an answer may contain other text too (substring)")
    return {"accept": list(dict.fromkeys(accept)), "why": TODO, "match_case": match_case}


def gap_match(
    item: etree._Element,
    body: etree._Element,
    interactions: list[etree._Element],
    name: str,
    losses: Losses,
) -> Fields:
    """Read words that are dragged into gaps of a text."""
    texts = {one.get("identifier", ""): said(one) for one in interactions[0].iterfind("{*}gapText")}
    right: dict[str, list[str]] = {}
    for key in keys(item, interactions[0].get("responseIdentifier", ""), name, losses):
        choice, place = key.split()
        right.setdefault(place, []).append(texts[choice])
    blanks: Fields = {}
    for number, gap in enumerate(list(interactions[0].iter("{*}gap")), start=1):
        accept = right.get(gap.get("identifier", ""))
        if not accept:
            raise Refused(f"it doesn't say what belongs into gap {number}")
        blanks[f"b{number}"] = {"accept": accept, "why": TODO, "match_case": False}
        replace(gap, f"[[b{number}]]")
    for one in list(interactions[0].iterfind("{*}gapText")):
        drop(one)
    return _fields(body, blanks, list(texts.values()))


def _fields(body: etree._Element, blanks: Fields, tokens: list[str]) -> Fields:
    """Create a blanks question from a body whose interactions are replaced by the names of blanks."""
    first = next(iter(blanks))
    pre = next(
        (one for one in body.iter("{*}pre") if f"[[{first}]]" in "".join(map(str, one.itertext()))), None
    )
    fields: Fields = {"kind": "blanks", "blanks": blanks, "tokens": list(dict.fromkeys(tokens))}
    if pre is None:
        return fields | {"prompt": "Complete the text.", "text": markdown(body)}
    text, language = str("".join(map(str, pre.itertext()))), pre.get("class", "text")
    drop(pre)
    fields |= {"prompt": markdown(body), "text": text}
    return fields | ({"language": language} if language in ("json", "bash", "python") else {})
