"""The sandbox's own time: real time plus what the clock was advanced by, or set to."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be advanced, so that sessions expire without waiting."""

    def __init__(self) -> None:
        # The moments, in real time, when the clock was advanced; and how far ahead it has been since each.
        self._moments: list[datetime] = []
        self._ahead: list[timedelta] = [timedelta()]
        self._changing = threading.Lock()

    def now(self) -> datetime:
        """Return the sandbox's time, UTC."""
        return self.real_now() + self._ahead[-1]

    def real_now(self) -> datetime:
        """Return the real time, UTC."""
        return datetime.now(UTC)

    def at(self, real: datetime) -> datetime:
        """Return what this clock showed at a moment of real time; clients sign with real time."""
        return real + self._ahead[bisect_right(self._moments, real)]

    def advance(self, by: timedelta) -> datetime:
        """Advance the clock at the start of a second, because signatures are dated in seconds.

        Raises
        ------
        ValueError
            If the duration is negative.
        """
        if by < timedelta():
            raise ValueError("the clock only goes forward")
        with self._changing:
            ahead = self._ahead[-1] + by
            turn = self.real_now().replace(microsecond=0) + timedelta(seconds=1)
            advanced = turn + ahead
            while (left := turn - self.real_now()) > timedelta():
                time.sleep(left.total_seconds())
            # Other threads read the clock meanwhile, and look for each moment in the second list.
            self._ahead.append(ahead)
            self._moments.append(turn)
        return advanced

    def set(self, moment: datetime) -> None:
        """Show another time from now on, also an earlier one; clients still sign with real time."""
        with self._changing:
            self._moments.clear()
            self._ahead[:] = [moment - self.real_now()]

    def reset(self) -> None:
        """Return to real time."""
        with self._changing:
            self._moments.clear()
            self._ahead[:] = [timedelta()]


def timestamp(moment: datetime) -> str:
    """Format a time in UTC with seconds, as AWS does (ISO 8601)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
