"""The challenge: problems against the clock, two attempts each, a badge for all right."""

from __future__ import annotations

from collections.abc import Iterable

from rolecall.quiz._bank import Bank
from rolecall.quiz._grading import Grade, grade
from rolecall.quiz._judges import Judges
from rolecall.quiz._kinds import Question
from rolecall.quiz._practice import Entry, EntryKind
from rolecall.quiz._selection import select
from rolecall.quiz._variants import variant

SECONDS = {"easy": 60, "medium": 90, "hard": 150}
"""How long a problem is open, by its difficulty."""
ATTEMPTS = 2


class Challenge:
    """Problems in a row, from what was done so far.

    Who shows it keeps the time, and notes an entry of `EntryKind.TIMED_OUT` when a problem's is up.
    """

    def __init__(
        self, bank: Bank, count: int = 5, entries: Iterable[Entry] = (), judges: Judges | None = None
    ) -> None:
        self.bank = bank
        self.judges = judges
        self._count = count
        self._round = 0
        self._entries: list[Entry] = []
        self._draw()
        for entry in entries:
            self.note(entry)

    def _draw(self) -> None:
        drawn = select(self.bank, self._count, round=self._round)
        self.questions = [variant(question, self._round, self.judges) for question in drawn]

    def note(self, entry: Entry) -> None:
        """Takes in what was done."""
        if entry.kind is EntryKind.RESTARTED:
            self._entries.clear()
            self._round += 1
            self._draw()
        else:
            self._entries.append(entry)

    def opened(self, question: Question) -> bool:
        """Whether a problem was opened in this round, so that its clock runs."""
        return any(
            entry.question == question.id and entry.kind is EntryKind.OPENED for entry in self._entries
        )

    def attempts(self, question: Question) -> int:
        """How many answers were given to a problem."""
        return sum(
            entry.question == question.id and entry.kind is EntryKind.ANSWERED for entry in self._entries
        )

    def solved(self, question: Question) -> bool:
        """Whether a problem was answered rightly."""
        return any(entry.question == question.id and entry.correct for entry in self._entries)

    def over(self, question: Question) -> bool:
        """Whether a problem is solved, or lost by its attempts or its time."""
        timed_out = any(
            entry.question == question.id and entry.kind is EntryKind.TIMED_OUT for entry in self._entries
        )
        return self.solved(question) or timed_out or self.attempts(question) >= ATTEMPTS

    @property
    def current(self) -> Question | None:
        """The problem that is open now; None when all are over."""
        return next((question for question in self.questions if not self.over(question)), None)

    @property
    def badge(self) -> bool:
        """Whether every problem is solved."""
        return all(self.solved(question) for question in self.questions)

    def answer(self, text: str) -> Entry:
        """The entry for an answer to the current problem; it counts once it is noted.

        Raises
        ------
        ValueError
            When that is no answer, or every problem is over.
        """
        question = self.current
        if question is None:
            raise ValueError("the challenge is over")
        given = grade(self.bank, question, text, self.judges)
        return Entry(
            EntryKind.ANSWERED,
            question.id,
            text,
            given.correct,
            given.score,
            question.skill,
            given.wrong_idea or "",
        )

    def review(self) -> list[tuple[Question, Grade | None]]:
        """Each problem with the grade of its last answer."""
        return [(question, self._last_grade(question)) for question in self.questions]

    def _last_grade(self, question: Question) -> Grade | None:
        for entry in reversed(self._entries):
            if entry.question == question.id and entry.kind is EntryKind.ANSWERED:
                try:
                    return grade(self.bank, question, entry.answer, self.judges)
                except ValueError:
                    return None
        return None
