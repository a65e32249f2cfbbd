"""The challenge card: problems against the clock, and a badge for solving all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rolecall.presentation.question_card import asked_view, review_view
from rolecall.progress import Store
from rolecall.quiz import TIME_LIMITS, Bank, Challenge, Entry, EntryKind, Judges, Question
from rolecall.widgets._bank_card import BankCard, open_bank

_ATTEMPTS = 2
_GRACE = 1.0
"""How far the browser's clock and the kernel's may differ, in seconds."""


class ChallengeCard(BankCard):
    """Problems against the clock, with two attempts each, and a badge for solving all of them.

    Parameters
    ----------
    bank
        The bank that the problems come from.
    count
        How many problems the challenge has.
    store
        The store; by default the learner's.
    judges
        What answers the questions that a bank asks of AWS; by default the course's sandbox.
    """

    def __init__(
        self, bank: Bank, *, count: int = 5, store: Store | None = None, judges: Judges | None = None
    ) -> None:
        self._count = count
        self._opened: datetime | None = None
        super().__init__(bank, f"challenge/{bank.name}/{count}", store, judges)

    def _resume(self, entries: list[Entry]) -> None:
        self._challenge = Challenge(
            self.bank, self._count, entries, self._judges, learner=self._store.learner
        )
        # The clock of an open problem continues while the kernel restarts or the notebook is closed.
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

    def _view(self) -> Mapping[str, Any]:
        challenge = self._challenge
        question = challenge.current
        common: dict[str, Any] = {"mode": "challenge", "title": self.bank.title, "statuses": []}
        if question is None:
            return common | {"result": self._result()}
        if self._opened is None:
            return common | {"start": f"{len(challenge.questions)} questions, each against the clock."}
        left = _ATTEMPTS - challenge.attempts(question)
        return common | {
            "question": asked_view(
                self.bank, question, challenge.questions.index(question), len(challenge.questions)
            ),
            "statuses": [_status(challenge, one) for one in challenge.questions],
            "summary": f"{left} attempt{'s' if left > 1 else ''} left.",
            "secondsLeft": round(self._seconds_left(), 1),
        }

    def _result(self) -> dict[str, Any]:
        challenge = self._challenge
        solved = sum(challenge.solved(question) for question in challenge.questions)
        return {
            "sign": "★" if challenge.badge else "○",
            "verdict": "Badge earned" if challenge.badge else "No badge this time",
            "summary": f"{solved} of {len(challenge.questions)} solved.",
            "skills": [],
            "next": "" if challenge.badge else "Read what went wrong, then try again with other problems.",
            "review": review_view(challenge.review(), self._judges),
            "restart": "Try again",
        }

    def _handle(self, message: dict[str, Any]) -> None:
        question = self._challenge.current
        match message:
            case {"do": "start"} if self._opened is None:
                if question is not None:
                    self._open(question)
                return
            case {"do": "restart"} if question is None:
                entry = Entry(EntryKind.RESTARTED)
            case {"do": "timeout", "question": asked} if (
                question and asked == question.id and self._seconds_left() <= _GRACE
            ):
                entry = Entry(EntryKind.TIMED_OUT, question.id, skill=question.skill)
            case {"do": "answer", "question": asked, "answer": given} if (
                question and self._opened is not None and asked == question.id
            ):
                # The kernel's clock decides whether an answer is late, whatever the browser's clock shows.
                entry = (
                    self._challenge.answer(question.answer_from_input(given))
                    if self._seconds_left() > -_GRACE
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


def _status(challenge: Challenge, question: Question) -> str:
    if challenge.solved(question):
        return "solved"
    return "wrong" if challenge.over(question) else "open"


def challenge(bank: str, count: int = 5) -> ChallengeCard:
    """Take a challenge with problems from one of the course's banks.

    Parameters
    ----------
    bank
        The bank's name.
    count
        How many problems the challenge has.

    Raises
    ------
    NoCourse
        If the course has no such bank.
    """
    return ChallengeCard(open_bank(bank), count=count)
