"""Which lessons a workshop has opened: a card of another waits, for whoever has joined."""

from __future__ import annotations

from collections.abc import Collection

from rolecall.course import find_course
from rolecall.quiz import Bank, load_bank
from rolecall.widgets._service import place_of_notebook


class LessonClosed(RuntimeError):
    """The workshop's instructor has not opened this lesson."""


class _Pace:
    """What this kernel was told last; None where everything is open, or nothing was joined."""

    opened: Collection[str] | None = None


def set_open_lessons(names: Collection[str] | None) -> None:
    """Keeps which lessons are open; None for all."""
    _Pace.opened = names


def bank_of_open_lesson(name: str) -> Bank:
    """A bank of the course, unless this notebook's lesson is closed.

    Raises
    ------
    LessonClosed
        When it is.
    NoCourse
        When the course has no such bank.
    """
    lesson = place_of_notebook().get("lesson")
    course = find_course()
    if _Pace.opened is not None and lesson not in _Pace.opened:
        titles = {one.name: one.title for one in course.lessons()}
        if lesson in titles:
            raise LessonClosed(
                f"“{titles[lesson]}” is not open yet. Your instructor opens it; run this cell again then."
            )
    return load_bank(course.bank(name))
