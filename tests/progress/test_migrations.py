"""A database of any earlier version is brought up, and nothing of it is lost."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from rolecall.progress import Store
from rolecall.progress._models import HEAD, Base
from rolecall.quiz import Entry, EntryKind

FIRST = """
CREATE TABLE entries (id INTEGER NOT NULL PRIMARY KEY, at DATETIME NOT NULL, deck VARCHAR(200) NOT NULL,
  kind VARCHAR(20) NOT NULL, question VARCHAR(200) NOT NULL, answer VARCHAR NOT NULL, correct BOOLEAN NOT NULL);
CREATE INDEX entries_of_a_deck ON entries (deck, id);
INSERT INTO entries VALUES (1, '2026-11-01 10:00:00.000000', 'practice/fruit/5', 'answered', 'banana', 'Yellow', 1);
"""


def test_entries_from_before_there_were_migrations_stay(tmp_path):
    path = tmp_path / "progress.sqlite3"
    sqlite3.connect(path).executescript(FIRST)

    [kept] = Store(path).entries("practice/fruit/5")

    assert kept == Entry(EntryKind.ANSWERED, "banana", "Yellow", True, 1.0)


def test_a_new_database_has_the_tables_of_the_models(tmp_path):
    path = tmp_path / "progress.sqlite3"
    Store(path).entries("a")

    with create_engine(f"sqlite:///{path}").connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, Base.metadata) == []


def test_several_at_once_bring_it_up_once(tmp_path):
    path = tmp_path / "progress.sqlite3"
    sqlite3.connect(path).executescript(FIRST)

    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda _: Store(path).entries("practice/fruit/5"), range(8)))

    assert all(len(entries) == 1 for entries in read)
