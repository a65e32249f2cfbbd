"""The store: SQLite in the learner's own data folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import Engine, Select, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rolecall.progress._models import CardRow, Row
from rolecall.progress._schema import migrate
from rolecall.quiz import Entry, EntryKind

DATA_VARIABLE = "ROLECALL_DATA"
"""The environment variable that names another folder than the platform's."""

_LISTENERS: list[Callable[[str, Entry], None]] = []
_PATIENCE = 10
"""Seconds to wait for another kernel that is writing."""


class StoreError(RuntimeError):
    """What was done cannot be kept or read; the text names the file and what would help."""


def on_record(told: Callable[[str, Entry], None]) -> None:
    """Has a function told of each entry, with its deck, once it is kept."""
    _LISTENERS.append(told)


def default_path() -> Path:
    """Where progress is kept: under the platform's folder for a user's data."""
    folder = os.environ.get(DATA_VARIABLE) or platformdirs.user_data_dir("rolecall", appauthor=False)
    return Path(folder) / "progress.sqlite3"


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry with when and where it was made."""

    at: datetime
    deck: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class ScheduledCard:
    """A flash card's place in its schedule.

    Parameters
    ----------
    state
        What the scheduler knows of it, in JSON.
    """

    name: str
    due: datetime
    state: str


class Store:
    """What a learner has done.

    Parameters
    ----------
    path
        The database; it is made when it is not there.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._engine: Engine | None = None

    def record(self, deck: str, entry: Entry) -> None:
        """Keeps an entry; once this returns, it is on the disk.

        Raises
        ------
        StoreError
            When it cannot be kept.
        """
        row = Row(
            at=datetime.now(UTC),
            deck=deck,
            kind=entry.kind.value,
            question=entry.question,
            answer=entry.answer,
            correct=entry.correct,
            score=entry.score,
            skill=entry.skill,
            misconception=entry.misconception,
        )
        try:
            with Session(self._connected()) as session, session.begin():
                session.add(row)
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("written", error) from error
        for told in _LISTENERS:
            told(deck, entry)

    def entries(self, deck: str) -> list[Entry]:
        """The entries of a deck, the oldest first.

        Raises
        ------
        StoreError
            When they cannot be read.
        """
        return [kept.entry for kept in self._kept(select(Row).where(Row.deck == deck).order_by(Row.id))]

    def opened(self, deck: str, question: str) -> datetime | None:
        """When a problem of a deck was last opened, UTC; None where it was not."""
        asked = (
            select(Row)
            .where(Row.deck == deck, Row.question == question, Row.kind == EntryKind.OPENED.value)
            .order_by(Row.id.desc())
            .limit(1)
        )
        return next((kept.at for kept in self._kept(asked)), None)

    def everything(self) -> list[Kept]:
        """Every entry of every deck, the oldest first.

        Raises
        ------
        StoreError
            When they cannot be read.
        """
        return self._kept(select(Row).order_by(Row.id))

    def _kept(self, asked: Select[Any]) -> list[Kept]:
        try:
            with Session(self._connected()) as session:
                return [_read(row) for row in session.scalars(asked)]
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def times_shown(self, misconception: str) -> int:
        """How often answers, of whatever deck, showed a misconception."""
        asked = select(func.count()).select_from(Row).where(Row.misconception == misconception)
        try:
            with Session(self._connected()) as session:
                return int(session.scalar(asked) or 0)
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def bring_in(self, entries: Iterable[Kept]) -> int:
        """Adds entries that were exported elsewhere; those that are there already are left out.

        Returns
        -------
        How many were new.
        """
        known = set(self.everything())
        new = [kept for kept in entries if kept not in known]
        try:
            with Session(self._connected()) as session, session.begin():
                session.add_all(_row(kept) for kept in new)
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("written", error) from error
        return len(new)

    def cards(self, deck: str) -> dict[str, ScheduledCard]:
        """The flash cards of a deck that were seen, by name."""
        try:
            with Session(self._connected()) as session:
                rows = session.scalars(select(CardRow).where(CardRow.deck == deck))
                return {row.card: ScheduledCard(row.card, _utc(row.due), row.state) for row in rows}
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def due(self, now: datetime) -> dict[str, int]:
        """How many flash cards of each deck are due."""
        asked = select(CardRow.deck, func.count()).where(CardRow.due <= now).group_by(CardRow.deck)
        try:
            with Session(self._connected()) as session:
                return {str(deck): int(number) for deck, number in session.execute(asked)}
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def schedule(self, deck: str, card: ScheduledCard) -> None:
        """Keeps where a flash card stands."""
        try:
            with Session(self._connected()) as session, session.begin():
                session.merge(CardRow(deck=deck, card=card.name, due=card.due, state=card.state))
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("written", error) from error

    def close(self) -> None:
        """Lets go of the database."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _connected(self) -> Engine:
        if self._engine is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(f"sqlite:///{self.path}", connect_args={"timeout": _PATIENCE})
            event.listen(engine, "connect", _keep_a_log)
            migrate(engine)
            self._engine = engine
        return self._engine

    def _failed(self, what: str, error: Exception) -> StoreError:
        reason = getattr(error, "orig", None) or error
        return StoreError(
            f"progress cannot be {what} in {self.path}: {reason}; make the folder writable, "
            f"or name another one in {DATA_VARIABLE}"
        )


def _read(row: Row) -> Kept:
    entry = Entry(
        EntryKind(row.kind),
        row.question,
        row.answer,
        row.correct,
        row.score,
        row.skill,
        row.misconception,
    )
    return Kept(_utc(row.at), row.deck, entry)


def _row(kept: Kept) -> Row:
    fields = asdict(kept.entry) | {"kind": kept.entry.kind.value}
    return Row(at=kept.at, deck=kept.deck, **fields)


def _utc(moment: datetime) -> datetime:
    # SQLite keeps no time zone; every moment here is UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _keep_a_log(connection: Any, record: object) -> None:
    """A write-ahead log: readers and a writer do not wait for each other."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
