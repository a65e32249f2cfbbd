"""The sandbox's own time: real time, and what it has been advanced by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be put forward, so that sessions expire without waiting."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The sandbox's time, UTC."""
        return datetime.now(UTC) + self._ahead

    def real_now(self) -> datetime:
        """The time outside, UTC."""
        return datetime.now(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Puts the clock forward.

        Raises
        ------
        ValueError
            When it would go back.
        """
        if by < timedelta():
            raise ValueError("the clock only goes forward")
        self._ahead += by
        return self.now()

    def reset(self) -> None:
        """Back to real time."""
        self._ahead = timedelta()


def timestamp(moment: datetime) -> str:
    """ISO 8601 with seconds, as AWS writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
