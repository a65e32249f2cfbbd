"""The home of a course or of a lesson: what to do next, and the progress in each lesson or notebook."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path

from rolecall.course import (
    MODE_DESCRIPTIONS,
    MODE_GROUPS,
    MODE_TITLES,
    Course,
    Mode,
)
from rolecall.presentation.kit import bar, card, chip, link_button
from rolecall.presentation.lesson_progress import LessonProgress, ModeProgress, lesson_progress
from rolecall.presentation.outline import Outline
from rolecall.progress import Store, StoreError, report

_SECONDS_PER_CARD = 15
_CERTIFICATE = 'rolecall progress certificate --dir . --name "Your name" certificate.html'


class Home:
    """The lessons of a course, or the notebooks of one lesson, with progress and the next thing to do.

    It is plain HTML with links, so it works wherever a notebook is shown.

    Parameters
    ----------
    course
        The course.
    lesson
        The name of the lesson that is shown; None for every lesson of the course.
    store
        The learner's store.
    folder
        The learner's folder; by default the course's own.
    """

    def __init__(
        self, course: Course, lesson: str | None, store: Store, folder: Path | None = None
    ) -> None:
        self._course, self._lesson, self._store = course, lesson, store
        self._folder = folder or course.folder / "lessons"

    def __repr__(self) -> str:
        lessons = self._course.lessons()
        if self._lesson is None:
            return "\n".join(f"{number}. {one.title}" for number, one in enumerate(lessons, start=1))
        (lesson,) = [one for one in lessons if one.name == self._lesson]
        rows = (f"{MODE_TITLES[mode]}: {minutes} minutes" for mode, minutes in lesson.minutes.items())
        return "\n".join(rows)

    def _repr_html_(self) -> str:
        now = datetime.now(UTC)
        try:
            lessons = lesson_progress(self._course, self._folder, self._store)
            streak = report(self._store.all_entries(), now.astimezone()).streak
        except StoreError as error:
            return card("Your progress can't be read", f"<p>{escape(str(error))}</p>")
        if self._lesson is None:
            return _course_html(lessons, streak)
        (lesson,) = [one for one in lessons if one.lesson.name == self._lesson]
        return _lesson_html(lesson)


def _course_html(lessons: list[LessonProgress], streak: int) -> str:
    chips = ""
    if streak:
        chips += chip(f"🔥 {streak} {'day' if streak == 1 else 'days'} in a row")
    if badges := sum(one.badge for one in lessons):
        chips += chip(f"★ {badges} {'badge' if badges == 1 else 'badges'}")
    rows = "".join(_row(number, one) for number, one in enumerate(lessons, start=1))
    return card(
        "Your course",
        _continue(lessons),
        f'<ol class="rc-rows">{rows}</ol>',
        _review(lessons),
        chips=chips,
        wide=True,
    )


def _continue(lessons: list[LessonProgress]) -> str:
    """Show the notebook to continue with."""
    following = Outline(tuple(one.outline for one in lessons)).following
    if following is None:
        return (
            "<p>You finished every notebook of the course. To get your certificate and an Open Badge, "
            f'open a terminal in this folder, and run:</p><pre tabindex="0">{_CERTIFICATE}</pre>'
        )
    lesson = next(one for one in lessons if one.outline is following[0])
    mode = following[1].mode
    first = not any(one.share for one in lessons)
    words = "Start here" if first else "Continue where you stopped"
    target = f"{lesson.lesson.name}/{mode}.ipynb"
    return (
        '<div class="rc-continue"><div>'
        f'<div class="rc-small rc-soft">{words}</div>'
        f"<b>{escape(lesson.lesson.title)}: {MODE_TITLES[mode]}</b>"
        f"<div>{_state(lesson, mode)}</div></div>"
        f"{link_button(target, 'Start' if first else 'Continue', main=True)}</div>"
    )


def _state(lesson: LessonProgress, mode: Mode) -> str:
    progress, minutes = lesson.modes[mode], lesson.lesson.minutes[mode]
    if not progress.done:
        return f"About {minutes} minutes"
    left = max(1, round(minutes * (1 - progress.share)))
    return f"Step {progress.done + 1} of {progress.count} · about {left} minutes left"


def _row(number: int, one: LessonProgress) -> str:
    title = escape(one.lesson.title)
    link = f'<a href="{escape(one.lesson.name)}/index.ipynb">{title}</a>'
    label = f"Progress in {one.lesson.title}"
    return (
        f'<li><span><span class="rc-soft">{number}</span> <b>{link}</b></span>{bar(one.share, label)}'
        f"<span>{_lesson_chip(one)}</span></li>"
    )


def _lesson_chip(one: LessonProgress) -> str:
    if one.share == 1:
        return chip("✓ completed", "is-right")
    if not one.share:
        return chip(f"not started · {_hours(sum(one.lesson.minutes.values()))}")
    parts = [f"{one.questions.done} of {one.questions.count} questions"]
    if one.tasks.count:
        parts.append(f"{one.tasks.done} of {one.tasks.count} tasks")
    return chip(" · ".join(parts))


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _review(lessons: list[LessonProgress]) -> str:
    """Show how many flash cards are due, and where the first of them are."""
    lesson = next((one for one in lessons if one.due), None)
    if lesson is None:
        return ""
    count = lesson.due
    minutes = max(1, round(count * _SECONDS_PER_CARD / 60))
    cards = "1 flash card is" if count == 1 else f"{count} flash cards are"
    link = f'<a href="{escape(lesson.lesson.name)}/recall.ipynb">Review now</a>'
    title = escape(lesson.lesson.title)
    return f"<p>{cards} due in “{title}”, about {minutes} min. {link}</p>"


def _lesson_html(one: LessonProgress) -> str:
    lesson = one.lesson
    next_mode = one.next_mode
    parts = [f'<p class="rc-soft">{escape(lesson.summary)}</p>']
    for title, modes in MODE_GROUPS.items():
        tiles = [_tile(one, mode, now=mode == next_mode) for mode in modes if mode in lesson.minutes]
        if title == "Prove":
            tiles.append(_test_tile(one.test))
        parts.append(f'<h4>{title}</h4><ul class="rc-tiles">{"".join(tiles)}</ul>')
    foot = ""
    if next_mode is not None:
        word = "Continue" if one.share else "Start"
        foot = link_button(f"{next_mode}.ipynb", f"{word}: {MODE_TITLES[next_mode]}", main=True)
    foot += link_button("../index.ipynb", "All lessons")
    chips = chip(_hours(sum(lesson.minutes.values())))
    if one.badge:
        chips += chip("★ badge", "is-right")
    return card(escape(lesson.title), *parts, chips=chips, foot=foot, wide=True)


def _tile(one: LessonProgress, mode: Mode, *, now: bool) -> str:
    progress = one.modes[mode]
    state = " rc-is-now" if now else " rc-is-right" if progress.complete else ""
    small = f"{one.lesson.minutes[mode]} min"
    if mode == "recall" and one.due:
        small = f"{one.due} due"
    elif progress.done and not progress.complete:
        small = f"{progress.done} of {progress.count} done"
    return (
        f'<li><a class="rc-tile{state}" href="{mode}.ipynb" title="{escape(MODE_DESCRIPTIONS[mode])}">'
        f"<b>{_signed(progress)} {MODE_TITLES[mode]}</b><small>{small}</small></a></li>"
    )


def _test_tile(progress: ModeProgress) -> str:
    state = " rc-is-right" if progress.complete else ""
    small = f"{progress.done} of {progress.count} answered" if progress.done else "below, on this page"
    text = f"<b>{_signed(progress)} Test</b><small>{small}</small>"
    return f'<li><div class="rc-tile{state}">{text}</div></li>'


def _signed(progress: ModeProgress) -> str:
    words = {"✓": "done", "◐": "started", "○": "not started"}[progress.sign]
    return f'<span role="img" aria-label="{words}">{progress.sign}</span>'


def home_output(home: Home) -> dict[str, object]:
    """Return what a notebook keeps of a cell that shows a home."""
    data = {"text/html": home._repr_html_(), "text/plain": repr(home)}
    return {"output_type": "display_data", "data": data, "metadata": {}}
