"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WHEN = sa.DateTime(timezone=True)


def _column(
    name: str, kind: sa.types.TypeEngine, *more: object, nullable: bool = False, **also: bool
) -> sa.Column:
    return sa.Column(name, kind, *more, nullable=nullable, **also)


def _of(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer, primary_key=True),
        _column("name", sa.String(80), unique=True),
        _column("created", _WHEN),
        _column("code", sa.String(16), unique=True),
        _column("code_until", _WHEN),
        _column("open_lessons", sa.JSON, nullable=True),
        _column("timer_until", _WHEN, nullable=True),
        _column("revealed", sa.JSON),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        _column("room_id", sa.Integer, _of("rooms")),
        _column("name", sa.String(80)),
        _column("hub_user", sa.String(255), nullable=True),
        _column("role", sa.String(10)),
        _column("token", sa.String(64), unique=True),
        _column("joined", _WHEN),
        _column("seen", _WHEN),
        _column("lesson", sa.String(200)),
        _column("mode", sa.String(40)),
        _column("question", sa.String(200)),
        sa.UniqueConstraint("room_id", "hub_user"),
        sa.UniqueConstraint("room_id", "name"),
    )
    op.create_table(
        "visits",
        sa.Column("cookie", sa.String(64), primary_key=True),
        _column("person_id", sa.Integer, _of("people")),
        _column("form_token", sa.String(64)),
        _column("until", _WHEN),
    )
    op.create_table(
        "done",
        sa.Column("key", sa.String(40), primary_key=True),
        _column("room_id", sa.Integer, _of("rooms")),
        _column("person_id", sa.Integer, _of("people")),
        _column("at", _WHEN),
        _column("deck", sa.String(200)),
        _column("question", sa.String(200)),
        _column("answer", sa.Text),
        _column("correct", sa.Boolean),
        _column("score", sa.Float),
        _column("misconception", sa.String(200)),
    )
    op.create_index("done_of_a_room", "done", ["room_id", "at"])
    op.create_table(
        "pushes",
        sa.Column("id", sa.Integer, primary_key=True),
        _column("room_id", sa.Integer, _of("rooms")),
        _column("bank", sa.String(200)),
        _column("question", sa.String(200)),
        _column("at", _WHEN),
        _column("open", sa.Boolean),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(40), primary_key=True),
        _column("room_id", sa.Integer, _of("rooms")),
        _column("person_id", sa.Integer, _of("people")),
        _column("assessment", sa.String(200)),
        _column("number", sa.Integer),
        _column("paper", sa.JSON),
        _column("begun", _WHEN),
        _column("deadline", _WHEN),
        _column("submitted", _WHEN, nullable=True),
        _column("receipt", sa.Text),
        sa.UniqueConstraint("person_id", "assessment", "number"),
    )
    op.create_table(
        "answers",
        sa.Column("attempt_id", sa.String(40), _of("attempts"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        _column("given", sa.JSON),
        _column("answer", sa.Text),
        _column("serial", sa.Integer),
        _column("seconds", sa.Float),
        _column("saved", _WHEN),
    )
    op.create_table(
        "marks",
        sa.Column("attempt_id", sa.String(40), _of("attempts"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        _column("score", sa.Float),
        _column("state", sa.String(10)),
        _column("claimed_until", _WHEN, nullable=True),
        _column("tries", sa.Integer),
        _column("misconception", sa.String(200)),
        _column("said", sa.Text),
    )
    op.create_table(
        "amendments",
        sa.Column("id", sa.Integer, primary_key=True),
        _column("room_id", sa.Integer, _of("rooms")),
        _column("assessment", sa.String(200)),
        _column("question", sa.String(200)),
        _column("at", _WHEN),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        _column("room_id", sa.Integer, _of("rooms")),
        _column("at", _WHEN),
        _column("who", sa.String(80)),
        _column("what", sa.String(40)),
        _column("detail", sa.Text),
    )
