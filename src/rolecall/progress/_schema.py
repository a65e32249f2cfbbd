"""Brings a database to the newest form of its tables."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from rolecall.progress._models import HEAD

# Alembic keeps its context in globals of the process.
_ONE_AT_A_TIME = threading.Lock()


def migrate(engine: Engine) -> None:
    """Runs the migrations that a database has not seen; none of its rows is lost.

    Where there are none to run, Alembic is not even imported: that would be felt at every card.
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
    with _ONE_AT_A_TIME, engine.begin() as connection:
        # Another process may be at it: whoever begins to write first does it, and the other sees it done.
        connection.execute(text("CREATE TABLE IF NOT EXISTS migrating (who INTEGER)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.execute(text("DROP TABLE migrating"))
