"""Grades an answer and says why."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.quiz._bank import Bank
from rolecall.quiz._judges import Judges
from rolecall.quiz._kinds import Question
from rolecall.quiz._questions import Misconception, Remark


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth.

    Parameters
    ----------
    score
        From 0 to 1.
    answer
        What was answered.
    remarks
        What is said of each of its parts.
    misconception
        The wrong idea that it shows, if the author named one, and its name.
    """

    score: float
    answer: str
    remarks: tuple[Remark, ...]
    misconception: Misconception | None
    wrong_idea: str | None = None

    @property
    def correct(self) -> bool:
        """Whether the answer is wholly right."""
        return self.score == 1


def grade(bank: Bank, question: Question, answer: str, judges: Judges | None = None) -> Grade:
    """Grades an answer, in the form that the kind of question gives it.

    Raises
    ------
    ValueError
        For what is no answer to the question.
    """
    judged = question.judge(answer, judges)
    wrong_idea = None if judged.score == 1 else judged.wrong_idea
    return Grade(
        judged.score, answer, judged.remarks, bank.misconceptions.get(wrong_idea or ""), wrong_idea
    )
