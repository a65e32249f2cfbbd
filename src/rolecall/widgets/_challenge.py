"""The challenge card: problems against the clock, and a badge for all right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rolecall.presentation.question_card import asked_view, review_view
from rolecall.progress import Store
from rolecall.quiz import TIME_LIMITS, Bank, Challenge, Entry, EntryKind, Judges, Question
from rolecall.widgets._card import Card, bank_of_open_lesson


class ChallengeCard(Card):
    """Problems against the clock, two attempts each, a badge for all right.

    Parameters
    ----------
    count
        How many problems it has.
    """

    def __init__(
        self, bank: Bank, *, count: int = 5, store: Store | None = None, judges: Judges | None = None
    ) -> None:
        self._count = count
        self._opened: datetime | None = None
        super().__init__(bank, f"challenge/{bank.name}/{count}", store, judges)

    def _begin(self, entries: list[Entry]) -> None:
        self._challenge = Challenge(self.bank, self._count, entries, self._judges)
        # A clock that was started runs on while the kernel is restarted or the notebook closed.
        question = self._challenge.current
        if question is not None and self._challenge.opened(question):
            self._opened = self._store.opened_at(self._deck, question.id)

    def _open(self, question: Question) -> None:
        if not self._challenge.opened(question):
            entry = Entry(EntryKind.OPENED, question.id)
            self._store.record(self._deck, entry)
            self._challenge.note(entry)
        self._opened = self._store.opened_at(self._deck, question.id)

    def _seconds_left(self) -> float:
        question = self._challenge.current
        if question is None or self._opened is None:
            return 0.0
        return TIME_LIMITS[question.difficulty] - (datetime.now(UTC) - self._opened).total_seconds()

    def _look(self) -> Mapping[str, Any]:
        challenge = self._challenge
        question = challenge.current
        told: dict[str, Any] = {"mode": "challenge", "title": self.bank.title, "standings": []}
        if question is None:
            return told | {"result": self._result()}
        if self._opened is None:
            return told | {"start": f"{len(challenge.questions)} problems, each against the clock."}
        place = challenge.questions.index(question)
        standings = [_standing(challenge, one) for one in challenge.questions]
        left = 2 - challenge.attempts(question)
        return told | {
            "question": asked_view(self.bank, question, place, len(challenge.questions)),
            "standings": standings,
            "summary": f"{left} attempt{'s' if left > 1 else ''} left.",
            "secondsLeft": round(self._seconds_left(), 1),
        }

    def _result(self) -> dict[str, Any]:
        challenge = self._challenge
        solved = sum(challenge.solved(question) for question in challenge.questions)
        return {
            "sign": "★" if challenge.badge else "○",
            "verdict": "Badge earned" if challenge.badge else "No badge this time",
            "told": f"{solved} of {len(challenge.questions)} solved.",
            "skills": [],
            "next": ""
            if challenge.badge
            else "Look at what went wrong, then try again: other problems wait.",
            "review": review_view(challenge.review(), self._judges),
            "again": "Try again",
        }

    def _do(self, message: dict[str, Any]) -> None:
        question = self._challenge.current
        match message:
            case {"do": "start"} if self._opened is None:
                if question is not None:
                    self._open(question)
                return
            case {"do": "restart"} if question is None:
                entry = Entry(EntryKind.RESTARTED)
            case {"do": "timeout", "question": asked} if (
                question and asked == question.id and self._seconds_left() <= 1
            ):
                entry = Entry(EntryKind.TIMED_OUT, question.id, skill=question.skill)
            case {"do": "answer", "question": asked, "answer": given} if (
                question and self._opened is not None and asked == question.id
            ):
                # A late answer is no answer, whatever the browser's clock says.
                entry = (
                    self._challenge.answer(question.answer_from_input(given))
                    if self._seconds_left() > -1
                    else Entry(EntryKind.TIMED_OUT, question.id, skill=question.skill)
                )
            case _:
                return
        self._store.record(self._deck, entry)
        self._challenge.note(entry)
        following = self._challenge.current
        if entry.kind is EntryKind.RESTARTED or following is None:
            self._opened = None
        elif following != question:
            self._open(following)


def _standing(challenge: Challenge, question: Question) -> str:
    if challenge.solved(question):
        return "solved"
    return "wrong" if challenge.over(question) else "open"


def challenge(bank: str, count: int = 5) -> ChallengeCard:
    """A challenge from one of the course's banks."""
    return ChallengeCard(bank_of_open_lesson(bank), count=count)
