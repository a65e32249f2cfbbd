"""The model of a hands-on task, and the loader of ``tasks.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rolecall._validation import validate
from rolecall._yaml import BadFile, did_you_mean, read_yaml
from rolecall.course import Course, NoCourse
from rolecall.quiz import AcceptedChange, Step
from rolecall.quiz.fields import Difficulty, Slug, Text
from rolecall.sandbox.access_change import AccessName


def _expression(value: str) -> str:
    try:
        jmespath.compile(value)
    except JMESPathError as error:
        raise ValueError(f"{value!r} is not a JMESPath expression: {error}") from None
    return value


Expression = Annotated[str, AfterValidator(_expression)]
"""A JMESPath expression over the learner's calls.

A call has ``who``, ``call``, ``parameters``, and ``error``.
"""


def _changeable(value: str) -> str:
    AccessName.parse(value)
    return value


Changeable = Annotated[str, AfterValidator(_changeable)]
"""The name of something that decides who can do what, such as ``policies of role web``."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Probe(_Model):
    """One thing that must work, or must stay denied, once the task is solved.

    Parameters
    ----------
    says
        What the probe tests, in words, such as "Dana reads the report through the role".
    steps
        Calls, one after another; they can use the credentials that calls in `start` saved. If the probe
        must succeed, each call must end as its `expect` says. If it must stay denied, one of them must be
        denied, or end without what its `expect` says.
    seen
        Instead of calls: an expression over the learner's own calls, which must find something.
    only_changed
        Instead of calls: what may differ from the start, such as ``role web`` or ``tags of user dana``.
        All other policies, boundaries, tags, access keys, and the like must be as they were.
    """

    says: Text
    steps: list[Step] = []
    seen: Expression | None = None
    only_changed: list[Changeable] | None = None


class Mistake(_Model):
    """A mistake that people make in this task.

    Parameters
    ----------
    misconception
        The wrong idea behind it, by its name in one of the course's banks.
    why
        Why this doesn't solve the task.
    when
        An expression over the learner's calls, which finds something if the mistake was made.
    shown_by
        Calls that make the mistake; `rolecall check` makes them, and they must be recognized.
    """

    misconception: Slug
    why: Text
    when: Expression
    shown_by: list[Step] = Field(min_length=1)


class GoodSolution(_Model):
    """Another good solution of a task.

    Parameters
    ----------
    says
        What it is, such as "the policy that the console's button writes".
    steps
        Calls that solve the task.
    """

    says: Text
    steps: list[Step] = Field(min_length=1)


class Task(_Model):
    """A hands-on task.

    Parameters
    ----------
    was
        The IDs that the task had before; work that was handed in under them still counts.
    goal
        What the learner must reach; Markdown.
    may_change
        What the learner may change, in words. The actor's permissions enforce it.
    actor
        The actor that the learner's calls are made as.
    start
        Calls that bring the world to the state in which the task starts.
    succeed, denied
        What must work at the end, and what must stay denied.
    open_wide
        Calls that allow everything; they must not solve the task.
    hints
        Three hints, each nearer to the solution.
    solution
        Calls that solve the task.
    because
        Why the solution solves it.
    also_right
        Other good solutions, first of all the one that AWS recommends; `rolecall check` tries each.
    accepts
        Weaker solutions that are right too, each with the reason; `rolecall check` doesn't report them.
    """

    id: Slug
    was: list[Slug] = []
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
    also_right: list[GoodSolution] = []
    accepts: list[AcceptedChange] = []
    references: list[str] = []

    @property
    def compares_access(self) -> bool:
        """Whether a probe compares who can do what with the start."""
        return any(probe.only_changed is not None for probe in self.succeed)


class TaskFile(_Model):
    """A lesson's `tasks.yaml`."""

    tasks: list[Task] = Field(min_length=1)


def load_tasks(path: Path) -> list[Task]:
    """Read and check a ``tasks.yaml``.

    Raises
    ------
    BadFile
        With every fault: its file, line, and column, and how to fix it.
    """
    document = read_yaml(path)
    tasks = validate(document, TaskFile).tasks
    faults = []
    seen: set[str] = set()
    for index, task in enumerate(tasks):
        if task.id in seen:
            faults.append(
                document.fault(("tasks", index, "id"), f"{task.id!r} is already the id of another task")
            )
        seen.add(task.id)
        for part, place, probe in _probes(task):
            given = (bool(probe.steps), probe.seen is not None, probe.only_changed is not None)
            if sum(given) != 1:
                problem = "a probe has steps, or seen, or only_changed"
                faults.append(document.fault(("tasks", index, part, place), problem))
            elif part == "denied" and probe.only_changed is not None:
                problem = "only_changed says how the task must end; move this probe to succeed"
                faults.append(document.fault(("tasks", index, part, place), problem))
    if faults:
        raise BadFile(faults)
    return tasks


def _probes(task: Task) -> Iterator[tuple[str, int, Probe]]:
    for part, probes in (("succeed", task.succeed), ("denied", task.denied)):
        for place, probe in enumerate(probes):
            yield part, place, probe


def task_files(course: Course) -> list[Path]:
    """List the ``tasks.yaml`` of each lesson that has one."""
    return sorted((course.folder / "lessons").glob("*/tasks.yaml"))


def find_task(course: Course, name: str) -> Task:
    """Find a task of the course by its id, or by an id that it had before.

    Raises
    ------
    NoCourse
        If the course has no such task.
    BadFile
        If a file of tasks has faults.
    """
    tasks = {task.id: task for file in task_files(course) for task in load_tasks(file)}
    renamed = next((task for task in tasks.values() if name in task.was), None)
    found = tasks.get(name, renamed)
    found = tasks.get(name, renamed)
    if found is None:
        raise NoCourse(f"there is no task {name!r}{did_you_mean(name, tasks)}")
    return found
