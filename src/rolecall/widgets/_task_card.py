"""The card of a hands-on task: its goal, a checklist that ticks in place, and buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from rolecall.lab import TaskSession
from rolecall.lab.check_result import capitalized
from rolecall.presentation.explanation import call_explanation_parts
from rolecall.presentation.markdown import to_html
from rolecall.presentation.task import NoteView, task_html, task_view
from rolecall.widgets._card import Card
from rolecall.widgets._next_notebook import next_notebook


class TaskCard(Card):
    """The card of a task. Cells and the card work on the same session, so each shows what the other did.

    Parameters
    ----------
    session
        The task as the learner works on it.
    """

    def __init__(self, session: TaskSession) -> None:
        self._session = session
        self._explained: list[NoteView] = []
        self._handling = False
        super().__init__()
        session.on_change(self._session_changed)

    def _session_changed(self) -> None:
        self._explained = []
        if not self._handling:
            self._show()

    def _view(self) -> Mapping[str, Any]:
        session = self._session
        notes = list(self._explained)
        if session.solution_shown:
            notes.append(NoteView(title="Solution", html=to_html(session.solution_text().text)))
        return {
            "mode": "task",
            "title": session.task.title,
            "statuses": [],
            "task": task_view(session, notes, next_notebook()),
        }

    def _handle(self, message: dict[str, Any]) -> None:
        self._handling = True
        try:
            self._act(message)
        finally:
            self._handling = False

    def _act(self, message: dict[str, Any]) -> None:
        session = self._session
        match message:
            case {"do": "task-check"}:
                session.check()
            case {"do": "task-hint"}:
                session.hint()
            case {"do": "task-solution"}:
                session.solution()
            case {"do": "task-reset"}:
                session.reset()
            case {"do": "task-denial"}:
                html = call_explanation_parts(session.explain())
                self._explained = [NoteView(title="Your last denied call", html=html)]
            case {"do": "task-why", "place": int(place)} if session.result is not None and 0 <= place < len(
                session.result.probes
            ):
                probe = session.result.probes[place]
                html = call_explanation_parts(session.explain_probe(probe))
                self._explained = [NoteView(title=capitalized(probe.says), html=html)]

    def _static(self) -> tuple[str, str]:
        return repr(self._session), task_html(self._session)


_CARDS: WeakKeyDictionary[TaskSession, TaskCard] = WeakKeyDictionary()


def task_bundle(session: TaskSession) -> dict[str, Any]:
    """Return what a notebook displays of a task; the same card each time."""
    if session not in _CARDS:
        _CARDS[session] = TaskCard(session)
    bundle: dict[str, Any] = _CARDS[session]._repr_mimebundle_()
    return bundle
