"""Grades an answer to a question of a bank."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.quiz._bank import Bank
from rolecall.quiz._grade import Remark
from rolecall.quiz._judges import Judges
from rolecall.quiz._proofs import Misconception
from rolecall.quiz.kinds import Question


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """An answer with its grade and feedback.

    Parameters
    ----------
    score
        From 0 to 1.
    answer
        The answer that was graded.
    remarks
        Feedback on each of its parts.
    misconception, misconception_name
        The wrong idea that the answer shows, if the author named one, and its name in the bank.
    """

    score: float
    answer: str
    remarks: tuple[Remark, ...]
    misconception: Misconception | None
    misconception_name: str | None = None

    @property
    def correct(self) -> bool:
        """Whether the answer is completely right."""
        return self.score == 1


def grade(bank: Bank, question: Question, answer: str, judges: Judges | None = None) -> GradedAnswer:
    """Grade an answer, in the form that the kind of question has.

    Raises
    ------
    ValueError
        If this isn't an answer to the question.
    """
    given = question.grade(answer, judges)
    name = None if given.score == 1 else given.misconception_name
    return GradedAnswer(given.score, answer, given.remarks, bank.misconceptions.get(name or ""), name)
