"""What practice, challenge, and mastery test have in common: rounds of graded answers."""

from __future__ import annotations

from collections.abc import Iterable

from rolecall.quiz._bank import Bank
from rolecall.quiz._entries import Entry, EntryKind
from rolecall.quiz._grading import GradedAnswer, grade
from rolecall.quiz._judges import Judges
from rolecall.quiz._selection import select
from rolecall.quiz._variants import variant
from rolecall.quiz.kinds import Question


class Session:
    """Rounds of questions, rebuilt from what the learner did so far.

    Parameters
    ----------
    count
        How many questions a round has.
    entries
        What the learner did in this session before, the oldest first.
    judges
        The rules of AWS that answers are graded by.
    learner
        A text that differs from learner to learner: options are shuffled by it, differently in each round.
    """

    def __init__(
        self,
        bank: Bank,
        count: int,
        entries: Iterable[Entry] = (),
        judges: Judges | None = None,
        learner: str = "",
    ) -> None:
        self.bank = bank
        self.count = count
        self.judges = judges
        self._learner = learner
        self._round = 0
        self._entries: list[Entry] = []
        self._start_round()
        for entry in entries:
            self.note(entry)

    def _start_round(self) -> None:
        """Prepare the questions of the round in `_round`."""

    def _variant(self, question: Question) -> Question:
        """Return a question as it is asked in this round."""
        return variant(question, self._round, self.judges, learner=self._learner)

    def _counts(self, entry: Entry) -> bool:
        """Return whether an entry changes this session."""
        return True

    def note(self, entry: Entry) -> None:
        """Record what the learner did; a restart begins the next round."""
        if entry.kind is EntryKind.RESTARTED:
            self._entries.clear()
            self._round += 1
            self._start_round()
        elif self._counts(entry):
            self._entries.append(entry)

    def last_grade(self, question: Question) -> GradedAnswer | None:
        """Grade the last answer to a question; None if there is none, or if it no longer fits."""
        for entry in reversed(self._entries_about(question)):
            if entry.kind is EntryKind.ANSWERED:
                try:
                    return grade(self.bank, question, entry.answer, self.judges)
                except ValueError:
                    return None
        return None

    def _entries_about(self, question: Question) -> list[Entry]:
        return [entry for entry in self._entries if entry.question == question.id]

    def _graded_entry(self, question: Question, answer: str) -> Entry:
        """Return the entry for an answer; it counts once it is noted.

        Raises
        ------
        ValueError
            If this isn't an answer to the question.
        """
        graded = grade(self.bank, question, answer, self.judges)
        return Entry(
            EntryKind.ANSWERED,
            question.id,
            answer,
            graded.correct,
            graded.score,
            question.skill,
            graded.misconception_name or "",
        )


class DrawnSession(Session):
    """A session whose rounds are drawn at their start."""

    questions: list[Question]

    def _start_round(self) -> None:
        drawn = select(self.bank, self.count, round=self._round)
        self.questions = [self._variant(question) for question in drawn]
