"""The tables; each change to them needs a migration in `_migrations/versions`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Float, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

HEAD = "0002"
"""The newest migration."""


class Base(DeclarativeBase):
    """The base class of the tables."""


class EntryRow(Base):
    """An entry: one thing that a learner did with a question."""

    __tablename__ = "entries"
    __table_args__ = (Index("entries_of_a_deck", "deck", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deck: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str]
    correct: Mapped[bool]
    score: Mapped[float] = mapped_column(Float, server_default="0")
    skill: Mapped[str] = mapped_column(String(200), server_default="")
    misconception: Mapped[str] = mapped_column(String(200), server_default="")


class CardRow(Base):
    """When a flash card is due."""

    __tablename__ = "cards"

    deck: Mapped[str] = mapped_column(String(200), primary_key=True)
    card: Mapped[str] = mapped_column(String(200), primary_key=True)
    due: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str]
