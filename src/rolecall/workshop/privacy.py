"""Export and delete what the service keeps of a person."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.orm import Session

from rolecall.workshop.rooms import LEARNER, Identity, audit, digest, free_name
from rolecall.workshop.tables import (
    ActivityRow,
    Answer,
    Attempt,
    AuditEntry,
    Base,
    BrowserSession,
    EarlierToken,
    Mark,
    Person,
    PlatformLine,
    PlatformPerson,
)

# Digests of tokens and codes say nothing about a person, and must not leave the service.
_SECRET = frozenset({"token", "personal_code", "cookie", "form_token"})


class NoSuchPerson(ValueError):
    """A room has no person of this name; the message says what to do."""


def person_named(session: Session, room: int, name: str) -> Person:
    """Return a learner of a room.

    Raises
    ------
    NoSuchPerson
        If the room has no such learner.
    """
    found = session.scalars(
        select(Person).where(Person.room_id == room, Person.name == name, Person.role == LEARNER)
    ).one_or_none()
    if found is None:
        raise NoSuchPerson(f"no learner of this room is named {name!r}; use the name in the gradebook")
    return found


def learners(session: Session, room: int) -> Sequence[Person]:
    """Return the learners of a room whose data are kept, by name."""
    kept = select(Person).where(
        Person.room_id == room, Person.role == LEARNER, Person.identity != Identity.DELETED
    )
    return session.scalars(kept.order_by(Person.name)).all()


def export_person(session: Session, person: Person) -> dict[str, Any]:
    """Return everything that the database has of a person, as JSON values."""
    attempts = session.scalars(select(Attempt).where(Attempt.person_id == person.id)).all()
    ids = [one.id for one in attempts]

    def rows(table: type[Base], condition: Any) -> list[dict[str, Any]]:
        return [_row(one) for one in session.scalars(select(table).where(condition))]

    return {
        "person": _row(person),
        "platforms": [
            *rows(PlatformPerson, PlatformPerson.person_id == person.id),
            *rows(PlatformLine, PlatformLine.person_id == person.id),
        ],
        "activities": rows(ActivityRow, ActivityRow.person_id == person.id),
        "attempts": [_row(one) for one in attempts],
        "answers": rows(Answer, Answer.attempt_id.in_(ids)),
        "marks": rows(Mark, Mark.attempt_id.in_(ids)),
        "audit": rows(AuditEntry, (AuditEntry.room_id == person.room_id) & (AuditEntry.who == person.name)),
    }


def _row(row: Base) -> dict[str, Any]:
    names = [one.key for one in inspect(type(row)).column_attrs if one.key not in _SECRET]
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def delete_person(session: Session, person: Person, now: datetime, who: str) -> str:
    """Delete a person's data; marks stay for the statistics, without the person and without the answers.

    Returns
    -------
    str
        The name that the gradebook shows instead.
    """
    # Anyone can choose this name, too.
    name = person.name
    person.name = free_name(session, person.room_id, f"Deleted learner {person.id}")
    person.identity, person.hub_user, person.personal_code = Identity.DELETED, None, None
    person.token = digest(secrets.token_urlsafe(32))
    person.lesson = person.mode = person.question = ""
    ids = select(Attempt.id).where(Attempt.person_id == person.id)
    session.execute(update(Answer).where(Answer.attempt_id.in_(ids)).values(given=None, answer=""))
    # An answer that is being graded now gets no remarks afterwards.
    session.execute(update(Mark).where(Mark.attempt_id.in_(ids)).values(said="", note="", state="done"))
    session.execute(update(Attempt).where(Attempt.person_id == person.id).values(receipt=""))
    session.execute(delete(ActivityRow).where(ActivityRow.person_id == person.id))
    session.execute(delete(BrowserSession).where(BrowserSession.person_id == person.id))
    session.execute(delete(EarlierToken).where(EarlierToken.person_id == person.id))
    session.execute(delete(PlatformLine).where(PlatformLine.person_id == person.id))
    session.execute(delete(PlatformPerson).where(PlatformPerson.person_id == person.id))
    in_the_log = (AuditEntry.room_id == person.room_id) & (AuditEntry.who == name)
    session.execute(update(AuditEntry).where(in_the_log).values(who=person.name))
    audit(session, person.room_id, now, who, "data deleted", person.name)
    session.flush()
    return person.name


def delete_old(session: Session, room: int, now: datetime, days: float) -> int:
    """Delete the data of each learner of a room who wasn't seen for some days.

    Returns
    -------
    int
        How many learners' data were deleted.
    """
    old = [one for one in learners(session, room) if one.seen < now - timedelta(days=days)]
    for one in old:
        delete_person(session, one, now, "retention")
    return len(old)
