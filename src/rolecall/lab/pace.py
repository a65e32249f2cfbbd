"""Which lessons a workshop has opened: what belongs to another waits, for whoever has joined."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from rolecall.course import Course


class LessonClosed(RuntimeError):
    """The workshop's instructor has not opened this lesson."""


class _Pace:
    """What this kernel was told last; None where everything is open, or nothing was joined."""

    opened: Collection[str] | None = None


def set_open_lessons(names: Collection[str] | None) -> None:
    """Keeps which lessons are open; None for all."""
    _Pace.opened = names


def place_of_notebook() -> dict[str, str]:
    """The lesson and the mode of the notebook, where Jupyter tells its path to the kernel."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    return {"lesson": path.parent.name, "mode": path.stem} if path.suffix == ".ipynb" else {}


def wait_for_lesson(course: Course) -> None:
    """Goes on where this notebook's lesson is open.

    Raises
    ------
    LessonClosed
        Where it is not.
    """
    lesson = place_of_notebook().get("lesson")
    if _Pace.opened is None or lesson in _Pace.opened:
        return
    titles = {one.name: one.title for one in course.lessons()}
    if lesson in titles:
        raise LessonClosed(
            f"“{titles[lesson]}” is not open yet. Your instructor opens it; run this cell again then."
        )
