"""A room: who is in it, what they do, and what its instructor has opened and asked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.tables import Audited, Done, Person, Room

# Without letters and digits that are taken for one another when read from a wall.
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE = 8
LEARNER, INSTRUCTOR = "learner", "instructor"


class NotLetIn(ValueError):
    """A code, a name or a token that opens nothing; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A person who came in, and the token by which they are known from now on; only its digest is kept."""

    person: int
    name: str
    token: str


def digest(token: str) -> str:
    """What is kept of a token: whoever reads the database cannot act as anybody."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_room(session: Session, name: str, now: datetime, join_hours: float) -> tuple[Room, str | None]:
    """The room of a name; where it is new, also the token of its instructor, which is told this once."""
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
    audit(session, room.id, now, "service", "room made", name)
    session.flush()
    return room, token


def new_instructor_token(session: Session, room: Room) -> str:
    """Another token for the instructor; the one before opens nothing any more."""
    person = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.role == INSTRUCTOR)
    ).first()
    assert person is not None
    token = secrets.token_urlsafe(32)
    person.token = digest(token)
    return token


def renew_code(room: Room, now: datetime, join_hours: float) -> None:
    """Gives a room a new join code; the old one opens nothing any more."""
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
    """A name as it is shown.

    Raises
    ------
    NotLetIn
        For a text that is none.
    """
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 60 or not cleaned.isprintable():
        raise NotLetIn("a name has from 1 to 60 characters that can be printed")
    return cleaned


def join(session: Session, code: str, name: str, now: datetime) -> Joined:
    """Lets a learner in by a room's code; of two with one name the second gets a number behind it.

    Raises
    ------
    NotLetIn
        For a code of no room, or one that is over.
    """
    cleaned = clean_name(name)
    room = session.scalars(select(Room).where(Room.code == code.strip().upper())).one_or_none()
    if room is None or now >= room.code_until:
        raise NotLetIn("this code opens no workshop now; ask your instructor for the one on the wall")
    token = secrets.token_urlsafe(32)
    person = newcomer(session, room.id, cleaned, LEARNER, token, now)
    audit(session, room.id, now, person.name, "joined", "by code")
    return Joined(person.id, person.name, token)


def newcomer(
    session: Session,
    room: int,
    name: str,
    role: str,
    token: str,
    now: datetime,
    hub_user: str | None = None,
) -> Person:
    """Somebody new in a room; of two with one name the second gets a number behind it."""
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
    """The person whom JupyterHub knows by a name; comes in at the first time."""
    found = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.hub_user == hub_user)
    ).one_or_none()
    role = INSTRUCTOR if instructor else LEARNER
    if found is not None:
        found.role = role
        return found
    person = newcomer(session, room.id, hub_user[:60], role, secrets.token_urlsafe(32), now, hub_user)
    audit(session, room.id, now, person.name, "joined", "by JupyterHub")
    return person


def audit(session: Session, room: int, now: datetime, who: str, what: str, detail: str) -> None:
    """Writes down who did what."""
    session.add(Audited(room_id=room, at=now, who=who, what=what, detail=detail))


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done in a notebook, as it is sent."""

    key: str
    deck: str
    question: str
    answer: str
    correct: bool
    score: float
    misconception: str


def note(session: Session, person: int, where: dict[str, str], deeds: Iterable[Deed], now: datetime) -> int:
    """Takes in where a learner is and what they did; gives how much of it was new."""
    row = session.get_one(Person, person)
    row.seen = now
    row.lesson, row.mode = where.get("lesson", row.lesson), where.get("mode", row.mode)
    row.question = where.get("question", row.question)
    new = 0
    for number, deed in enumerate(deeds):
        if session.get(Done, deed.key) is None:
            session.add(
                Done(
                    key=deed.key,
                    room_id=row.room_id,
                    person_id=person,
                    at=now + timedelta(microseconds=number),
                    deck=deed.deck,
                    question=deed.question,
                    answer=deed.answer,
                    correct=deed.correct,
                    score=deed.score,
                    misconception=deed.misconception,
                )
            )
            new += 1
            row.question = deed.question
    return new


def pacing(room: Room, pushes: list[dict[str, Any]]) -> dict[str, Any]:
    """What a learner's notebook is told of the room."""
    return {
        "room": room.name,
        "open_lessons": room.open_lessons,
        "timer_until": room.timer_until.isoformat() if room.timer_until else None,
        "pushes": pushes,
    }
