"""Aiken, a text format of Moodle for questions with one right option.

https://docs.moodle.org/en/Aiken_format
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolecall.quiz.interchange._drafts import Drafts
from rolecall.quiz.interchange._lettered import OPTION, LetteredQuestion, key_letters
from rolecall.quiz.interchange._losses import Losses, Refused, decoded
from rolecall.quiz.kinds import Question

SIGN = r"(?m)^ANSWER:\s*[A-Z]\s*$"
_KEY = re.compile(r"ANSWER:\s*(.*)|(?i:answer)\s*:\s*([A-Za-z])\s*$")
_EXPLANATION = re.compile(r"(?:explanation|feedback|rationale)\s*:\s*(.*)", re.I)
_NO_SPACE = re.compile(r"([A-Z])[.)](\S.*)")


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of an Aiken file. Each one ends with the line of its key."""
    drafts = Drafts(losses)
    for number, (first, lines) in enumerate(_blocks(decoded(content)), start=1):
        with losses.guard(f"question {number}", first):
            if not any(map(_KEY.match, lines)):
                raise Refused("it has no line ANSWER")
            drafts.add(f"question {number}", _question(lines, first).fields())
    return drafts.questions


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each question, and the number of the first one.

    A question ends after the line of its key. Without a key it ends at an empty line below its options;
    otherwise it would take the next question with it.
    """
    lines: list[str] = []
    first, empty = 1, False
    for number, line in enumerate(map(str.strip, text.split("\n")), start=1):
        if not line:
            empty = True
            continue
        ended = bool(lines) and any(map(_KEY.match, lines)) and not _EXPLANATION.match(line)
        if ended or (empty and lines and OPTION.match(lines[-1]) and not _continues(line)):
            yield first, lines
            lines = []
        empty = False
        first = first if lines else number
        lines.append(line)
    if lines:
        yield first, lines


def _continues(line: str) -> bool:
    return bool(OPTION.match(line) or _KEY.match(line) or _NO_SPACE.match(line))


def _option_without_space(line: str, letter: str) -> re.Match[str] | None:
    """Read an option such as ``C.text``; if its letter is next, it doesn't continue the last one."""
    found = _NO_SPACE.match(line)
    return found if found and found[1] == letter else None


def _question(lines: list[str], first: int) -> LetteredQuestion:
    one = LetteredQuestion(first)
    for line in lines:
        if key := _KEY.match(line):
            one.key = key_letters(key[1] or key[2] or "")
        elif one.key and (explanation := _EXPLANATION.match(line)):
            one.explanation.append(explanation[1])
        elif option := OPTION.match(line) or _option_without_space(line, one.next_letter()):
            one.add_option(option[1], option[2])
        elif one.options:
            one.continue_option(line)
        else:
            one.prompt.append(line)
    return one
