"""Keep what the services of learning platforms need: registrations, line items, and class lists."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "platforms",
        sa.Column("issuer", sa.String(255), primary_key=True),
        sa.Column("client_id", sa.String(255), primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
    )
    with op.batch_alter_table("platform_lines") as lines:
        lines.add_column(sa.Column("client_id", sa.String(255), nullable=False, server_default=""))
        lines.add_column(sa.Column("lineitems", sa.Text, nullable=False, server_default=""))
        lines.add_column(sa.Column("resource_link", sa.String(255), nullable=False, server_default=""))
        lines.add_column(sa.Column("problem", sa.String(300), nullable=False, server_default=""))
        lines.add_column(sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    with op.batch_alter_table("platform_contexts") as contexts:
        contexts.add_column(sa.Column("client_id", sa.String(255), nullable=False, server_default=""))
        contexts.add_column(sa.Column("members", sa.Text, nullable=False, server_default=""))
        contexts.add_column(sa.Column("read", sa.DateTime(timezone=True), nullable=True))
        contexts.add_column(sa.Column("problem", sa.String(300), nullable=False, server_default=""))
    with op.batch_alter_table("platform_people") as people:
        people.add_column(sa.Column("login", sa.String(255), nullable=False, server_default=""))
