"""Compare texts by their words."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+(?:['’:-][a-z0-9]+)*")
_ENDINGS = re.compile(r"(?:ing|ed|es|s|'s|’s)$")
_COMMON_WORDS = (
    "a about after all also an and another any are as at be because been before both but by can "
    "can't could do does doesn't don't each either every for from had has have he her his how if in "
    "into is isn't it its it's more most must no not of on one only or other out over own same she "
    "should so some such than that the their them then there these they this those through to too "
    "under until up use used uses using was were what when where which while who whose why will with "
    "without would you your only never always "
)
_COMMON = frozenset(_COMMON_WORDS.split())


def words_of_text(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=8192)
def _content(text: str) -> frozenset[str]:
    words = (word for word in words_of_text(text) if word not in _COMMON)
    return frozenset(_stem(word) for word in words)


def _stem(word: str) -> str:
    if len(word) <= 4:
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else _ENDINGS.sub("", word)


def content_words(text: str) -> set[str]:
    """Return the words of a text that carry its meaning, without their endings."""
    return set(_content(text))
