"""Where a learner is in a course: the state of each notebook, and what comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from rolecall.course import MODE_DESCRIPTIONS, MODE_TITLES, Course, Lesson, Mode
from rolecall.presentation.due_cards import due_by_bank
from rolecall.progress import Store

_TASK = re.compile(r"\btask\(\s*[\"']([\w-]+)[\"']")
State = Literal["new", "begun", "done"]


class _Cell(BaseModel):
    cell_type: str
    source: str | list[str]
    execution_count: int | None = None


class _Notebook(BaseModel):
    cells: list[_Cell]

    @property
    def code_cells(self) -> list[_Cell]:
        return [one for one in self.cells if one.cell_type == "code"]


@dataclass(frozen=True, slots=True)
class Activity:
    """One mode of a lesson, which is a notebook.

    Parameters
    ----------
    path
        The notebook, relative to the learner's folder, with slashes.
    minutes
        How long the notebook takes.
    steps, steps_done
        How many code cells and tasks the notebook has, and how many of them ran or were reached.
    cards_due
        How many flash cards are due there; 0 in other modes than recall.
    """

    mode: Mode
    title: str
    description: str
    path: str
    minutes: int
    steps: int
    steps_done: int
    cards_due: int = 0

    @property
    def state(self) -> State:
        """Whether the learner has run nothing, something, or everything."""
        if self.steps_done == 0:
            return "new"
        return "done" if self.steps_done >= self.steps else "begun"

    @property
    def minutes_left(self) -> int:
        """About how many minutes the rest takes; at least 1, unless nothing is left."""
        if self.state == "done":
            return 0
        return max(1, round(self.minutes * (self.steps - self.steps_done) / max(self.steps, 1)))


@dataclass(frozen=True, slots=True)
class LessonOutline:
    """A lesson with its activities, in the order in which a newcomer goes through them."""

    name: str
    title: str
    summary: str
    activities: tuple[Activity, ...]
    cards_due: int

    @property
    def minutes(self) -> int:
        """How long the lesson takes."""
        return sum(one.minutes for one in self.activities)

    @property
    def share_done(self) -> float:
        """The share of the lesson's steps that are done, from 0 to 1."""
        steps = sum(one.steps for one in self.activities)
        return sum(one.steps_done for one in self.activities) / steps if steps else 0.0

    @property
    def following(self) -> Activity | None:
        """The activity to go on with: the first that is begun, or else the first that is new.

        Recall comes last, because its flash cards repeat what the other activities teach.
        """
        left = [one for one in self.activities if one.state != "done"]
        left.sort(key=lambda one: (one.state != "begun", one.mode == "recall"))
        return next(iter(left), None)


@dataclass(frozen=True, slots=True)
class Outline:
    """A course as one learner sees it."""

    lessons: tuple[LessonOutline, ...]

    @property
    def cards_due(self) -> int:
        """How many flash cards are due."""
        return sum(one.cards_due for one in self.lessons)

    @property
    def following(self) -> tuple[LessonOutline, Activity] | None:
        """The activity to go on with, first in a lesson that is begun; None if all are done."""
        places = [(lesson, one) for lesson in self.lessons if (one := lesson.following) is not None]
        begun = [place for place in places if place[0].share_done]
        return next(iter(begun or places), None)


def course_outline(course: Course, folder: Path, store: Store) -> Outline:
    """Read where the learner is.

    Parameters
    ----------
    course
        The course.
    folder
        The learner's folder, which has the notebooks of each lesson as the learner saved them.
    store
        The learner's answers and flash cards.

    Raises
    ------
    StoreError
        If the answers can't be read.
    BadFile
        If a lesson or a bank has faults.
    """
    reached = {one.entry.question for one in store.all_entries() if one.entry.correct}
    due = due_by_bank(course, store, datetime.now(UTC))
    return Outline(tuple(_lesson(one, folder, reached, due) for one in course.lessons()))


def _lesson(lesson: Lesson, folder: Path, reached: set[str], due: dict[str, int]) -> LessonOutline:
    cards = sum(due[bank] for bank in lesson.banks)
    activities = []
    for mode, minutes in lesson.minutes.items():
        path = f"{lesson.name}/{mode}.ipynb"
        steps, done = _steps(folder / path, lesson.notebooks[mode], reached)
        title, description = MODE_TITLES[mode], MODE_DESCRIPTIONS[mode]
        waiting = cards if mode == "recall" else 0
        activities.append(Activity(mode, title, description, path, minutes, steps, done, waiting))
    return LessonOutline(lesson.name, lesson.title, lesson.summary, tuple(activities), cards)


def _steps(saved: Path, original: Path, reached: set[str]) -> tuple[int, int]:
    """Count the steps of a notebook, and those that the learner has done."""
    cells = _code_cells(saved) or _code_cells(original)
    tasks = {found for cell in cells for found in _TASK.findall("".join(cell.source))}
    ran = sum(cell.execution_count is not None for cell in cells)
    return len(cells) + len(tasks), ran + len(tasks & reached)


def _code_cells(file: Path) -> list[_Cell]:
    """Read the code cells of a notebook; none if the learner deleted, broke, or is just saving it."""
    try:
        return _Notebook.model_validate_json(file.read_bytes()).code_cells
    except (OSError, ValidationError):
        return []
