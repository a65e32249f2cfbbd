"""The sandbox's own time: real time, and what it has been advanced by."""

from __future__ import annotations

import time
from bisect import bisect_right
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be put forward, so that sessions expire without waiting."""

    def __init__(self) -> None:
        # When, in real time, the clock was put forward, and how far ahead it has been since.
        self._moments: list[datetime] = []
        self._ahead: list[timedelta] = [timedelta()]

    def now(self) -> datetime:
        """The sandbox's time, UTC."""
        return self.real_now() + self._ahead[-1]

    def real_now(self) -> datetime:
        """The time outside, UTC."""
        return datetime.now(UTC)

    def at(self, real: datetime) -> datetime:
        """What this clock showed at a moment of the time outside, in which clients sign."""
        return real + self._ahead[bisect_right(self._moments, real)]

    def advance(self, by: timedelta) -> datetime:
        """Puts the clock forward, at the turn of a second: that is the unit in which signatures are dated.

        Raises
        ------
        ValueError
            When it would go back.
        """
        if by < timedelta():
            raise ValueError("the clock only goes forward")
        ahead = self._ahead[-1] + by
        turn = self.real_now().replace(microsecond=0) + timedelta(seconds=1)
        advanced = turn + ahead
        while (left := turn - self.real_now()) > timedelta():
            time.sleep(left.total_seconds())
        self._moments.append(turn)
        self._ahead.append(ahead)
        return advanced

    def reset(self) -> None:
        """Back to real time."""
        self._moments.clear()
        self._ahead[:] = [timedelta()]


def timestamp(moment: datetime) -> str:
    """ISO 8601 with seconds, as AWS writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
