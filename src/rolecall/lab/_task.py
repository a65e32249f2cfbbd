"""A hands-on task: what a learner must reach, the probes that prove it, the mistakes that it recognises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rolecall._yaml import BadFile, read_yaml, validate
from rolecall.course import Course, NoCourse
from rolecall.quiz import Step
from rolecall.quiz.fields import Difficulty, Slug, Text


def _expression(value: str) -> str:
    try:
        jmespath.compile(value)
    except JMESPathError as error:
        raise ValueError(f"{value!r} is no JMESPath expression: {error}") from None
    return value


Expression = Annotated[str, AfterValidator(_expression)]
"""A JMESPath over the learner's calls; each has ``who``, ``call``, ``parameters`` and ``error``."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Probe(_Model):
    """Something that must be so.

    Parameters
    ----------
    says
        What it is, in words, such as "Dana reads the report through the role".
    steps
        Calls, one after another; of a probe that must succeed each goes through, one that must stay denied
        is refused somewhere on its way.
    seen
        Instead of calls: what the learner must have done, as an expression that gives something.
    """

    says: Text
    steps: list[Step] = []
    seen: Expression | None = None


class Mistake(_Model):
    """A mistake that people make here.

    Parameters
    ----------
    misconception
        The wrong idea behind it, by its name in one of the course's banks.
    when
        An expression that gives something where the mistake was made.
    shown_by
        Calls that make it: a check of the course makes them and wants to see it recognised.
    """

    misconception: Slug
    why: Text
    when: Expression
    shown_by: list[Step] = Field(min_length=1)


class Task(_Model):
    """A hands-on task.

    Parameters
    ----------
    goal
        What must be so at the end; Markdown.
    may_change
        What the learner may change, in words; the actor's permissions hold it.
    actor
        Whom the learner acts as.
    start
        Calls that bring the world to where the task starts.
    succeed, denied
        What must work at the end, and what must stay denied.
    open_wide
        Calls that allow everything; the task must not be solved by them.
    hints
        Three of them, each nearer to the solution.
    solution
        Calls that solve it.
    """

    id: Slug
    title: Text
    skill: Slug
    difficulty: Difficulty
    world: Slug
    goal: Text
    may_change: Text
    actor: str
    start: list[Step] = []
    succeed: list[Probe] = Field(min_length=1)
    denied: list[Probe] = []
    open_wide: list[Step] = []
    mistakes: list[Mistake] = Field(min_length=1)
    hints: list[Text] = Field(min_length=3, max_length=3)
    solution: list[Step] = Field(min_length=1)
    because: Text
    references: list[str] = []


class TaskFile(_Model):
    """A lesson's `tasks.yaml`."""

    tasks: list[Task] = Field(min_length=1)


def load_tasks(path: Path) -> list[Task]:
    """Reads and checks a file of tasks.

    Raises
    ------
    BadFile
        With every fault: its file, line, column and what would be right.
    """
    document = read_yaml(path)
    tasks = validate(document, TaskFile).tasks
    faults = []
    seen: set[str] = set()
    for index, task in enumerate(tasks):
        if task.id in seen:
            faults.append(document.fault(("tasks", index, "id"), f"{task.id!r} is the id of a task before"))
        seen.add(task.id)
        for part, place, probe in _probes(task):
            if bool(probe.steps) == bool(probe.seen):
                problem = "a probe has steps or seen, one of the two"
                faults.append(document.fault(("tasks", index, part, place), problem))
    if faults:
        raise BadFile(faults)
    return tasks


def _probes(task: Task) -> Iterator[tuple[str, int, Probe]]:
    for part, probes in (("succeed", task.succeed), ("denied", task.denied)):
        for place, probe in enumerate(probes):
            yield part, place, probe


def task_files(course: Course) -> list[Path]:
    """Every lesson's file of tasks."""
    return sorted((course.folder / "lessons").glob("*/tasks.yaml"))


def find_task(course: Course, name: str) -> Task:
    """A task of the course by its id.

    Raises
    ------
    NoCourse
        When there is none.
    BadFile
        When a file of tasks has faults.
    """
    tasks = {task.id: task for file in task_files(course) for task in load_tasks(file)}
    if name not in tasks:
        raise NoCourse(f"there is no task {name!r}; there are {', '.join(tasks) or 'none'}")
    return tasks[name]
