"""Partial scores, skills, and misconceptions of answers; flash cards."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; the score of an earlier answer is 0 or 1."""
    op.add_column("entries", sa.Column("score", sa.Float, nullable=False, server_default="0"))
    op.add_column("entries", sa.Column("skill", sa.String(200), nullable=False, server_default=""))
    op.add_column("entries", sa.Column("misconception", sa.String(200), nullable=False, server_default=""))
    op.execute("UPDATE entries SET score = 1 WHERE correct")
    op.create_table(
        "cards",
        sa.Column("deck", sa.String(200), primary_key=True),
        sa.Column("card", sa.String(200), primary_key=True),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String, nullable=False),
    )
