"""The grades of attempts: add up marks, drop a question, and have everything graded again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rolecall.workshop.rooms import Identity, audit
from rolecall.workshop.tables import Attempt, DroppedQuestion, Mark, Person


@dataclass(frozen=True, slots=True)
class AttemptGrade:
    """The grade of an attempt.

    Parameters
    ----------
    score, of
        Points: each question that isn't dropped is worth one.
    waiting
        How many answers are not graded yet.
    dropped
        The places of dropped questions.
    """

    attempt: str
    score: float
    of: int
    waiting: int
    marks: tuple[Mark, ...]
    dropped: frozenset[int]


def grade_of_attempt(session: Session, attempt: Attempt) -> AttemptGrade:
    """Add up an attempt's marks, without dropped questions."""
    marks = list(session.scalars(select(Mark).where(Mark.attempt_id == attempt.id).order_by(Mark.place)))
    gone = dropped(session, attempt.room_id, attempt.assessment)
    places = {place for place, one in enumerate(attempt.paper) if one["question"] in gone}
    counting = [one for one in marks if one.place not in places]
    return AttemptGrade(
        attempt.id,
        sum(one.score for one in counting),
        len(attempt.paper) - len(places),
        sum(one.state in ("waiting", "claimed") for one in marks),
        tuple(marks),
        frozenset(places),
    )


def dropped(session: Session, room: int, assessment: str) -> set[str]:
    """Return the IDs of an assessment's dropped questions."""
    return set(
        session.scalars(
            select(DroppedQuestion.question).where(
                DroppedQuestion.room_id == room, DroppedQuestion.assessment == assessment
            )
        )
    )


def drop(session: Session, room: int, assessment: str, question: str, who: str, now: datetime) -> None:
    """Drop a question, so that it counts for no one."""
    if question not in dropped(session, room, assessment):
        session.add(DroppedQuestion(room_id=room, assessment=assessment, question=question, at=now))
        audit(session, room, now, who, "question dropped", f"{assessment} {question}")


def regrade(session: Session, room: int, assessment: str, who: str, now: datetime) -> int:
    """Grade every answer of an assessment again, with the banks as they are now.

    Returns
    -------
    int
        How many answers will be graded.
    """
    handed_in = session.scalars(
        select(Attempt.id)
        .join(Person, Person.id == Attempt.person_id)
        .where(
            Attempt.room_id == room,
            Attempt.assessment == assessment,
            Attempt.submitted.is_not(None),
            # Their marks stay for the statistics; their answers are gone.
            Person.identity != Identity.DELETED,
        )
    ).all()
    changed = session.execute(
        update(Mark)
        .where(Mark.attempt_id.in_(handed_in))
        .values(state="waiting", claimed_until=None, tries=0)
        .returning(Mark.place)
    ).all()
    audit(session, room, now, who, "regraded", f"{assessment}: {len(changed)} answers")
    return len(changed)


def remarks_of(mark: Mark) -> list[dict[str, Any]]:
    """Return the remarks on an answer's parts."""
    remarks: Any = json.loads(mark.said or "[]")
    return [one for one in remarks if isinstance(one, dict)]
