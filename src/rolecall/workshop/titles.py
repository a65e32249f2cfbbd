"""Name what the service stores by ID: lessons, modes, questions, tasks, and misconceptions."""

from __future__ import annotations

import re
from functools import lru_cache

from rolecall._yaml import BadFile
from rolecall.assessment import Assessments
from rolecall.course import MODE_TITLES, NoCourse
from rolecall.lab import load_tasks, task_files

_LONGEST = 90
"""The most characters of a question's prompt that are shown as its title."""


def titles_of(assessments: Assessments) -> dict[str, str]:
    """Return a title for each ID of a course, without those of files that have faults.

    A question has no title, so the first characters of its prompt are its title.
    """
    return _titles(assessments, assessments.changed())


@lru_cache(maxsize=4)
def _titles(assessments: Assessments, changed: tuple[int, ...]) -> dict[str, str]:
    course = assessments.course
    titles = {str(mode): title for mode, title in MODE_TITLES.items()}
    titles |= {one.name: one.title for one in course.lessons()}
    for file in task_files(course):
        try:
            titles |= {one.id: one.title for one in load_tasks(file)}
        except BadFile:
            continue
    for file in course.banks():
        try:
            bank = assessments.bank(file.stem)
        except (BadFile, NoCourse):
            continue
        titles[file.stem] = bank.title
        titles |= {name: one.title for name, one in bank.misconceptions.items()}
        titles |= {one.id: short_prompt(one.prompt) for one in bank.questions}
    return titles


def short_prompt(prompt: str) -> str:
    """Return the first line of a prompt without Markdown's marks, cut at a word.

    Examples
    --------
    >>> short_prompt("What does `sts:AssumeRole` return?")
    'What does sts:AssumeRole return?'
    """
    line = re.sub(r"[`*]", "", prompt.strip().partition("\n\n")[0]).replace("\n", " ")
    line = re.sub(r"\{\{ *(\w+) *\}\}", r"‹\1›", line)  # a value that differs in each variant
    if len(line) <= _LONGEST:
        return line
    return f"{line[:_LONGEST].rpartition(' ')[0].rstrip(',;:.')}…"
