"""The store of a learner's progress: SQLite in the learner's data folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import Engine, Select, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rolecall._learner_error import LearnerError
from rolecall.progress._models import CardRow, EntryRow
from rolecall.progress._schema import migrate
from rolecall.quiz import Entry, EntryKind

DATA_VARIABLE = "ROLECALL_DATA"
"""The environment variable for another folder than the platform's."""

_LISTENERS: list[Callable[[str, Entry], None]] = []
_TIMEOUT_SECONDS = 10
"""How long to wait for another kernel that is writing."""


class StoreError(LearnerError, RuntimeError):
    """Progress can't be saved or read; the text names the file and how to fix it."""


def on_record(listener: Callable[[str, Entry], None]) -> None:
    """Call a function with the deck and the entry, each time an entry was saved."""
    _LISTENERS.append(listener)


def default_path() -> Path:
    """Return the path of the store, in the platform's folder for a user's data."""
    folder = os.environ.get(DATA_VARIABLE) or platformdirs.user_data_dir("rolecall", appauthor=False)
    return Path(folder) / "progress.sqlite3"


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry, with the time when and the deck in which it was made."""

    at: datetime
    deck: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class ScheduledCard:
    """When a flash card is due.

    Parameters
    ----------
    state
        The scheduler's data about the card, as JSON.
    """

    name: str
    due: datetime
    state: str


class Store:
    """A learner's progress.

    Parameters
    ----------
    path
        The database, which is created if it doesn't exist; by default the one at `default_path`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._engine: Engine | None = None

    def state(self) -> tuple[tuple[int, int], ...]:
        """Return the times and sizes of the files: others when any program has saved something here."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        found = [one.stat() for one in files if one.exists()]
        return tuple((one.st_mtime_ns, one.st_size) for one in found)

    def record(self, deck: str, entry: Entry) -> None:
        """Save an entry; when this returns, the entry is on the disk.

        Raises
        ------
        StoreError
            If the entry can't be saved.
        """
        row = EntryRow(
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
        for listener in _LISTENERS:
            listener(deck, entry)

    def entries(self, deck: str) -> list[Entry]:
        """Read the entries of a deck, the oldest first.

        Raises
        ------
        StoreError
            If the entries can't be read.
        """
        return [
            stored.entry
            for stored in self._select(select(EntryRow).where(EntryRow.deck == deck).order_by(EntryRow.id))
        ]

    @property
    def learner(self) -> str:
        """A text that differs from learner to learner and stays the same, by which options are shuffled.

        It is in a file beside the database. Empty if the file can't be written.
        """
        file = self.path.with_name("learner-seed.txt")
        try:
            if not file.is_file():
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(secrets.token_hex(8), encoding="ascii")
            return file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def opened_at(self, deck: str, question: str) -> datetime | None:
        """Return when a problem of a deck was last opened, in UTC; None if it never was."""
        query = (
            select(EntryRow)
            .where(
                EntryRow.deck == deck,
                EntryRow.question == question,
                EntryRow.kind == EntryKind.OPENED.value,
            )
            .order_by(EntryRow.id.desc())
            .limit(1)
        )
        return next((stored.at for stored in self._select(query)), None)

    def all_entries(self) -> list[StoredEntry]:
        """Read the entries of every deck, the oldest first.

        Raises
        ------
        StoreError
            If the entries can't be read.
        """
        return self._select(select(EntryRow).order_by(EntryRow.id))

    def _select(self, query: Select[Any]) -> list[StoredEntry]:
        try:
            with Session(self._connected()) as session:
                return [_read(row) for row in session.scalars(query)]
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def times_shown(self, misconception: str) -> int:
        """Count the answers of all decks that showed a misconception."""
        query = select(func.count()).select_from(EntryRow).where(EntryRow.misconception == misconception)
        try:
            with Session(self._connected()) as session:
                return int(session.scalar(query) or 0)
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def import_entries(self, entries: Iterable[StoredEntry]) -> int:
        """Add entries that were exported elsewhere, except those that the store already has.

        Returns
        -------
        int
            How many entries were new.
        """
        known = set(self.all_entries())
        new = [stored for stored in entries if stored not in known]
        try:
            with Session(self._connected()) as session, session.begin():
                session.add_all(_row(stored) for stored in new)
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("written", error) from error
        return len(new)

    def cards(self, deck: str) -> dict[str, ScheduledCard]:
        """Read the flash cards of a deck that the learner has seen, by name."""
        try:
            with Session(self._connected()) as session:
                rows = session.scalars(select(CardRow).where(CardRow.deck == deck))
                return {row.card: ScheduledCard(row.card, _utc(row.due), row.state) for row in rows}
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def due(self, now: datetime) -> dict[str, int]:
        """Count the due flash cards of each deck."""
        query = select(CardRow.deck, func.count()).where(CardRow.due <= now).group_by(CardRow.deck)
        try:
            with Session(self._connected()) as session:
                return {str(deck): int(number) for deck, number in session.execute(query)}
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

    def schedule(self, deck: str, card: ScheduledCard) -> None:
        """Save when a flash card is due."""
        try:
            with Session(self._connected()) as session, session.begin():
                session.merge(CardRow(deck=deck, card=card.name, due=card.due, state=card.state))
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("written", error) from error

    def close(self) -> None:
        """Close the connections to the database."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _connected(self) -> Engine:
        if self._engine is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(f"sqlite:///{self.path}", connect_args={"timeout": _TIMEOUT_SECONDS})
            event.listen(engine, "connect", _use_write_ahead_log)
            migrate(engine)
            self._engine = engine
        return self._engine

    def _failed(self, what: str, error: Exception) -> StoreError:
        reason = getattr(error, "orig", None) or error
        return StoreError(
            f"progress cannot be {what} in {self.path}: {reason}; make the folder writable, "
            f"or name another one in {DATA_VARIABLE}"
        )


def _read(row: EntryRow) -> StoredEntry:
    entry = Entry(
        EntryKind(row.kind),
        row.question,
        row.answer,
        row.correct,
        row.score,
        row.skill,
        row.misconception,
    )
    return StoredEntry(_utc(row.at), row.deck, entry)


def _row(stored: StoredEntry) -> EntryRow:
    fields = asdict(stored.entry) | {"kind": stored.entry.kind.value}
    return EntryRow(at=stored.at, deck=stored.deck, **fields)


def _utc(moment: datetime) -> datetime:
    # SQLite keeps no time zone; every moment here is UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _use_write_ahead_log(connection: Any, record: object) -> None:
    """Use a write-ahead log, so that readers and a writer don't wait for each other."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
