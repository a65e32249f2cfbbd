"""Aiken, a text format of Moodle for questions with one right option.

https://docs.moodle.org/en/Aiken_format
"""

from __future__ import annotations

import re

from rolecall.quiz.interchange._drafts import Drafts
from rolecall.quiz.interchange._lettered import OPTION, LetteredQuestion, key_letters
from rolecall.quiz.interchange._losses import Losses, Refused, decoded
from rolecall.quiz.kinds import Question

SIGN = r"(?m)^ANSWER:\s*[A-Z]\s*$"
_KEY = re.compile(r"ANSWER:\s*(.*)|(?i:answer)\s*:\s*([A-Za-z])\s*$")
_NO_SPACE = re.compile(r"([A-Z])[.)](\S.*)")


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of an Aiken file. Each one ends with the line of its key."""
    drafts = Drafts(losses)
    lines: list[str] = []
    first = 1
    number = 1
    empty = False
    for line, text in enumerate(decoded(content).split("\n"), start=1):
        if not text.strip():
            empty = True
            continue
        if empty and lines and OPTION.match(lines[-1]) and not _continues(text.strip()):
            # Without its key, a question would take the next one with it.
            with losses.guard(f"question {number}", first):
                raise Refused("it has no line ANSWER")
            lines, number = [], number + 1
        empty = False
        first = first if lines else line
        lines.append(text.strip())
        if _KEY.match(lines[-1]):
            with losses.guard(f"question {number}", first):
                drafts.add(f"question {number}", _question(lines, first).fields())
            lines, number = [], number + 1
    if lines:
        with losses.guard(f"question {number}", first):
            raise Refused("the file ends before its line ANSWER")
    return drafts.questions


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
        elif option := OPTION.match(line) or _option_without_space(line, one.next_letter()):
            one.add_option(option[1], option[2])
        elif one.options:
            one.continue_option(line)
        else:
            one.prompt.append(line)
    return one
