"""Find the condition keys that policies use, and the position of a statement in the text of its policy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from rolecall.iam._documents import Policy
from rolecall.iam._json import locate
from rolecall.iam._statements import Statement
from rolecall.iam._variables import variable_keys


def context_keys(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Return the condition keys in conditions and variables of policies, each once, as first spelled."""
    found: dict[str, str] = {}
    for policy in policies:
        for key in _keys(policy):
            found.setdefault(key.lower(), key)
    return tuple(found.values())


def _keys(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        for condition in statement.conditions:
            yield condition.key
            for value in condition.values:
                yield from variable_keys(value)
        for value in statement.resource.values if statement.resource else ():
            yield from variable_keys(value)


def statement_span(policy: Policy, statement: Statement) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where a statement starts and ends in the text of its policy.

    Returns
    -------
    tuple
        Line and column of the first character and of the position after the last, counted from 1.
    """
    text = policy.text
    place = locate(text, ("Statement", statement.index)) or locate(text, ("Statement",)) or (1, 1)
    lines = text.splitlines(keepends=True)
    offset = sum(map(len, lines[: place[0] - 1])) + place[1] - 1
    _, end = json.JSONDecoder().raw_decode(text, offset)
    return place, (text.count("\n", 0, end) + 1, end - text.rfind("\n", 0, end))
