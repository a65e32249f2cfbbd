"""Refuse input that no honest notebook sends, before it reaches a database, a parser, or a grader."""

from __future__ import annotations

import math
from typing import Any

_LONGEST = {
    "choice": 16,
    "multi": 1_000,
    "order": 1_000,
    "match": 1_000,
    "decide": 1_000,
    "numeric": 64,
    "blanks": 1_000,
    "cli": 4 * 1024,
    # The largest policy that IAM stores is an inline policy of 10,240 characters without white space:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "policy": 20 * 1024,
    # The calls that a learner made, with their policies.
    "task": 200 * 1024,
}
_LONGEST_OF_OTHERS = 4 * 1024
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


def check_length(kind: str, given: Any) -> None:
    """Check that an answer isn't longer than its kind of question needs.

    Parameters
    ----------
    kind
        The kind of question, such as ``numeric``.
    given
        What the question's form sends.

    Raises
    ------
    BadInput
        If the texts of the answer have more characters together than the kind allows.
    """
    longest = _LONGEST.get(kind, _LONGEST_OF_OTHERS)
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
