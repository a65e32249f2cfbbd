"""The clock of a sandbox, as a notebook uses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rolecall.sandbox._control_client import ControlApi


class SandboxClock:
    """The clock of a sandbox, which can be ahead of this machine's."""

    def __init__(self, control: ControlApi) -> None:
        self._control = control
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time of the sandbox, in UTC."""
        return datetime.now(UTC) + self.ahead

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Set the clock forward, for example so that credentials expire; return the new time, in UTC."""
        by = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        answer = self._control("POST", "/clock", {"advance_seconds": by.total_seconds()})
        self.ahead += by
        return datetime.fromisoformat(answer["time"])
