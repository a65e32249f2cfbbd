"""The challenge: problems against the clock, two attempts each, a badge if all are right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rolecall.quiz._bank import Bank
from rolecall.quiz._entries import Entry, EntryKind
from rolecall.quiz._grading import GradedAnswer
from rolecall.quiz._judges import Judges
from rolecall.quiz._session import DrawnSession
from rolecall.quiz.fields import Difficulty
from rolecall.quiz.kinds import Question

TIME_LIMITS: Mapping[Difficulty, int] = {"easy": 60, "medium": 90, "hard": 150}
"""How many seconds a problem is open, by its difficulty."""
ATTEMPTS = 2


class Challenge(DrawnSession):
    """Problems one after another; see `Session` for the parameters.

    A view keeps the time, and notes an entry of `EntryKind.TIMED_OUT` when a problem's time is up.
    """

    def __init__(
        self,
        bank: Bank,
        count: int = 5,
        entries: Iterable[Entry] = (),
        judges: Judges | None = None,
        learner: str = "",
    ) -> None:
        super().__init__(bank, count, entries, judges, learner)

    def opened(self, question: Question) -> bool:
        """Return whether a problem was opened in this round, so that its clock runs."""
        return self._times(question, EntryKind.OPENED) > 0

    def attempts(self, question: Question) -> int:
        """Return how many answers were given to a problem."""
        return self._times(question, EntryKind.ANSWERED)

    def solved(self, question: Question) -> bool:
        """Return whether a problem was answered right."""
        return any(entry.correct for entry in self._entries_about(question))

    def over(self, question: Question) -> bool:
        """Return whether a problem is solved, or lost because attempts or time ran out."""
        timed_out = self._times(question, EntryKind.TIMED_OUT) > 0
        return self.solved(question) or timed_out or self.attempts(question) >= ATTEMPTS

    def _times(self, question: Question, kind: EntryKind) -> int:
        return sum(entry.kind is kind for entry in self._entries_about(question))

    @property
    def current(self) -> Question | None:
        """The problem that is open now; None if all are over."""
        return next((question for question in self.questions if not self.over(question)), None)

    @property
    def badge(self) -> bool:
        """Whether every problem is solved."""
        return all(self.solved(question) for question in self.questions)

    def answer(self, text: str) -> Entry:
        """Return the entry for an answer to the current problem; it counts once it is noted.

        Raises
        ------
        ValueError
            If this isn't an answer to the problem, or if every problem is over.
        """
        if self.current is None:
            raise ValueError("the challenge is over")
        return self._graded_entry(self.current, text)

    def review(self) -> list[tuple[Question, GradedAnswer | None]]:
        """Return each problem with the grade of its last answer."""
        return [(question, self.last_grade(question)) for question in self.questions]
