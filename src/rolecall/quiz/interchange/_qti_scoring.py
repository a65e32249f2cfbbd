"""Find out which answers of a QTI item are right: from its key, its mapping, and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lxml import etree

from rolecall.quiz._numbers import decimal_text
from rolecall.quiz.interchange._drafts import NumberAnswer, decimal
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.interchange._qti_elements import tag

_NUMBERS = ("float", "integer")
_DISAGREE = "its correct response and its rules (responseProcessing) disagree on what is right"
_ENDS = {"gte": "low", "gt": "low", "lte": "high", "lt": "high"}


def responses(item: etree._Element) -> dict[str, etree._Element]:
    """Return the declarations of the responses by their identifiers."""
    return {one.get("identifier", ""): one for one in item.iterfind("{*}responseDeclaration")}


def is_number(declaration: etree._Element | None) -> bool:
    """Whether a response is a number."""
    return declaration is not None and declaration.get("baseType") in _NUMBERS


def is_single(item: etree._Element, interaction: etree._Element) -> bool:
    """Whether a learner chooses one answer; some programs write no limit for it."""
    declaration = responses(item).get(interaction.get("responseIdentifier", ""))
    single = declaration is not None and declaration.get("cardinality") == "single"
    return single or interaction.get("maxChoices", "1") == "1"


def uses(item: etree._Element, template: str) -> bool:
    """Whether a standard template scores an item."""
    processing = item.find("{*}responseProcessing")
    return processing is not None and template in processing.get("template", "")


def mapped(declaration: etree._Element | None, name: str, losses: Losses) -> list[etree._Element]:
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


def keys(item: etree._Element, response: str, name: str, losses: Losses) -> list[str]:
    """Return the right choices, from the correct response, from the mapping, or from the rules.

    Raises
    ------
    Refused
        If the item doesn't say which answer is right, or says it in two ways that disagree.
    """
    declaration = responses(item).get(response)
    right = correct(item, response)
    found = [one.get("mapKey", "") for one in mapped(declaration, name, losses)]
    if found and uses(item, "map_response") and right and set(found) != set(right):
        raise Refused("its correct response and its mapping disagree on which answers are right")
    several = declaration is not None and declaration.get("cardinality") == "multiple"
    ruled = scored_by_rules(item, response, name, losses, several=several)
    # Without a standard template, rules may give marks for other values than the correct response.
    if ruled and right and not set(ruled) & set(right):
        raise Refused(_DISAGREE)
    if not right and not found and not ruled:
        raise Refused("it doesn't say which answer is right")
    return right or found or ruled


def correct(item: etree._Element, response: str | None = None) -> list[str]:
    """Return the correct response as the item declares it."""
    for declaration in item.iterfind("{*}responseDeclaration"):
        if response is None or declaration.get("identifier") == response:
            return [
                (value.text or "").strip() for value in declaration.iterfind("{*}correctResponse/{*}value")
            ]
    return []


def scored_by_rules(
    item: etree._Element, response: str, name: str, losses: Losses, *, several: bool
) -> list[str]:
    """Return the values with which the rules of an item compare a response in order to give marks."""
    found: dict[str, Fraction] = {}
    added = set[str]()
    for test, mark in _rules(item):
        values = [
            value
            for one in _tests(test, "match", "member", "contains", "stringMatch", "equal")
            for value in _compared(one, response)
        ]
        if several and len(values) > 1 and any(True for _ in _tests(test, "or")):
            raise Refused("one of several answers is enough, and no kind of question is like it")
        for value in values:
            found[value] = max(mark, found.get(value, Fraction(0)))
        # Marks after an "else" are instead of others, and not in addition to them.
        if several and next(test.iterancestors("{*}responseElse", "{*}responseElseIf"), None) is None:
            added.update(values)
    most = max(found.values(), default=Fraction(0))
    for value, mark in found.items():
        if mark < most:
            share = f"{float(mark):g} for {value!r}, where the most is {float(most):g}"
            losses.add(name, f"the mark of {share}")
    return [value for value, mark in found.items() if value in added or mark == most]


def _rules(item: etree._Element) -> Iterator[tuple[etree._Element, Fraction]]:
    """Yield the test of each rule that gives marks, and how many it gives."""
    numeric = [
        one.get("identifier", "")
        for one in item.iterfind("{*}outcomeDeclaration")
        if one.get("baseType") in _NUMBERS
    ]
    # An item of another program may have a different name for its score.
    scores = ["SCORE"] if "SCORE" in numeric or not numeric else numeric
    processing = item.find("{*}responseProcessing")
    for rule in () if processing is None else processing.iter("{*}responseIf", "{*}responseElseIf"):
        marks = [
            _mark(one) for one in rule.iterfind("{*}setOutcomeValue") if one.get("identifier") in scores
        ]
        if len(rule) and max(marks, default=Fraction(0)) > 0:
            yield rule[0], max(marks)


def _mark(setting: etree._Element) -> Fraction:
    """Return the mark that a rule sets or adds; 0 if it can't be known without an answer."""
    value = setting.find("{*}baseValue")
    if value is None:
        value = setting.find("{*}sum/{*}baseValue")
    try:
        return decimal((value.text if value is not None else None) or "0", "QTI")
    except Refused:
        return Fraction(0)


def _tests(test: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the parts of a test that must be true."""
    if tag(test) == "not":
        return
    if tag(test) in names:
        yield test
    for one in test:
        yield from _tests(one, *names)


def _compared(test: etree._Element, response: str) -> list[str]:
    """Return the values with which a test compares a response."""
    variable = test.find("{*}variable")
    if variable is None or variable.get("identifier") != response:
        return []
    values = [*test.iterfind("{*}baseValue"), *test.iterfind("{*}multiple/{*}baseValue")]
    return [value.text.strip() for value in values if value.text]


def _names(test: etree._Element, response: str) -> bool:
    """Whether a response is anywhere in a test."""
    return any(one.get("identifier") == response for one in test.iter("{*}variable"))


def numbers(item: etree._Element, response: str, name: str, losses: Losses) -> list[NumberAnswer]:
    """Return the right numbers of a response, each with its tolerance.

    Raises
    ------
    Refused
        If the item doesn't say which number is right, or compares it in a way that a bank doesn't have.
    """
    if found := list(_ranges(item, response, name, losses)):
        return found
    right = [decimal(one, "QTI") for one in correct(item, response)]
    by_key = bool(right) and uses(item, "match_correct")
    entries = [] if by_key else mapped(responses(item).get(response), name, losses)
    listed = [decimal(one.get("mapKey", ""), "QTI") for one in entries]
    ruled = [decimal(one, "QTI") for one in scored_by_rules(item, response, name, losses, several=False)]
    for others in (ruled, listed if uses(item, "map_response") else []):
        if right and others and not set(right) <= set(others):
            raise Refused(_DISAGREE)
    values = dict.fromkeys([*right, *listed, *ruled])
    if not values:
        raise Refused("it doesn't say which answer is right")
    return [(middle, _tolerance(item, middle, name, losses), 100.0, "") for middle in values]


def _ranges(item: etree._Element, response: str, name: str, losses: Losses) -> Iterator[NumberAnswer]:
    """Yield the ranges that rules compare with a response: at least one number and at most another one."""
    found: list[tuple[Fraction, Fraction, Fraction]] = []
    for test, mark in _rules(item):
        ends: dict[str, list[Fraction]] = {"low": [], "high": []}
        compared = [one for one in _tests(test, *_ENDS) if _names(one, response)]
        for one in compared:
            if values := _compared(one, response):
                # The number may be on either side of the sign.
                first = tag(one[0]) == "variable"
                end = _ENDS[tag(one)] if first else {"low": "high", "high": "low"}[_ENDS[tag(one)]]
                ends[end].append(decimal(values[0], "QTI"))
            if tag(one) in ("gt", "lt"):
                losses.add(name, "that an end of the range is wrong; both ends are right here")
        if not compared:
            continue
        if len(ends["low"]) != 1 or len(ends["high"]) != 1 or any(True for _ in _tests(test, "or")):
            raise Refused("its rules (responseProcessing) have no range with two ends")
        found.append((ends["low"][0], ends["high"][0], mark))
    most = max((mark for _, _, mark in found), default=Fraction(0))
    for low, high, mark in found:
        middle = (low + high) / 2
        yield middle, (high - low) / 2, float(100 * mark / most), ""
    for value in correct(item, response) if found else ():
        shown = decimal(value, "QTI")
        low, high = next((low, high) for low, high, mark in found if mark == most)
        if not low <= shown <= high:
            raise Refused(_DISAGREE)
        if shown != (low + high) / 2:
            middle_text = decimal_text((low + high) / 2)
            losses.add(name, f"the answer {value}; here the middle of the range, {middle_text}, is shown")


def _tolerance(item: etree._Element, value: Fraction, name: str, losses: Losses) -> Fraction:
    """Return the tolerance that the rules of an item have.

    A relative tolerance is in percent, and one number counts for both sides:
    https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html, under ``equal``.
    """
    for rule in item.iterfind("{*}responseProcessing//{*}equal"):
        compared = rule.find("{*}baseValue")
        if compared is not None and decimal(compared.text or "", "QTI") != value:
            # The tolerance of another right number.
            continue
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
