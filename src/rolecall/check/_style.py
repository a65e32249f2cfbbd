"""Find discouraged words and long sentences in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast

from rolecall._yaml import read_yaml

_CODE_BLOCK = re.compile(r"^( *)(```|~~~).*?^ *\2`*\s*$", re.S | re.M)
_CODE = re.compile(r"`[^`\n]*`|https?://\S+")
_MARKS = re.compile(r"!\[[^\]]*\]\([^)]*\)|<!--.*?-->|<[^>]+>|\]\([^)]*\)|\{[%{#].*?[%}#]\}", re.S)
_ENDS = re.compile(r"(?<=[.!?:;])[\"”’)*_]*\s+|\n\s*\n|\n\s*(?:[-*+>|#]|\d+\.)\s|\|")
_LIST = Path(__file__).with_name("discouraged_words.yaml")

Problem = tuple[str, str]
"""The name of a rule, and what is wrong."""


@lru_cache(maxsize=1)
def discouraged_words() -> Mapping[str, str]:
    """Return Rolecall's list: what to write in place of each word."""
    return cast("dict[str, str]", read_yaml(_LIST).value)


def style_problems(text: str, words: Mapping[str, str], longest_sentence: int) -> Iterator[Problem]:
    """Find discouraged words and sentences that are too long.

    Parameters
    ----------
    words
        What to write in place of each discouraged word.
    longest_sentence
        How many words a sentence may have, not counting code.
    """
    prose = _MARKS.sub(" ", _CODE.sub("code", _CODE_BLOCK.sub("\n\n", text)))
    for found in dict.fromkeys(one[0].lower() for one in _pattern(tuple(words)).finditer(prose)):
        replacement = words.get(found) or words.get(" ".join(found.split())) or "another word"
        yield "discouraged-word", f"{found!r} reads badly; write {replacement}"
    for sentence in _ENDS.split(prose):
        count = sum("code" not in word for word in sentence.split())
        if count > longest_sentence:
            beginning = " ".join(sentence.split()[:6])
            message = f"the sentence that begins with {beginning!r} has {count} words; split it"
            yield "long-sentence", message


@lru_cache(maxsize=16)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(r"\s+".join(map(re.escape, one.split())) for one in words) or r"(?!)"
    return re.compile(rf"(?<![\w-])(?:{listed})(?![\w-]| apart\b)", re.I)
