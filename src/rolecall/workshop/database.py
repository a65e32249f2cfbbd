"""Access the database: SQLite for a classroom, PostgreSQL for a university. Writes can share a commit."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from rolecall.workshop.tables import HEAD

T = TypeVar("T")

_PATIENCE = 5
"""Seconds to wait for another writer, or for a connection."""
_TOGETHER = 200
# An arbitrary number, the same in every process of the service.
_MIGRATING = 7_205_759


# https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
_UNDONE_BY_ANOTHER = ("40001", "40P01")
_TRIES = 5
_Job = Callable[[Session], Any]
_Outcome = tuple[Any, Exception | None]
"""The result of a job, or why it failed."""


class Unavailable(RuntimeError):
    """The database cannot be reached or written now; the message is the database's own."""


class _JobFailed(Exception):
    """A job failed, and the jobs that share its transaction can still be written."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@contextlib.contextmanager
def _reporting_failures() -> Iterator[None]:
    try:
        yield
    except (DataError, IntegrityError) as error:
        # The database refuses this job's values only.
        raise _JobFailed(error) from error
    except DBAPIError:
        # If the connection is lost, nothing more can be written in this transaction.
        raise
    except Exception as error:
        raise _JobFailed(error) from error


def _is_undone_by_another(problem: Unavailable) -> bool:
    """Whether PostgreSQL undid a transaction because another process waited for it, or changed its rows."""
    error = problem.__cause__
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _UNDONE_BY_ANOTHER


class Database:
    """Sessions on the database, and a thread that commits several writes together.

    Parameters
    ----------
    url
        In SQLAlchemy's format, such as ``sqlite:///workshop.sqlite3``.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url, "BEGIN IMMEDIATE")
        # A transaction that only reads doesn't wait for a writer, and doesn't hold one up.
        self._reading = _engine(url, "BEGIN") if self._engine.dialect.name == "sqlite" else self._engine
        self._jobs: queue.SimpleQueue[tuple[_Job, Future[Any]] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None

    def migrate(self) -> None:
        """Create the tables, or migrate them to the newest version.

        Raises
        ------
        Unavailable
            When the database cannot be reached.
        """
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "_migrations"))
        with self._reporting_unavailable(), self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # If two processes start at the same time, the second waits until the first has migrated.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
            if inspect(connection).has_table("alembic_version"):
                current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                if current == HEAD:
                    return
                if current is not None and current > HEAD:
                    raise Unavailable(f"its version ({current}) is newer than this program's ({HEAD})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction, which is committed at the end and rolled back by an exception.

        Raises
        ------
        Unavailable
            When the database cannot be reached or written.
        """
        with (
            self._reporting_unavailable(),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads.

        Raises
        ------
        Unavailable
            When the database cannot be reached.
        """
        with self._reporting_unavailable(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def _reporting_unavailable(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise Unavailable(
                str(error.orig).splitlines()[0] if str(error.orig) else "no answer"
            ) from error
        except SQLAlchemyError as error:
            raise Unavailable(type(error).__name__) from error

    def write(self, job: Callable[[Session], T]) -> Future[T]:
        """Run a job in a transaction that other jobs can share.

        A job that raises rolls back its own writes only. If one raises, the jobs of its transaction run
        again, so a job changes nothing but the session's objects.

        Returns
        -------
        Future
            The job's result, set once the transaction is committed.
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

    def _write_batch(self, batch: list[tuple[_Job, Future[Any]]]) -> None:
        jobs = [job for job, _ in batch]
        for left in reversed(range(_TRIES)):
            try:
                outcomes = self._write_without_savepoints(jobs) or self._write_with_savepoints(jobs)
                break
            except Unavailable as problem:
                if left and _is_undone_by_another(problem):
                    continue
                for _, future in batch:
                    future.set_exception(problem)
                return
        for (_, future), (result, failure) in zip(batch, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _write_without_savepoints(self, jobs: Sequence[_Job]) -> list[_Outcome]:
        """Run jobs in one transaction. If one fails, undo all, and return an empty list.

        Hardly any job fails, so savepoints, two more statements for each job, are hardly ever needed.
        """
        outcomes: list[_Outcome] = []
        try:
            with self.session() as session:
                for job in jobs:
                    with _reporting_failures():
                        outcomes.append((job(session), None))
                        session.flush()
        except _JobFailed:
            return []
        return outcomes

    def _write_with_savepoints(self, jobs: Sequence[_Job]) -> list[_Outcome]:
        """Run jobs in one transaction, in which a job that fails undoes its own writes only."""
        outcomes: list[_Outcome] = []
        with self.session() as session:
            for job in jobs:
                try:
                    with _reporting_failures(), session.begin_nested():
                        result = job(session)
                        session.flush()
                except _JobFailed as failed:
                    outcomes.append((None, failed.error))
                else:
                    outcomes.append((result, None))
        return outcomes

    def close(self) -> None:
        """Finish the waiting writes, and close every connection."""
        if self._writer is not None:
            self._jobs.put(None)
            self._writer.join()
        self._engine.dispose()
        self._reading.dispose()


def _make_private(file: Path) -> None:
    """Let only the owner read a database; SQLite gives the files beside it the same mode."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.chmod(0o600)


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
    if parsed.database and parsed.database != ":memory:":
        _make_private(Path(parsed.database))
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
