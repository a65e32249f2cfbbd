"""Refuse input that no honest notebook sends, before it reaches a database, a parser, or a grader."""

from __future__ import annotations

import math
from typing import Any

LONGEST_TASK = 200 * 1024
"""How many characters the calls that a learner made for a task may have, with their policies."""
_DEEPEST = 40
_LARGEST_INTEGER = 2**53


class BadInput(ValueError):
    """A value can't be stored or graded; the message says why."""


def check_storable(value: Any, depth: int = 0) -> None:
    """Check that a JSON value can be stored by every database that the service supports.

    Raises
    ------
    BadInput
        For a NUL character, half of a surrogate pair, a number that isn't finite or is larger than 2**53,
        and a value that is nested more than 40 deep.
    """
    if depth > _DEEPEST:
        raise BadInput(f"the value is nested more than {_DEEPEST} deep")
    match value:
        case str():
            if "\0" in value:
                raise BadInput("the text contains a NUL character")
            if not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
                raise BadInput("the text contains half of a surrogate pair")
        case bool() | None:
            pass
        case float():
            if not math.isfinite(value):
                raise BadInput("the number is not finite")
        case int():
            if abs(value) > _LARGEST_INTEGER:
                raise BadInput("the number is larger than 2**53")
        case dict():
            for name, one in value.items():
                check_storable(name, depth + 1)
                check_storable(one, depth + 1)
        case list():
            for one in value:
                check_storable(one, depth + 1)


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
