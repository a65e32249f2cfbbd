"""Find options that show which of them is right when a learner compares them with each other.

Most rules are from T. M. Haladyna, S. M. Downing, and M. C. Rodriguez, "A Review of Multiple-Choice
Item-Writing Guidelines for Classroom Assessment", Applied Measurement in Education 15 (2002).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from rolecall._yaml import Where
from rolecall.check._words_of_texts import words_of_text
from rolecall.quiz import Choice

Cue = tuple[Where, str, str]
"""A place in a question, the name of a rule, and what is wrong."""

ABSOLUTE = re.compile(r"\b(always|never|only|every|none|impossible|completely|solely|entirely)\b", re.I)
_EXTREME = re.compile(
    r"\b(always|never|ever|impossible|completely|solely|entirely|absolutely|whatsoever|"
    r"everything|nobody|every possible|all \w+ must)\b",
    re.I,
)
"""Absolute words without "every" and "only", which also say how many."""
_VAGUE = re.compile(
    r"(?:very |quite )?(?:often|sometimes|rarely|frequently|seldom|usually|occasionally|regularly|many|few|"
    r"several|a lot|a few)",
    re.I,
)
_BETWEEN = re.compile(r"(?:between |from )?(\d[\d,.]*)\s*(?:and|to|-|–)\s*(\d[\d,.]*)\b\s*(\D*)", re.I)
_ABOVE = re.compile(r"(?:more than|over|at least)\s+(\d[\d,.]*)\b\s*(\D*)", re.I)
_BELOW = re.compile(r"(?:less than|fewer than|under|up to|at most)\s+(\d[\d,.]*)\b\s*(\D*)", re.I)


def option_cues(question: Choice) -> Iterator[Cue]:
    """Yield what the options of a question give away together."""
    yield from _absolutes(question)
    yield from _vague(question)
    yield from _ranges(question)
    yield from _halves(question)


def _absolutes(question: Choice) -> Iterator[Cue]:
    wrong = [one.text for one in question.options if not one.correct]
    if len(wrong) > 1 and all(map(_EXTREME.search, wrong)) and not _EXTREME.search(question.right.text):
        message = "every wrong option has a word such as always or never, and the right one has none"
        yield ("options",), "absolute-words", message


def _vague(question: Choice) -> Iterator[Cue]:
    vague = [one.text for one in question.options if _VAGUE.fullmatch(one.text.strip(" ."))]
    if len(vague) > 1:
        message = f"{vague[0]!r} and {vague[1]!r} mean different amounts to different people; write numbers"
        yield ("options",), "vague-options", message


def _ranges(question: Choice) -> Iterator[Cue]:
    """Find ranges that overlap, so that two options are right for the same number.

    Options such as "up to 12 hours" and "up to 36 hours" ask for a limit, so they may contain each other.
    """
    ranges = {index: found for index, one in enumerate(question.options) if (found := _range(one.text))}
    for (one, (low, high, unit)), (other, (begin, end, same)) in combinations(ranges.items(), 2):
        nested_limits = low == begin == 0 or high == end == float("inf")
        if unit == same and not nested_limits and max(low, begin) < min(high, end):
            message = f"overlaps with {question.options[one].text!r}, so both are right for some numbers"
            yield ("options", other, "text"), "overlapping-options", message


def _range(text: str) -> tuple[float, float, str] | None:
    plain = text.strip(" .")
    if found := _BETWEEN.fullmatch(plain):
        return _number(found[1]), _number(found[2]), _unit(found[3])
    if found := _ABOVE.fullmatch(plain):
        return _number(found[1]), float("inf"), _unit(found[2])
    if found := _BELOW.fullmatch(plain):
        return 0.0, _number(found[1]), _unit(found[2])
    return None


def _number(text: str) -> float:
    digits = text.replace(",", "").rstrip(".")
    return float(digits) if digits.count(".") < 2 else float("nan")


def _unit(text: str) -> str:
    return text.strip().rstrip("s").lower()


def _halves(question: Choice) -> Iterator[Cue]:
    """Find a right option that joins the two parts which the other options have most often."""
    halves = [frozenset(map(_joined, re.split(r",? and |, | with ", one.text))) for one in question.options]
    if len(halves) < 4 or any(len(one) != 2 for one in halves):
        return
    counts = Counter(half for one in halves for half in one)
    popular = [all(counts[half] > 1 for half in one) for one in halves]
    place = question.options.index(question.right)
    if popular.count(True) == 1 and popular[place]:
        message = "each part of this right option is in a wrong one too, which no other option can say"
        yield ("options", place, "text"), "convergence", message


def _joined(text: str) -> str:
    return " ".join(word for word in words_of_text(text) if word not in ("a", "an", "the", "both"))
