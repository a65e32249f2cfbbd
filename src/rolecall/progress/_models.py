"""The tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What every table is declared on."""


class Row(Base):
    """One thing that a learner did with a question."""

    __tablename__ = "entries"
    __table_args__ = (Index("entries_of_a_deck", "deck", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deck: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str]
    correct: Mapped[bool]
