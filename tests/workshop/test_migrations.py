"""Migrations lead to the tables that the service uses, and keep what an older service saved."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import rolecall.workshop.database
from rolecall.workshop.database import Database
from rolecall.workshop.tables import HEAD, Base, PlatformContext, PlatformLine


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/workshop.sqlite3"


def upgrade(url: str, revision: str, *rows: str) -> None:
    """Migrate an empty database to a version, and add rows as that version did."""
    config = Config()
    folder = Path(rolecall.workshop.database.__file__).parent
    config.set_main_option("script_location", str(folder / "_migrations"))
    with sa.create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for row in rows:
            connection.execute(sa.text(row))


def test_the_migrations_lead_to_the_tables_of_the_service(url):
    database = Database(url)
    database.migrate()
    database.close()

    with sa.create_engine(url).connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, Base.metadata) == []


def test_a_grade_that_an_older_service_sent_is_kept(url):
    upgrade(
        url,
        "0007",
        "INSERT INTO platform_contexts VALUES (1, 'https://lms.example.edu', '1', 'course-9')",
        "INSERT INTO platform_lines (person_id, assessment, issuer, subject, line, sent) VALUES"
        " (1, 'midterm', 'https://lms.example.edu', 'user-7', 'https://lms.example.edu/lines/1', '7/8')",
    )
    database = Database(url)

    database.migrate()

    with database.read() as session:
        line = session.get_one(PlatformLine, (1, "midterm"))
        assert (line.sent, line.client_id, line.problem, line.tries) == ("7/8", "", "", 0)
        assert session.get_one(PlatformContext, 1).members == ""
    database.close()
