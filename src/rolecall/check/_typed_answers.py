"""Find typed or sorted answers that accept too much, or that ask for what a learner can't know."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise

from rolecall._yaml import Where
from rolecall.check._giveaways import NUMBERS
from rolecall.check._words_of_texts import words_of_text
from rolecall.quiz import Cli, Numeric, Order, Question

Weakness = tuple[Where, str, str]
"""A place in a question, the name of a rule, and what is wrong."""

_WIDEST = 0.25
"""The largest tolerance, as a share of the answer."""
_GLOBAL = re.compile(r"--(?:output|region|profile|color|no-cli-pager|debug|no-paginate)\b")
_FORMAT = re.compile(r"\b(?:output|as|json|text|table|yaml)\b", re.I)
_MEASURED = re.compile(r"\bhow (?:long|much|large|big)\b", re.I)
_UNIT = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|bytes?|characters?|kib|mib|gib|kb|mb|gb|"
    r"percent|calls?)\b",
    re.I,
)


def typed_answer_problems(question: Question) -> Iterator[Weakness]:
    """Yield the weaknesses of a question whose answer is typed or sorted."""
    match question:
        case Numeric():
            yield from _numeric(question)
        case Cli():
            yield from _cli(question)
        case Order():
            texts = [" ".join(words_of_text(one.text)) for one in question.items]
            if len(texts) > 3 and texts == sorted(texts):
                yield (
                    ("items",),
                    "alphabetical-order",
                    "the right order is that of the alphabet; start an item with another word",
                )


def _numeric(question: Numeric) -> Iterator[Weakness]:
    answer = question.answer
    if not isinstance(answer, int | float) or isinstance(answer, bool):
        return
    if answer and question.tolerance > _WIDEST * abs(answer):
        message = (
            f"{question.tolerance} is more than a quarter of the answer, so a guess is right; narrow it"
        )
        yield ("tolerance",), "wide-tolerance", message
    named = question.unit is not None or question.units or _UNIT.search(question.prompt)
    if not named and _MEASURED.search(question.prompt):
        message = "the prompt asks for an amount without a unit; add `unit`, or name it"
        yield ("prompt",), "no-unit", message
    asked = re.search(r"\bhow many (\w+)", question.prompt, re.I)
    number = NUMBERS[answer] if isinstance(answer, int) and 1 < answer < len(NUMBERS) else ""
    if asked and number and re.search(rf"\b{number} {asked[1]}\b", question.prompt, re.I):
        yield ("prompt",), "typed-key", f"this has the right answer {number!r}"


def _cli(question: Cli) -> Iterator[Weakness]:
    for index, command in enumerate(question.accept[:1]):
        for option in _GLOBAL.findall(command):
            asked = _FORMAT if option == "--output" else re.compile(re.escape(option.lstrip("-")), re.I)
            if not asked.search(question.prompt):
                message = f"the prompt doesn't ask for {option}, so a learner's shorter command is wrong"
                yield ("accept", index), "unasked-option", message
        for option, value in _values(command):
            known = (
                value in question.prompt
                or option.lstrip("-") in question.ignore
                or option in question.ignore
            )
            if not known and re.fullmatch(r"[\w+=,.@-]*\d[\w+=,.@-]*", value) and not value.isdigit():
                message = f"the prompt doesn't name {value!r}; name it, or list {option} in `ignore`"
                yield ("accept", index), "unasked-value", message


def _values(command: str) -> Iterator[tuple[str, str]]:
    try:
        words = shlex.split(command)
    except ValueError:
        return
    for option, value in pairwise(words):
        if option.startswith("--") and not value.startswith("--"):
            yield option, value
