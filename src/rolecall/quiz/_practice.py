"""Practice: a few questions, each with hint, retry and solution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from rolecall.quiz._bank import Bank
from rolecall.quiz._grading import Grade, grade
from rolecall.quiz._judges import Judges
from rolecall.quiz._kinds import Question
from rolecall.quiz._selection import select
from rolecall.quiz._variants import variant


class EntryKind(Enum):
    """What a learner did."""

    ANSWERED = "answered"
    REVEALED = "revealed"
    """Looked at the solution without having found it."""
    RESTARTED = "restarted"
    TIMED_OUT = "timed out"
    """Let a challenge's clock run out."""
    OPENED = "opened"
    """Was shown a challenge's problem; its clock runs from then on."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a learner did in a practice.

    Parameters
    ----------
    question
        The question's id; empty for a restart.
    answer
        What was answered, as the kind of question has it.
    correct
        Whether it was wholly right.
    score
        What it was worth, from 0 to 1.
    skill
        What the question asked for.
    misconception
        The name of the wrong idea that the answer showed.
    """

    kind: EntryKind
    question: str = ""
    answer: str = ""
    correct: bool = False
    score: float = 0.0
    skill: str = ""
    misconception: str = ""


class Standing(Enum):
    """How a question stands in a practice."""

    OPEN = "open"
    WRONG = "wrong"
    SOLVED = "solved"
    REVEALED = "revealed"


class Practice:
    """Questions being practised, from what was done so far.

    Parameters
    ----------
    count
        How many questions a round has.
    entries
        What the learner did in this practice before, the oldest first.
    judges
        Who answers what a question asks of AWS.
    """

    def __init__(
        self,
        bank: Bank,
        count: int = 5,
        entries: Iterable[Entry] = (),
        judges: Judges | None = None,
    ) -> None:
        self.bank = bank
        self.count = count
        self.judges = judges
        self._entries: list[Entry] = []
        self._round = 0
        self._draw()
        for entry in entries:
            self.note(entry)

    def _draw(self) -> None:
        drawn = select(self.bank, self.count, round=self._round)
        self.questions = [variant(question, self._round, self.judges) for question in drawn]

    def note(self, entry: Entry) -> None:
        """Takes in what was done; an entry about a question that is not asked here changes nothing."""
        if entry.kind is EntryKind.RESTARTED:
            self._entries.clear()
            self._round += 1
            self._draw()
        else:
            self._entries.append(entry)

    def answer(self, question: Question, text: str) -> Entry:
        """The entry for an answer; it counts once it is noted.

        Raises
        ------
        ValueError
            When that is no answer to the question, or the question is settled already.
        """
        if self.standing(question) in (Standing.SOLVED, Standing.REVEALED):
            raise ValueError(f"question {question.id!r} is settled")
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

    def standing(self, question: Question) -> Standing:
        """How a question stands."""
        entries = [entry for entry in self._entries if entry.question == question.id]
        if any(entry.correct for entry in entries):
            return Standing.SOLVED
        if any(entry.kind is EntryKind.REVEALED for entry in entries):
            return Standing.REVEALED
        return Standing.WRONG if entries else Standing.OPEN

    def last_grade(self, question: Question) -> Grade | None:
        """The grade of the last answer to a question, or None; an answer that no longer fits is none."""
        for entry in reversed(self._entries):
            if entry.question == question.id and entry.kind is EntryKind.ANSWERED:
                try:
                    return grade(self.bank, question, entry.answer, self.judges)
                except ValueError:
                    return None
        return None

    def right_at_once(self) -> int:
        """How many questions were answered right the first time."""
        first: dict[str, bool] = {}
        for entry in self._entries:
            first.setdefault(entry.question, entry.correct)
        return sum(first.get(question.id, False) for question in self.questions)

    def where_to_start(self) -> int:
        """The place of the first question that is not settled; the last one when all are."""
        for index, question in enumerate(self.questions):
            if self.standing(question) in (Standing.OPEN, Standing.WRONG):
                return index
        return len(self.questions) - 1

    @property
    def finished(self) -> bool:
        """Whether every question is settled."""
        return all(self.standing(one) in (Standing.SOLVED, Standing.REVEALED) for one in self.questions)
