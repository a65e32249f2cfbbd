"""Record what learners do: each answer that they gave in a notebook."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from rolecall.workshop.rooms import check_not_deleted
from rolecall.workshop.tables import ActivityRow, Person

_PEOPLE = cast(Table, Person.__table__)
_NEW_ACTIVITIES = insert(cast(Table, ActivityRow.__table__))


@dataclass(frozen=True, slots=True)
class Activity:
    """One answer that a learner gave in a notebook."""

    key: str
    deck: str
    question: str
    answer: str
    correct: bool
    score: float
    misconception: str


def record_activities(
    session: Session, person: int, where: dict[str, str], activities: Iterable[Activity], now: datetime
) -> int:
    """Record where a learner is and what they did.

    Returns
    -------
    int
        How many of the activities were new.

    Raises
    ------
    DeletedPerson
        If the person's data were deleted.
    """
    row = session.execute(select(Person.room_id, Person.identity).where(Person.id == person)).one()
    check_not_deleted(row)
    changes = {name: text for name, text in where.items() if name in ("lesson", "mode", "question")}
    sent = {_key_of(person, one.key): (number, one) for number, one in reversed([*enumerate(activities)])}
    stored = set(session.scalars(select(ActivityRow.key).where(ActivityRow.key.in_(sent))) if sent else ())
    rows = [
        {
            "key": key,
            "room_id": row.room_id,
            "person_id": person,
            "at": now + timedelta(microseconds=number),
            "deck": one.deck,
            "question": one.question,
            "answer": one.answer,
            "correct": one.correct,
            "score": one.score,
            "misconception": one.misconception,
        }
        for key, (number, one) in sorted(sent.items(), key=lambda each: each[1][0])
        if key not in stored
    ]
    # A statement costs less than objects of the session, which nothing else needs.
    if rows:
        session.execute(_NEW_ACTIVITIES, rows)
        changes["question"] = str(rows[-1]["question"])
    session.execute(update(_PEOPLE).where(_PEOPLE.c.id == person).values(seen=now, **changes))
    return len(rows)


def has_activity(session: Session, person: int, key: str) -> bool:
    """Return whether a person's activity with a key is recorded."""
    return session.get(ActivityRow, _key_of(person, key)) is not None


def _key_of(person: int, key: str) -> str:
    """Return a key that no other person's activity has, whatever keys their notebook sends."""
    return hashlib.sha256(f"{person}/{key}".encode()).hexdigest()[:40]
