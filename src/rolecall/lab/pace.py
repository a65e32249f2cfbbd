"""Which lessons a workshop has opened: after `join`, cards and tasks of the other lessons wait."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from rolecall._learner_error import LearnerError
from rolecall.course import Course


class LessonClosed(LearnerError, RuntimeError):
    """The workshop's instructor has not opened this lesson yet."""


class _Pace:
    """What the workshop said last.

    Attributes
    ----------
    opened
        The names of the open lessons; None if all are open, or no workshop was joined.
    """

    opened: Collection[str] | None = None


def set_open_lessons(names: Collection[str] | None) -> None:
    """Set which lessons are open; None for all."""
    _Pace.opened = names


def place_of_notebook() -> dict[str, str]:
    """Find the lesson and the mode of this notebook; empty if Jupyter doesn't give the kernel its path."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    return {"lesson": path.parent.name, "mode": path.stem} if path.suffix == ".ipynb" else {}


def wait_for_lesson(course: Course) -> None:
    """Stop a cell whose lesson is not open yet.

    Raises
    ------
    LessonClosed
        If the lesson of this notebook is not open.
    """
    lesson = place_of_notebook().get("lesson")
    if _Pace.opened is None or lesson in _Pace.opened:
        return
    titles = {one.name: one.title for one in course.lessons()}
    if lesson in titles:
        raise LessonClosed(
            f"“{titles[lesson]}” is not open yet. Your instructor opens it; then run this cell again."
        )
