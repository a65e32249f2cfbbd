"""Compare patterns with `*` and `?`: whether one includes another, and whether a text can match both."""

from __future__ import annotations

from functools import lru_cache

from rolecall.iam._glob import Predicate, compile_glob


def has_wildcard(text: str) -> bool:
    """Whether a text has a wildcard."""
    return "*" in text or "?" in text


def includes(pattern: str, other: str) -> bool:
    """Whether every text that `other` matches is also matched by `pattern`.

    True is certain. If both patterns combine ``?`` and ``*``, the answer can be False although it is so.
    """
    if not has_wildcard(pattern):
        return pattern == other
    if not has_wildcard(other):
        return _compiled(pattern)(other)
    return _includes_pattern(pattern, other)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Predicate:
    return compile_glob(pattern)


@lru_cache(maxsize=4096)
def _includes_pattern(pattern: str, other: str) -> bool:
    if not other.startswith(_literal_start(pattern)):
        return False
    # reach[i] says whether the first i characters of the pattern include what was read of the other one.
    reach = [True, *(set(pattern[:end]) == {"*"} for end in range(1, len(pattern) + 1))]
    for character in other:
        ahead = [False]
        for index, own in enumerate(pattern):
            if own == "*":
                ahead.append(ahead[index] or reach[index + 1])
            else:
                fits = own == character or (own == "?" and character != "*")
                ahead.append(reach[index] and fits)
        if character == "*":
            # The star can also match nothing, so that the rest has to be included from here on.
            ahead = [one and before for one, before in zip(ahead, reach, strict=True)]
        reach = ahead
    return reach[-1]


def _literal_start(pattern: str) -> str:
    return pattern.partition("*")[0].partition("?")[0]


@lru_cache(maxsize=4096)
def overlap(first: str, second: str) -> bool:
    """Whether a text can match both patterns."""
    if not has_wildcard(first) or not has_wildcard(second):
        return includes(first, second) or includes(second, first)
    starts = _literal_start(first), _literal_start(second)
    if not starts[0].startswith(starts[1]) and not starts[1].startswith(starts[0]):
        return False
    row = [True, *(set(second[:end]) == {"*"} for end in range(1, len(second) + 1))]
    for own in first:
        ahead = [row[0] and own == "*"]
        for index, character in enumerate(second):
            if own == "*" or character == "*":
                ahead.append(row[index + 1] or ahead[index])
            else:
                ahead.append(row[index] and (own == character or "?" in (own, character)))
        row = ahead
    return row[-1]
