"""The database: SQLite for a classroom, PostgreSQL for a university; writes may share a commit."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from rolecall.workshop.tables import HEAD

T = TypeVar("T")

_PATIENCE = 5
"""Seconds to wait for another writer, or for a connection."""
_TOGETHER = 200
# Any number will do; every process of the service takes the same.
_MIGRATING = 7_205_759


class Unavailable(RuntimeError):
    """The database cannot be reached or written now; the text says what it said."""


class Database:
    """Sessions on the database, and a writer that commits what comes together at once.

    Parameters
    ----------
    url
        Of SQLAlchemy's form.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url, "BEGIN IMMEDIATE")
        # What only reads neither waits for who writes nor keeps them waiting.
        self._reading = _engine(url, "BEGIN") if self._engine.dialect.name == "sqlite" else self._engine
        self._jobs: queue.SimpleQueue[tuple[Callable[[Session], Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._writer: threading.Thread | None = None

    def migrate(self) -> None:
        """Makes the tables, or brings them to their newest form.

        Raises
        ------
        Unavailable
            When the database cannot be reached.
        """
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "_migrations"))
        with self._told(), self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Of two processes that start at once, one migrates and the other sees it done.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
            if inspect(connection).has_table("alembic_version"):
                current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                if current == HEAD:
                    return
                if current is not None and current > HEAD:
                    raise Unavailable(f"it is of a newer version ({current}) than this program ({HEAD})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at its end, undone by an exception.

        Raises
        ------
        Unavailable
            When the database cannot be reached or written.
        """
        with self._told(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads.

        Raises
        ------
        Unavailable
            When the database cannot be reached.
        """
        with self._told(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise Unavailable(
                str(error.orig).splitlines()[0] if str(error.orig) else "no answer"
            ) from error
        except SQLAlchemyError as error:
            raise Unavailable(type(error).__name__) from error

    def write(self, job: Callable[[Session], T]) -> Future[T]:
        """Runs a job in a transaction that others may share; its result comes once that is committed.

        A job that raises undoes its own writes and no other's.
        """
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_all, name="writer", daemon=True)
            self._writer.start()
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    def _write_all(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch = [first]
            ended = False
            while len(batch) < _TOGETHER:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    ended = True
                    break
                batch.append(following)
            self._write_batch(batch)
            if ended:
                return

    def _write_batch(self, batch: list[tuple[Callable[[Session], Any], Future[Any]]]) -> None:
        outcomes: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            with self.session() as session:
                for job, future in batch:
                    try:
                        with session.begin_nested():
                            result = job(session)
                            session.flush()
                    except DBAPIError:
                        # Nothing more can be written in this transaction where the connection is gone.
                        raise
                    except Exception as error:
                        outcomes.append((future, None, error))
                    else:
                        outcomes.append((future, result, None))
        except Unavailable as problem:
            for _, future in batch:
                future.set_exception(problem)
            return
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def close(self) -> None:
        """Writes what waits, and closes every connection."""
        if self._writer is not None:
            self._jobs.put(None)
            self._writer.join()
        self._engine.dispose()
        self._reading.dispose()


def _engine(url: str, begin: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            pool_pre_ping=True,
            pool_size=10,
            pool_timeout=_PATIENCE,
            connect_args={"connect_timeout": _PATIENCE},
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(parsed, connect_args={"timeout": _PATIENCE, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # pysqlite's own BEGIN comes too late for a transaction that reads first.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
