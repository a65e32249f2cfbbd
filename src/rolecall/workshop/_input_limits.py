"""Refuse input that no honest notebook sends, before it reaches a database, a parser, or a grader."""

from __future__ import annotations

import math
from typing import Any

LONGEST_TASK = 200 * 1024
"""How many characters the calls that a learner made for a task may have, with their policies."""
_DEEPEST = 40
_MOST_VALUES = 40_000
"""How many keys and values a request may have; 300 calls of a task have fewer. They take 20 ms."""
_LARGEST_INTEGER = 2**53


class BadInput(ValueError):
    """A value can't be stored or graded; the message says why."""


def check_storable(value: Any) -> None:
    """Check that a JSON value can be stored by every database that the service supports.

    Raises
    ------
    BadInput
        For a NUL character, half of a surrogate pair, a number that isn't finite or is larger than 2**53,
        a value that is nested more than 40 deep, and one that consists of more than 40,000 values.
    """
    waiting = [(value, 0)]
    count = 0
    while waiting:
        one, depth = waiting.pop()
        if depth > _DEEPEST:
            raise BadInput(f"the value is nested more than {_DEEPEST} deep")
        if isinstance(one, dict | list):
            # Counted before they are looked at, which takes longer.
            count += len(one)
            if count > _MOST_VALUES:
                raise BadInput(f"the value consists of more than {_MOST_VALUES} values")
        match one:
            case str():
                _check_text(one)
            case bool() | None:
                pass
            case float():
                if not math.isfinite(one):
                    raise BadInput("the number is not finite")
            case int():
                if abs(one) > _LARGEST_INTEGER:
                    raise BadInput("the number is larger than 2**53")
            case dict():
                waiting += [(part, depth + 1) for pair in one.items() for part in pair]
            case list():
                waiting += [(part, depth + 1) for part in one]


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BadInput("the text contains a NUL character")
    if not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text):
        raise BadInput("the text contains half of a surrogate pair")


def check_length(given: Any, longest: int) -> None:
    """Check that an answer isn't longer than its kind of question needs.

    Parameters
    ----------
    given
        What the question's form sends.
    longest
        How many characters the texts of the answer may have together, such as `BaseQuestion.longest_input`.

    Raises
    ------
    BadInput
        If they have more.
    """
    length = _length(given)
    if length > longest:
        raise BadInput(f"the answer is too long: {length} characters, and this question allows {longest}")


def _length(value: Any) -> int:
    match value:
        case dict():
            return sum(len(name) + _length(one) for name, one in value.items())
        case list():
            return sum(_length(one) + 1 for one in value)
    return len(str(value))
