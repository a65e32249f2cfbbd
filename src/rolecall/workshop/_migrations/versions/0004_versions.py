"""Keep the version of each question that was asked, and a note with each mark."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "asked_versions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.add_column("marks", sa.Column("note", sa.Text, nullable=False, server_default=""))
