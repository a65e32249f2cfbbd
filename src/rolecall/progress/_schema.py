"""Migrate a database to the current tables."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from rolecall.progress._models import HEAD

# Alembic keeps its context in globals of the process.
_LOCK = threading.Lock()


def migrate(engine: Engine) -> None:
    """Run the migrations that a database lacks; every row is kept.

    Without such migrations Alembic isn't imported, because that would delay every card.
    """
    with engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if current == HEAD:
                return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "_migrations"))
    with _LOCK, engine.begin() as connection:
        # Another process may migrate at the same time: the first to write does it, the other finds it done.
        connection.execute(text("CREATE TABLE IF NOT EXISTS migrating (who INTEGER)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.execute(text("DROP TABLE migrating"))
