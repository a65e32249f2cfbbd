"""Practice: a few questions, each with a hint, retries, and a solution."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from rolecall.quiz._bank import Bank
from rolecall.quiz._entries import Entry, EntryKind
from rolecall.quiz._judges import Judges
from rolecall.quiz._session import DrawnSession
from rolecall.quiz.kinds import Question


class Status(Enum):
    """How far a learner is with a question."""

    OPEN = "open"
    WRONG = "wrong"
    SOLVED = "solved"
    REVEALED = "revealed"

    @property
    def answered(self) -> bool:
        """Whether the question is over: solved, or its solution shown."""
        return self in (Status.SOLVED, Status.REVEALED)


class Practice(DrawnSession):
    """A practice of a bank; see `Session` for the parameters."""

    def __init__(
        self,
        bank: Bank,
        count: int = 5,
        entries: Iterable[Entry] = (),
        judges: Judges | None = None,
        learner: str = "",
    ) -> None:
        super().__init__(bank, count, entries, judges, learner)

    def answer(self, question: Question, text: str) -> Entry:
        """Return the entry for an answer; it counts once it is noted.

        Raises
        ------
        ValueError
            If this isn't an answer to the question, or if the question is answered already.
        """
        if self.status(question).answered:
            raise ValueError(f"question {question.id!r} is answered already")
        return self._graded_entry(question, text)

    def status(self, question: Question) -> Status:
        """Return how far the learner is with a question."""
        entries = self._entries_about(question)
        if any(entry.correct for entry in entries):
            return Status.SOLVED
        if any(entry.kind is EntryKind.REVEALED for entry in entries):
            return Status.REVEALED
        return Status.WRONG if entries else Status.OPEN

    def right_at_first_try(self) -> int:
        """Return how many questions were answered right the first time."""
        first = [self._entries_about(question)[:1] for question in self.questions]
        return sum(entry.correct for entries in first for entry in entries)

    def first_unanswered(self) -> int:
        """Return the place of the first question that isn't answered; of the last one if all are."""
        for index, question in enumerate(self.questions):
            if not self.status(question).answered:
                return index
        return len(self.questions) - 1

    @property
    def answered(self) -> int:
        """How many questions are answered."""
        return sum(self.status(question).answered for question in self.questions)

    @property
    def finished(self) -> bool:
        """Whether every question is answered."""
        return self.answered == len(self.questions)
