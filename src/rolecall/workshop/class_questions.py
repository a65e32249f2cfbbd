"""The question that an instructor asked the class: when its answer shows, and what the class answered."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TypedDict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rolecall.presentation.markdown import to_html
from rolecall.quiz import Question
from rolecall.workshop.tables import ActivityRow, Push, Room

_MOST_ANSWERS = 6
_DECK = "push/"


class ClassAnswer(TypedDict):
    """An answer, and how many learners gave it."""

    html: str
    count: int
    right: bool


class ClassResult(TypedDict):
    """How a class answered a question.

    Parameters
    ----------
    answers
        The most frequent answers; none for a question whose answers are typed, because the class shouldn't
        read what someone typed.
    """

    answered: int
    right: int
    answers: list[ClassAnswer]


def deck_of(push: int) -> str:
    """Return the deck of the answers to a question that the class was asked."""
    return f"{_DECK}{push}"


def is_deck_of_the_class(deck: str) -> bool:
    """Return whether a deck has the answers to a question that the class was asked."""
    return deck.startswith(_DECK)


def is_revealed(room: Room, push: Push, now: datetime) -> bool:
    """Return whether the class sees the answer: the instructor revealed it, or the room's time is up."""
    until = room.timer_until
    return push.question in room.revealed or (until is not None and push.at < until <= now)


def revealed_questions(session: Session, room: Room, now: datetime) -> set[str]:
    """Return the questions whose answers are shown."""
    asked = session.scalars(select(Push).where(Push.room_id == room.id, Push.open))
    return {*room.revealed, *(one.question for one in asked if is_revealed(room, one, now))}


def reveal(session: Session, room: Room, question: str) -> None:
    """Reveal the answer to a question, to the class too if it was asked this question last."""
    room.revealed = [*dict.fromkeys([*room.revealed, question])]
    last = session.scalars(select(Push).where(Push.room_id == room.id).order_by(Push.id.desc())).first()
    if last is not None and last.question == question:
        last.open = True


def class_result(session: Session, push: Push, question: Question) -> ClassResult:
    """Count the answers of a class to a question."""
    counted: Counter[tuple[str, bool]] = Counter()
    rows = session.execute(
        select(ActivityRow.answer, ActivityRow.correct, func.count())
        .where(ActivityRow.room_id == push.room_id, ActivityRow.deck == deck_of(push.id))
        .group_by(ActivityRow.answer, ActivityRow.correct)
    )
    for answer, correct, count in rows:
        counted[answer, correct] = count
    answers = [
        ClassAnswer(html=to_html(question.describe_answer(answer)), count=count, right=correct)
        for (answer, correct), count in counted.most_common(_MOST_ANSWERS)
        if question.display_has_feedback
    ]
    right = sum(count for (_, correct), count in counted.items() if correct)
    return ClassResult(answered=counted.total(), right=right, answers=answers)
