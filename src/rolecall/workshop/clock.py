"""Keep the service's time: steady while it runs, and never earlier than times in the database."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SteadyClock:
    """Count from the start of the service, so that setting the machine's clock costs no one time.

    Parameters
    ----------
    not_before
        The latest time in the database. If the machine's clock is behind it, the service continues there.
    """

    def __init__(self, not_before: datetime | None = None) -> None:
        wall = datetime.now(UTC)
        self._start = max(wall, not_before) if not_before is not None else wall
        self._ticks = time.monotonic()

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._ticks)
