"""Grades an answer and says why."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.quiz._bank import Bank
from rolecall.quiz._questions import Misconception, Option, Question


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth.

    Parameters
    ----------
    score
        From 0 to 1.
    option
        What was chosen.
    misconception
        The wrong idea that it shows, if the author named one.
    """

    score: float
    option: Option
    misconception: Misconception | None

    @property
    def correct(self) -> bool:
        """Whether the answer is wholly right."""
        return self.score == 1


def grade(bank: Bank, question: Question, answer: str) -> Grade:
    """Grades the text of the option that was chosen.

    Raises
    ------
    ValueError
        When the question has no such option.
    """
    for option in question.options:
        if option.text == answer:
            wrong_idea = bank.misconceptions.get(option.misconception or "")
            return Grade(1.0 if option.correct else 0.0, option, wrong_idea)
    raise ValueError(f"question {question.id!r} has no option {answer!r}")
