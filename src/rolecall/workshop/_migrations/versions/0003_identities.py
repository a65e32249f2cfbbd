"""Add each room's secret, and how each person is known."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns, and create a secret for each room that exists."""
    op.add_column("rooms", sa.Column("secret", sa.String(64), nullable=False, server_default=""))
    op.add_column("people", sa.Column("identity", sa.String(10), nullable=False, server_default="name"))
    op.add_column("people", sa.Column("personal_code", sa.String(64), nullable=True))
    op.create_index("people_by_personal_code", "people", ["personal_code"], unique=True)
    connection = op.get_bind()
    for room in connection.execute(sa.text("SELECT id FROM rooms")).scalars().all():
        connection.execute(
            sa.text("UPDATE rooms SET secret = :secret WHERE id = :room"),
            {"secret": secrets.token_hex(32), "room": room},
        )
    op.execute("UPDATE people SET identity = 'hub' WHERE hub_user IS NOT NULL")
    op.execute("UPDATE people SET identity = 'lti' WHERE id IN (SELECT person_id FROM platform_people)")
