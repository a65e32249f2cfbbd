"""Manage a room: its people, their activities, and what its instructor opens and asks."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.tables import ActivityRow, AuditEntry, Person, Room

# Without letters and digits that are easily confused when read from a screen.
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE = 8
LEARNER, INSTRUCTOR = "learner", "instructor"


class CannotJoin(ValueError):
    """A code or name doesn't allow someone to join; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A new person in a room, with their token. The database has only the token's digest."""

    person: int
    name: str
    token: str


def digest(token: str) -> str:
    """Return the SHA-256 of a token. Someone who reads the database can't act as its owner."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_room(session: Session, name: str, now: datetime, join_hours: float) -> tuple[Room, str | None]:
    """Return the room of a name, or create it.

    Returns
    -------
    tuple
        The room, and the token of its instructor if the room is new; it can't be shown again.
    """
    found = session.scalars(select(Room).where(Room.name == name)).one_or_none()
    if found is not None:
        return found, None
    room = Room(
        name=name, created=now, code="", code_until=now, open_lessons=None, timer_until=None, revealed=[]
    )
    renew_code(room, now, join_hours)
    session.add(room)
    session.flush()
    token = secrets.token_urlsafe(32)
    session.add(_person(room.id, "Instructor", INSTRUCTOR, token, now))
    audit(session, room.id, now, "service", "room created", name)
    session.flush()
    return room, token


def new_instructor_token(session: Session, room: Room) -> str:
    """Create a new token for the instructor; the old one is no longer valid."""
    person = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.role == INSTRUCTOR)
    ).first()
    assert person is not None
    token = secrets.token_urlsafe(32)
    person.token = digest(token)
    return token


def renew_code(room: Room, now: datetime, join_hours: float) -> None:
    """Create a new join code for a room; the old one is no longer valid."""
    room.code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE))
    room.code_until = now + timedelta(hours=join_hours)


def _person(
    room: int, name: str, role: str, token: str, now: datetime, hub_user: str | None = None
) -> Person:
    return Person(
        room_id=room,
        name=name,
        hub_user=hub_user,
        role=role,
        token=digest(token),
        joined=now,
        seen=now,
        lesson="",
        mode="",
        question="",
    )


def clean_name(name: str) -> str:
    """Return a display name without superfluous spaces.

    Raises
    ------
    CannotJoin
        If the text can't be a name.
    """
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 60 or not cleaned.isprintable():
        raise CannotJoin("a name needs 1 to 60 printable characters")
    return cleaned


def join(session: Session, code: str, name: str, now: datetime) -> Joined:
    """Add a learner to the room of a join code. A name that is taken gets a number.

    Raises
    ------
    CannotJoin
        If no room has this code, or the code has expired.
    """
    cleaned = clean_name(name)
    room = session.scalars(select(Room).where(Room.code == code.strip().upper())).one_or_none()
    if room is None or now >= room.code_until:
        raise CannotJoin("this join code is not valid now; ask your instructor for the current one")
    token = secrets.token_urlsafe(32)
    person = add_person(session, room.id, cleaned, LEARNER, token, now)
    audit(session, room.id, now, person.name, "joined", "by code")
    return Joined(person.id, person.name, token)


def add_person(
    session: Session,
    room: int,
    name: str,
    role: str,
    token: str,
    now: datetime,
    hub_user: str | None = None,
) -> Person:
    """Add a person to a room. A name that is taken gets a number."""
    taken = set(session.scalars(select(Person.name).where(Person.room_id == room)))
    free = next(one for one in _numbered(name) if one not in taken)
    person = _person(room, free, role, token, now, hub_user)
    session.add(person)
    session.flush()
    return person


def _numbered(name: str) -> Iterable[str]:
    yield name
    for number in range(2, 10_000):
        yield f"{name} ({number})"


def hub_person(session: Session, room: Room, hub_user: str, *, instructor: bool, now: datetime) -> Person:
    """Return the person of a JupyterHub user, who is added at the first visit."""
    found = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.hub_user == hub_user)
    ).one_or_none()
    role = INSTRUCTOR if instructor else LEARNER
    if found is not None:
        found.role = role
        return found
    person = add_person(session, room.id, hub_user[:60], role, secrets.token_urlsafe(32), now, hub_user)
    audit(session, room.id, now, person.name, "joined", "by JupyterHub")
    return person


def audit(session: Session, room: int, now: datetime, who: str, what: str, detail: str) -> None:
    """Add an entry to the audit table."""
    session.add(AuditEntry(room_id=room, at=now, who=who, what=what, detail=detail))


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
    """
    row = session.get_one(Person, person)
    row.seen = now
    row.lesson, row.mode = where.get("lesson", row.lesson), where.get("mode", row.mode)
    row.question = where.get("question", row.question)
    new = 0
    for number, activity in enumerate(activities):
        key = _key_of(person, activity.key)
        if session.get(ActivityRow, key) is None:
            session.add(
                ActivityRow(
                    key=key,
                    room_id=row.room_id,
                    person_id=person,
                    at=now + timedelta(microseconds=number),
                    deck=activity.deck,
                    question=activity.question,
                    answer=activity.answer,
                    correct=activity.correct,
                    score=activity.score,
                    misconception=activity.misconception,
                )
            )
            new += 1
            row.question = activity.question
    return new


def _key_of(person: int, key: str) -> str:
    """Return a key that no other person's activity has, whatever keys their notebook sends."""
    return hashlib.sha256(f"{person}/{key}".encode()).hexdigest()[:40]


def pacing(room: Room, pushes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a learner's notebook shows of the room."""
    return {
        "room": room.name,
        "open_lessons": room.open_lessons,
        "timer_until": room.timer_until.isoformat() if room.timer_until else None,
        "pushes": pushes,
    }
