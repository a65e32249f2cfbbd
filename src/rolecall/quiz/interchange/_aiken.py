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
_KEY = re.compile(r"ANSWER:\s*(.*)")


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of an Aiken file. Each one ends with the line of its key."""
    drafts = Drafts(losses)
    lines: list[str] = []
    first = 1
    number = 1
    for line, text in enumerate(decoded(content).split("\n"), start=1):
        if not text.strip():
            continue
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


def _question(lines: list[str], first: int) -> LetteredQuestion:
    one = LetteredQuestion(first)
    for line in lines:
        if key := _KEY.match(line):
            one.key = key_letters(key[1])
        elif option := OPTION.match(line):
            one.add_option(option[1], option[2])
        elif one.options:
            one.continue_option(line)
        else:
            one.prompt.append(line)
    return one
