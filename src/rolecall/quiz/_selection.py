"""Draws the questions of a round."""

from __future__ import annotations

from collections import defaultdict

from rolecall.quiz._bank import Bank
from rolecall.quiz.fields import DIFFICULTIES, Difficulty
from rolecall.quiz.kinds import Question


def select(bank: Bank, count: int, *, round: int = 0) -> list[Question]:
    """Draw questions from every difficulty that the bank has, easy ones first.

    The same round draws the same questions everywhere; another round draws others if there are more.
    """
    waiting: dict[Difficulty, list[Question]] = defaultdict(list)
    for question in bank.questions:
        waiting[question.difficulty].append(question)
    for questions in waiting.values():
        start = round * count % len(questions)
        questions[:] = questions[start:] + questions[:start]
    drawn: list[Question] = []
    while len(drawn) < count and any(waiting.values()):
        for difficulty in DIFFICULTIES:
            if waiting[difficulty] and len(drawn) < count:
                drawn.append(waiting[difficulty].pop(0))
    return sorted(drawn, key=lambda question: DIFFICULTIES.index(question.difficulty))
