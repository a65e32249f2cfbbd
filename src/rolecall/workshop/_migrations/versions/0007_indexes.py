"""Index what the grading threads and the dashboards look for every second."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("marks_by_state", "marks", ["state"])
    op.create_index("attempts_of_a_room", "attempts", ["room_id", "assessment", "submitted"])
