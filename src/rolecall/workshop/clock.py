"""The service's time: steady while it runs, and never before what was written already."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SteadyClock:
    """Counts from the moment of its start, so that setting the machine's clock takes no time from anybody.

    Parameters
    ----------
    not_before
        The newest moment that the database knows; a machine's clock that has gone back goes on there.
    """

    def __init__(self, not_before: datetime | None = None) -> None:
        wall = datetime.now(UTC)
        self._start = max(wall, not_before) if not_before is not None else wall
        self._ticks = time.monotonic()

    def now(self) -> datetime:
        """The time, UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._ticks)
