"""The dashboard in a notebook. It follows the answers that are given in other notebooks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any

from rolecall._yaml import BadFile
from rolecall.course import MODE_TITLES, NoCourse, find_course, notebook_folder
from rolecall.presentation.bank_cache import bank_of
from rolecall.presentation.dashboard import Badge, DashboardContent, NextStep, dashboard_html
from rolecall.presentation.due_cards import due_by_bank
from rolecall.presentation.lesson_progress import LessonProgress, lesson_progress
from rolecall.presentation.outline import Outline
from rolecall.progress import Store, StoreError, report
from rolecall.quiz import Bank, Misconception
from rolecall.widgets._home import learners_folder

_PAUSE = 2.0
"""Seconds between two looks at the store."""


class Dashboard:
    """What to do next, mastery by skill, badges, the activity of twelve weeks, and ideas to revisit.

    Parameters
    ----------
    store
        The learner's store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.content = _content(store)

    def html(self) -> str:
        """Return the dashboard as HTML."""
        return dashboard_html(self.content)

    def __repr__(self) -> str:
        return f"{self.content.report.right} of {self.content.report.answered} right"

    def refresh(self) -> bool:
        """Read the store again, and return whether anything changed."""
        before, self.content = self.content, _content(self._store)
        return before != self.content

    def _shown(self) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def _ipython_display_(self) -> None:
        ipython: Any = import_module("IPython.display")
        handle = ipython.display(self._shown(), raw=True, display_id=True)
        if handle is not None:
            _FOLLOWER.follow(self._store, lambda: self.refresh() and handle.update(self._shown(), raw=True))


class _Follower:
    """Updates the dashboard that was shown last when answers are saved, also by another notebook."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def follow(self, store: Store, update: Callable[[], object]) -> None:
        """Call a function after each change of a store, in place of the one before."""
        self.stop()
        self._stop = stop = threading.Event()
        arguments = (store, update, stop)
        threading.Thread(target=self._run, args=arguments, name="rolecall-dashboard", daemon=True).start()

    def stop(self) -> None:
        """Follow the store no longer."""
        self._stop.set()

    def _run(self, store: Store, update: Callable[[], object], stop: threading.Event) -> None:
        # The first look finds what was saved since the dashboard was shown.
        seen: tuple[tuple[int, int], ...] = ()
        while not stop.wait(_PAUSE):
            try:
                state = store.state()
                if state != seen:
                    update()
                    seen = state
            except (BadFile, OSError, StoreError):
                # Another program is writing; the next look tries again.
                continue


_FOLLOWER = _Follower()


def dashboard(store: Store | None = None) -> Dashboard:
    """Show what you have learned so far.

    Parameters
    ----------
    store
        The store; by default the learner's.

    Raises
    ------
    StoreError
        If the store can't be read.
    """
    return Dashboard(store or Store())


def _content(store: Store) -> DashboardContent:
    now = datetime.now().astimezone()
    try:
        course = find_course()
        banks = [bank_of(file) for file in course.banks()]
        due = sum(due_by_bank(course, store, now).values())
        folder = learners_folder([one.name for one in course.lessons()])
        lessons = lesson_progress(course, folder or course.folder / "lessons", store)
    except (BadFile, NoCourse):
        # Outside a course, the dashboard shows names and no badges.
        return DashboardContent(report(store.all_entries(), now), now.date())
    return DashboardContent(
        report(store.all_entries(), now, due),
        now.date(),
        skills={name: title for bank in banks for name, title in bank.skills.items()},
        ideas=_ideas(banks),
        badges=[Badge(one.lesson.title, one.badge) for one in lessons if "challenge" in one.modes],
        following=_following(lessons),
    )


def _ideas(banks: list[Bank]) -> dict[str, Misconception]:
    """Return the misconceptions by name; of those that several banks have, one with an experiment."""
    named = [pair for bank in banks for pair in bank.misconceptions.items()]
    return dict(sorted(named, key=lambda pair: pair[1].experiment is not None))


def _following(lessons: list[LessonProgress]) -> NextStep | None:
    """Return what to do next: continue with a notebook, or review the cards that are due."""
    here = notebook_folder()
    base = "../" if here is not None and here.name in {one.lesson.name for one in lessons} else ""
    waiting = next((one for one in lessons if one.due), None)
    following = Outline(tuple(one.outline for one in lessons)).following
    if following is not None:
        lesson, activity = following
        button = "Continue" if activity.steps_done else "Start"
        words = f"{lesson.title}: {MODE_TITLES[activity.mode]}, about {activity.minutes_left} minutes"
        return NextStep(words, button, f"{base}{activity.path}")
    if waiting is not None:
        target = f"{base}{waiting.lesson.name}/recall.ipynb"
        return NextStep(f"Review {waiting.due} flash cards", "Review", target)
    return None
