"""Which questions are asked."""

from __future__ import annotations

import random
from collections import defaultdict

from rolecall.quiz._bank import Bank
from rolecall.quiz._choosing import Choice, Multi, Option
from rolecall.quiz._kinds import Question
from rolecall.quiz._questions import Difficulty

_RISING: tuple[Difficulty, ...] = ("easy", "medium", "hard")


def select(bank: Bank, count: int, *, round: int = 0) -> list[Question]:
    """Questions from every difficulty that the bank has, easy ones first.

    The same round draws the same questions everywhere; another round draws others where there are more.
    """
    waiting: dict[Difficulty, list[Question]] = defaultdict(list)
    for question in bank.questions:
        waiting[question.difficulty].append(question)
    for questions in waiting.values():
        turn = round * count % len(questions)
        questions[:] = questions[turn:] + questions[:turn]
    drawn: list[Question] = []
    while len(drawn) < count and any(waiting.values()):
        for difficulty in _RISING:
            if waiting[difficulty] and len(drawn) < count:
                drawn.append(waiting[difficulty].pop(0))
    return sorted(drawn, key=lambda question: _RISING.index(question.difficulty))


def shown_order(question: Choice | Multi) -> list[Option]:
    """The options as every learner sees them: an order of the question's own, not the author's."""
    options = list(question.options)
    random.Random(question.id).shuffle(options)
    return options
