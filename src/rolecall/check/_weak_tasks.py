"""Find tasks that prove less than their author thinks, without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from rolecall._yaml import Where
from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._words_of_texts import words_of_text
from rolecall.lab import Probe, Task, is_change

_WHOLE_DOCUMENT = re.compile(r"(?:PolicyDocument|Policy|Document)(?:\.Statement)?\s*==\s*[`'\"]")

Weakness = tuple[Where, str, str]
"""A place in a task, the name of a rule, and what is wrong."""


def check_weak_tasks(loaded: LoadedCourse) -> Iterator[Finding]:
    """Yield a warning for each weakness of the tasks."""
    for file, tasks in loaded.tasks.items():
        for index, task in enumerate(tasks):
            for where, rule, message in task_weaknesses(task):
                yield loaded.places.at(file, ("tasks", index, *where), rule, message, Severity.WARNING)


def task_weaknesses(task: Task) -> Iterator[Weakness]:
    """Find the weaknesses of a task; the places are those of the task."""
    yield from _probes(task)
    yield from _hints(task)
    for (_, one), (place, other) in combinations(enumerate(task.mistakes), 2):
        if one.when == other.when:
            message = f"an earlier mistake, {one.misconception!r}, is recognized by the same expression"
            yield ("mistakes", place, "when"), "same-mistake", message
    for index, right in enumerate(task.also_right):
        if right.steps == task.solution:
            yield ("also_right", index, "steps"), "same-solution", "these are the calls of the solution"


def _probes(task: Task) -> Iterator[Weakness]:
    probes: list[tuple[str, int, Probe]] = [
        (part, index, probe)
        for part in ("succeed", "denied")
        for index, probe in enumerate(getattr(task, part))
    ]
    for (part, index, one), (other_part, place, other) in combinations(probes, 2):
        if one.steps and one.steps == other.steps:
            rule = "same-probe" if part == other_part else "contradicting-probes"
            message = f"the calls are those of {one.says!r} ({part}[{index}])"
            yield (other_part, place, "steps"), rule, message
        elif words_of_text(one.says) == words_of_text(other.says):
            message = f"{part}[{index}] says the same, so a learner can't tell which of the two failed"
            yield (other_part, place, "says"), "same-says", message
    for part, index, probe in probes:
        for number, step in enumerate(probe.steps):
            if any(_WHOLE_DOCUMENT.search(one) for one in step.expect.ok or ()):
                message = (
                    "this compares a document word by word, so the form that the console writes is wrong; "
                    "use `only_changed`, or calls that the document decides"
                )
                yield (part, index, "steps", number, "expect"), "compares-document", message
    if all(not one.steps for one in task.succeed) and any(is_change(one.call) for one in task.solution):
        message = "every probe looks at what the learner typed; add one that calls AWS after the change"
        yield ("succeed",), "nothing-proved", message


def _hints(task: Task) -> Iterator[Weakness]:
    said = [words_of_text(one) for one in task.hints]
    for index, hint in enumerate(said):
        if hint == words_of_text(task.goal):
            yield ("hints", index), "hint-repeats-goal", "the hint repeats the goal; say what to think of"
        elif hint in said[:index]:
            yield ("hints", index), "same-hint", "this hint repeats an earlier one; say the next step"
    changed = {one.call.partition(".")[2] for one in task.solution if is_change(one.call)}
    if task.hints and len(task.hints) > 1:
        for call in sorted(changed):
            names = {call, call.replace("_", "-"), call.replace("_", "").lower()}
            if any(one in task.hints[0] or one in task.hints[0].lower().replace("`", "") for one in names):
                message = f"the first hint already names the call {call}; begin with what to think of"
                yield ("hints", 0), "first-hint-solves", message
