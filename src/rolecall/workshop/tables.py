"""Define the tables. Each change to them needs a migration in `_migrations/versions`.

The names of tables and columns are older than those of the classes; renaming them would be a migration for
nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

HEAD = "0008"
"""The newest migration."""


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite doesn't store the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert a time to UTC before it is written."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Add the time zone that SQLite doesn't store."""
        if value is None:
            return None
        assert isinstance(value, datetime)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base class of the tables."""


class Room(Base):
    """A workshop with its instructor and learners. Papers and receipts depend on `secret`."""

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    code_until: Mapped[datetime] = mapped_column(UtcDateTime)
    open_lessons: Mapped[list[str] | None] = mapped_column(JSON, nullable=True)
    timer_until: Mapped[datetime | None] = mapped_column(UtcDateTime, nullable=True)
    revealed: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(String(64))


class Person(Base):
    """A learner or an instructor of a room; `identity` says how the service knows who they are."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("room_id", "hub_user"),
        UniqueConstraint("room_id", "name"),
        Index("people_by_personal_code", "personal_code", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    name: Mapped[str] = mapped_column(String(80))
    hub_user: Mapped[str | None] = mapped_column(String(255), nullable=True)
    role: Mapped[str] = mapped_column(String(10))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    joined: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[datetime] = mapped_column(UtcDateTime)
    lesson: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(String(200))
    identity: Mapped[str] = mapped_column(String(10))
    personal_code: Mapped[str | None] = mapped_column(String(64), nullable=True)


class EarlierToken(Base):
    """A learner's token from before a newer launch; a notebook that runs still has it."""

    __tablename__ = "earlier_tokens"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class BrowserSession(Base):
    """A browser in which an instructor is signed in."""

    __tablename__ = "visits"

    cookie: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    form_token: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class ActivityRow(Base):
    """One answer that a learner gave in a notebook. An activity that arrives again has the same key."""

    __tablename__ = "done"
    __table_args__ = (Index("done_of_a_room", "room_id", "at"),)

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deck: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str] = mapped_column(Text)
    correct: Mapped[bool]
    score: Mapped[float] = mapped_column(Float)
    misconception: Mapped[str] = mapped_column(String(200))


class Push(Base):
    """A question that an instructor asked the class."""

    __tablename__ = "pushes"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    bank: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    open: Mapped[bool]


class Attempt(Base):
    """A learner's attempt at an assessment.

    `paper` has, for each place, the bank, the question, the seed of its variant, and its version's digest.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("person_id", "assessment", "number"),
        Index("attempts_of_a_room", "room_id", "assessment", "submitted"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    assessment: Mapped[str] = mapped_column(String(200))
    number: Mapped[int]
    paper: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    started: Mapped[datetime] = mapped_column("begun", UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted: Mapped[datetime | None] = mapped_column(UtcDateTime, nullable=True)
    receipt: Mapped[str] = mapped_column(Text)


class Answer(Base):
    """The latest answer to one question of an attempt: as it was sent, and as text for grading."""

    __tablename__ = "answers"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[Any] = mapped_column(JSON)
    answer: Mapped[str] = mapped_column(Text)
    serial: Mapped[int]
    seconds: Mapped[float] = mapped_column(Float)
    saved: Mapped[datetime] = mapped_column(UtcDateTime)


class Mark(Base):
    """The grade of one answer; `state` is waiting, claimed, done, or failed.

    `note` says what was unusual: why the answer could not be graded, or which version graded it.
    """

    __tablename__ = "marks"
    __table_args__ = (Index("marks_by_state", "state"),)

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[float] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(10))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime, nullable=True)
    tries: Mapped[int]
    misconception: Mapped[str] = mapped_column(String(200))
    said: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)


class AskedVersion(Base):
    """A question or task as an attempt asked it; an attempt's paper has the digest."""

    __tablename__ = "asked_versions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[str] = mapped_column(Text)


class DroppedQuestion(Base):
    """A question of an assessment that counts for no one."""

    __tablename__ = "amendments"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    assessment: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """Who did what, and when. Entries are never changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)


class PlatformRow(Base):
    """A learning platform that was registered on the configuration page; `document` is a `Platform`."""

    __tablename__ = "platforms"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class PlatformPerson(Base):
    """The person of a learning platform's subject; `login` is their user name there, if it's known."""

    __tablename__ = "platform_people"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    login: Mapped[str] = mapped_column(String(255), server_default="")


class PlatformContext(Base):
    """The course of a learning platform that a room belongs to, by the first launch.

    `members` is the address of its class list, which was last read at `read`; `problem` says why it wasn't.
    """

    __tablename__ = "platform_contexts"

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    deployment: Mapped[str] = mapped_column(String(255))
    context: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(String(255), server_default="")
    members: Mapped[str] = mapped_column(Text, server_default="")
    read: Mapped[datetime | None] = mapped_column(UtcDateTime, nullable=True)
    problem: Mapped[str] = mapped_column(String(300), server_default="")


class PlatformLine(Base):
    """The line item for a person's grade; `sent` is the grade it has, `again` when to send the next one.

    `line` is empty if the link has no line item; then `lineitems` is where one can be created, if anywhere.
    `problem` says why the last of `tries` sendings failed.
    """

    __tablename__ = "platform_lines"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    assessment: Mapped[str] = mapped_column(String(200), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    line: Mapped[str] = mapped_column(Text)
    sent: Mapped[str] = mapped_column(String(40))
    again: Mapped[datetime | None] = mapped_column(UtcDateTime, nullable=True)
    client_id: Mapped[str] = mapped_column(String(255), server_default="")
    lineitems: Mapped[str] = mapped_column(Text, server_default="")
    resource_link: Mapped[str] = mapped_column(String(255), server_default="")
    problem: Mapped[str] = mapped_column(String(300), server_default="")
    tries: Mapped[int] = mapped_column(server_default="0")


class Nonce(Base):
    """The nonce of a launch that was used."""

    __tablename__ = "nonces"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
