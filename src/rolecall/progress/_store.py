"""The store: SQLite in the learner's own data folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rolecall.progress._models import Base, Row
from rolecall.quiz import Entry, EntryKind

DATA_VARIABLE = "ROLECALL_DATA"
"""The environment variable that names another folder than the platform's."""

_PATIENCE = 10
"""Seconds to wait for another kernel that is writing."""


class StoreError(RuntimeError):
    """What was done cannot be kept or read; the text names the file and what would help."""


def default_path() -> Path:
    """Where progress is kept: under the platform's folder for a user's data."""
    folder = os.environ.get(DATA_VARIABLE) or platformdirs.user_data_dir("rolecall", appauthor=False)
    return Path(folder) / "progress.sqlite3"


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
        )
        try:
            with Session(self._connected()) as session, session.begin():
                session.add(row)
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("written", error) from error

    def entries(self, deck: str) -> list[Entry]:
        """The entries of a deck, the oldest first.

        Raises
        ------
        StoreError
            When they cannot be read.
        """
        asked = select(Row).where(Row.deck == deck).order_by(Row.id)
        try:
            with Session(self._connected()) as session:
                return [
                    Entry(EntryKind(row.kind), row.question, row.answer, row.correct)
                    for row in session.scalars(asked)
                ]
        except (OSError, SQLAlchemyError) as error:
            raise self._failed("read", error) from error

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
            Base.metadata.create_all(engine)
            self._engine = engine
        return self._engine

    def _failed(self, what: str, error: Exception) -> StoreError:
        reason = getattr(error, "orig", None) or error
        return StoreError(
            f"progress cannot be {what} in {self.path}: {reason}; make the folder writable, "
            f"or name another one in {DATA_VARIABLE}"
        )


def _keep_a_log(connection: Any, record: object) -> None:
    """A write-ahead log: readers and a writer do not wait for each other."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
