"""The way in: a course's lessons, or one lesson's modes, with minutes and progress."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from rolecall.course import MODE_DESCRIPTIONS, Course, Lesson, NoCourse, find_course
from rolecall.lab import load_tasks
from rolecall.progress import Store, StoreError
from rolecall.quiz import load_bank

_CELL = "text-align: left; padding: 0.2em 1em 0.2em 0"


class Home:
    """Links with minutes and progress.

    Parameters
    ----------
    lesson
        The lesson whose modes are shown; None for every lesson of the course.
    """

    def __init__(self, course: Course, lesson: Lesson | None, store: Store) -> None:
        self._course, self._lesson, self._store = course, lesson, store

    def __repr__(self) -> str:
        if self._lesson is not None:
            return "\n".join(f"{mode}: {minutes} minutes" for mode, minutes in self._lesson.minutes.items())
        return "\n".join(f"{one.name}: {one.title}" for one in self._course.lessons())

    def _repr_html_(self) -> str:
        return self._modes(self._lesson) if self._lesson else self._lessons()

    def _modes(self, lesson: Lesson) -> str:
        rows = [
            (_link(f"{mode}.ipynb", mode), escape(MODE_DESCRIPTIONS[mode]), f"{minutes} min")
            for mode, minutes in lesson.minutes.items()
        ]
        return f"<p>{escape(lesson.summary)}</p>{_table(('Mode', 'What it is', 'Time'), rows)}" + (
            f"<p>{escape(self._standing(lesson))}</p>"
        )

    def _lessons(self) -> str:
        rows = [
            (
                _link(f"{one.name}/index.ipynb", one.title),
                f"{sum(one.minutes.values())} min",
                escape(self._standing(one)),
            )
            for one in self._course.lessons()
        ]
        return _table(("Lesson", "Time", "How you stand"), rows)

    def _standing(self, lesson: Lesson) -> str:
        try:
            kept = self._store.all_entries()
            due = self._store.due(datetime.now(UTC))
        except StoreError as error:
            return str(error)
        right = {one.entry.question for one in kept if one.entry.correct}
        questions = {
            one.id for bank in lesson.banks for one in load_bank(self._course.bank(bank)).questions
        }
        file = self._course.folder / "lessons" / lesson.name / "tasks.yaml"
        tasks = {one.id for one in load_tasks(file)} if file.is_file() else set()
        cards = sum(number for deck, number in due.items() if deck.rpartition("/")[2] in lesson.banks)
        told = f"Questions answered right: {len(questions & right)} of {len(questions)}."
        if tasks:
            told += f" Tasks reached: {len(tasks & right)} of {len(tasks)}."
        return f"{told} Flash cards due: {cards}."


def _link(target: str, text: str) -> str:
    """High enough to be hit by a finger: https://www.w3.org/TR/WCAG22/#target-size-minimum"""
    return f'<a href="{target}" style="display: inline-block; line-height: 24px">{escape(text)}</a>'


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col" style="{_CELL}">{one}</th>' for one in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{one}</td>' for one in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def home(lesson: str | None = None) -> Home:
    """The lessons of the course, or the modes of one, with minutes and progress.

    Raises
    ------
    NoCourse
        When the course has no such lesson.
    """
    course = find_course()
    if lesson is None:
        return Home(course, None, Store())
    found = {one.name: one for one in course.lessons()}
    if lesson not in found:
        raise NoCourse(f"there is no lesson {lesson!r}; there are {', '.join(found)}")
    return Home(course, found[lesson], Store())
