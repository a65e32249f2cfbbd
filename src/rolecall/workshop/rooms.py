"""Manage a room: its people, and what its instructor opens and asks."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from rolecall.workshop.tables import AuditEntry, BrowserSession, Person, Room

_PEOPLE, _ROOMS = cast(Table, Person.__table__), cast(Table, Room.__table__)
# Without letters and digits that are easily confused when read from a screen.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE = 8
LEARNER, INSTRUCTOR = "learner", "instructor"
_LARGEST_NUMBER = 9_999
_MOST_NAMES = 5_000
"""How many people a join code adds to a room. Learners of a roster, a Hub, or a platform don't count."""
_NUMBER = re.compile(r" \(\d{1,4}\)$")
_NOTHING_YET = {
    "role": LEARNER,
    "identity": "name",
    "hub_user": None,
    "personal_code": None,
    "lesson": "",
    "mode": "",
    "question": "",
}
# Statements that are built once cost much less than objects of a session.
_ROOM_OF_CODE = select(_ROOMS.c.id, _ROOMS.c.code_until).where(_ROOMS.c.code == bindparam("typed"))
_ID_OF_CODE = select(_PEOPLE.c.id).where(_PEOPLE.c.personal_code == bindparam("digest"))
_SAME_NAME = select(_PEOPLE.c.id).where(
    _PEOPLE.c.room_id == bindparam("room"), _PEOPLE.c.name == bindparam("wanted")
)
_NAMES = select(func.count()).where(_PEOPLE.c.room_id == bindparam("room"), _PEOPLE.c.identity == "name")
_NEW_PERSON = insert(_PEOPLE).returning(_PEOPLE.c.id)
_NEW_ENTRY = insert(cast(Table, AuditEntry.__table__))
# The audit log names these where no person acted.
_RESERVED = frozenset({"service", "retention", "administrator"})


class Identity(StrEnum):
    """How the service knows who a person is. A display name proves nothing."""

    NAME = "name"
    ROSTER = "roster"
    HUB = "hub"
    LTI = "lti"
    INSTRUCTOR = "instructor"
    DELETED = "deleted"

    @property
    def is_proven(self) -> bool:
        """Whether the person can take graded assessments."""
        return self not in (Identity.NAME, Identity.DELETED)


class CannotJoin(ValueError):
    """A code or name doesn't allow someone to join; the message says what to do."""


class DeletedPerson(ValueError):
    """A person's data were deleted, so nothing may be kept of them any more."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A person in a room, with their token. The database has only the token's digest.

    Parameters
    ----------
    is_known
        Whether the person joined before, and can have another token from then.
    """

    person: int
    name: str
    token: str
    room: int
    identity: Identity = Identity.NAME
    is_known: bool = field(default=False, compare=False)


def digest(token: str) -> str:
    """Return the SHA-256 of a token. Someone who reads the database can't act as its owner."""
    return hashlib.sha256(token.encode()).hexdigest()


def digest_of_code(code: str) -> str:
    """Return the SHA-256 of a personal code, however it is typed."""
    return digest("".join(one for one in code.upper() if one.isalnum()))


def secret_for(secret: str, purpose: str) -> str:
    """Derive a secret for one purpose from a room's, both in hexadecimal. No one can predict it."""
    return hmac.new(bytes.fromhex(secret), purpose.encode(), hashlib.sha256).hexdigest()


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
        name=name,
        created=now,
        code="",
        code_until=now,
        open_lessons=None,
        timer_until=None,
        revealed=[],
        secret=secrets.token_hex(32),
    )
    renew_code(room, now, join_hours)
    session.add(room)
    session.flush()
    token = secrets.token_urlsafe(32)
    session.add(new_person(room.id, "Instructor", INSTRUCTOR, token, now, Identity.INSTRUCTOR))
    audit(session, room.id, now, "service", "room created", name)
    session.flush()
    return room, token


def new_instructor_token(session: Session, room: Room) -> str:
    """Create a new token for the instructor; the old one and its browser sessions are no longer valid."""
    person = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.role == INSTRUCTOR)
    ).first()
    assert person is not None
    token = secrets.token_urlsafe(32)
    person.token = digest(token)
    session.execute(delete(BrowserSession).where(BrowserSession.person_id == person.id))
    return token


def renew_code(room: Room, now: datetime, join_hours: float) -> None:
    """Create a new join code for a room; the old one is no longer valid."""
    room.code = "".join(secrets.choice(CODE_LETTERS) for _ in range(_CODE))
    room.code_until = now + timedelta(hours=join_hours)


def new_person(
    room: int,
    name: str,
    role: str,
    token: str,
    now: datetime,
    identity: Identity,
    hub_user: str | None = None,
) -> Person:
    """Return a person whose name is free in the room."""
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
        identity=identity,
        personal_code=None,
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


def is_valid_code(session: Session, code: str, now: datetime) -> bool:
    """Return whether a text is a room's current join code, or a personal code of a roster."""
    return _room_of(session, code, now) is not None or _person_of(session, code) is not None


def _room_of(session: Session, code: str, now: datetime) -> int | None:
    found = session.execute(_ROOM_OF_CODE, {"typed": code.strip().upper()}).one_or_none()
    return found.id if found is not None and now < found.code_until else None


def _person_of(session: Session, code: str) -> Person | None:
    found = session.execute(_ID_OF_CODE, {"digest": digest_of_code(code)}).scalar()
    return session.get_one(Person, found) if found is not None else None


def join(session: Session, code: str, name: str, now: datetime, token: str = "") -> Joined:
    """Add a learner to the room of a join code, or return the learner of a personal code.

    A name that is taken gets a number.

    Parameters
    ----------
    token
        The token of an earlier join. If it belongs to a learner of this room with this name, or with this
        personal code, that learner continues.

    Raises
    ------
    CannotJoin
        If no room has this code, or the code has expired.
    """
    by_token = select(Person).where(Person.token == digest(token))
    before = session.scalars(by_token).one_or_none() if token else None
    person = _person_of(session, code)
    if person is not None:
        if before is not person:
            token = secrets.token_urlsafe(32)
            person.token = digest(token)
        person.seen = max(now, person.joined + timedelta(microseconds=1))
        audit(session, person.room_id, now, person.name, "joined", "by personal code")
        return Joined(
            person.id, person.name, token, person.room_id, Identity(person.identity), is_known=True
        )
    cleaned = clean_name(name)
    room = _room_of(session, code, now)
    if room is None:
        raise CannotJoin("this join code is not valid now; ask your instructor for the current one")
    if before is not None and _continues(before, room, cleaned):
        before.seen = now
        return Joined(before.id, before.name, token, room, is_known=True)
    token = secrets.token_urlsafe(32)
    free = free_name(session, room, cleaned)
    new = {
        **_NOTHING_YET,
        "room_id": room,
        "name": free,
        "token": digest(token),
        "joined": now,
        "seen": now,
    }
    person_id = session.execute(_NEW_PERSON, new).scalar_one()
    # IDs only grow, so there is nothing to count while they are small.
    if person_id > _MOST_NAMES and session.execute(_NAMES, {"room": room}).scalar_one() > _MOST_NAMES:
        raise CannotJoin("this workshop is full; ask your instructor for a personal code")
    audit(session, room, now, free, "joined", "by code")
    return Joined(person_id, free, token, room)


def _continues(person: Person, room: int, name: str) -> bool:
    """Whether someone who joins again under a name is this person; the name may have got a number."""
    return (
        person.room_id == room
        and person.role == LEARNER
        and name in (person.name, _NUMBER.sub("", person.name))
    )


def add_person(
    session: Session,
    room: int,
    name: str,
    role: str,
    token: str,
    now: datetime,
    hub_user: str | None = None,
    identity: Identity = Identity.NAME,
) -> Person:
    """Add a person to a room. A name that is taken gets a number.

    Raises
    ------
    CannotJoin
        If too many people have this name.
    """
    person = new_person(room, free_name(session, room, name), role, token, now, identity, hub_user)
    session.add(person)
    session.flush()
    return person


def allowed_name(session: Session, room: int, name: str) -> str:
    """Return a name that no one has, with a number if the audit log uses it."""
    return free_name(session, room, name) if name.casefold() in _RESERVED else name


def free_name(session: Session, room: int, name: str) -> str:
    """Return a name, with a number if it is taken.

    Raises
    ------
    CannotJoin
        If too many people have this name.
    """
    is_taken = session.execute(_SAME_NAME, {"room": room, "wanted": name}).scalar() is not None
    if not is_taken and name.casefold() not in _RESERVED:
        return name
    in_room = select(Person.name).where(Person.room_id == room)
    taken = set(session.scalars(in_room.where(Person.name.startswith(f"{name} (", autoescape=True))))
    numbered = (f"{name} ({number})" for number in range(2, _LARGEST_NUMBER + 1))
    free = next((one for one in numbered if one not in taken), None)
    if free is None:
        raise CannotJoin(f"too many people are here as {name}; choose another name")
    return free


def hub_person(session: Session, room: Room, hub_user: str, *, instructor: bool, now: datetime) -> Person:
    """Return the person of a JupyterHub user, who is added at the first visit."""
    found = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.hub_user == hub_user)
    ).one_or_none()
    role = INSTRUCTOR if instructor else LEARNER
    if found is not None:
        found.role, found.seen = role, now
        return found
    person = add_person(
        session, room.id, hub_user[:60], role, secrets.token_urlsafe(32), now, hub_user, Identity.HUB
    )
    audit(session, room.id, now, person.name, "joined", "by JupyterHub")
    return person


def audit(session: Session, room: int, now: datetime, who: str, what: str, detail: str) -> None:
    """Add an entry to the audit table."""
    entry = {"room_id": room, "at": now, "who": who, "what": what, "detail": detail}
    session.execute(_NEW_ENTRY, entry)


def check_not_deleted(person: Any) -> None:
    """Check a person before something of them is stored: their token may be cached still.

    Raises
    ------
    DeletedPerson
        If the person's data were deleted.
    """
    if person.identity == Identity.DELETED:
        raise DeletedPerson("your data were deleted; join the workshop again")


def pacing(room: Room, pushes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a learner's notebook shows of the room."""
    return {
        "room": room.name,
        "open_lessons": room.open_lessons,
        "timer_until": room.timer_until.isoformat() if room.timer_until else None,
        "pushes": pushes,
    }
