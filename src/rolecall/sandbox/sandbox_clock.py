"""The clock of a sandbox, as a notebook sets it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rolecall.sandbox._control_client import ControlApi


class SandboxClock:
    """The clock of a sandbox, which can show another time than this machine's.

    Parameters
    ----------
    control
        The control API of the sandbox.
    on_change
        Called with the new time when the clock was advanced or set.
    """

    def __init__(self, control: ControlApi, on_change: Callable[[datetime], object]) -> None:
        self._control = control
        self._on_change = on_change
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time of the sandbox, in UTC."""
        return datetime.now(UTC) + self.ahead

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Set the clock forward, for example so that credentials expire; return the new time, in UTC."""
        by = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        answer = self._control("POST", "/clock", {"advance_seconds": by.total_seconds()})
        self.ahead += by
        time = datetime.fromisoformat(answer["time"])
        self._on_change(time)
        return time

    def set(self, moment: datetime) -> None:
        """Set the clock to a time, also in the past, for example to make calls again at their time."""
        self._control("PUT", "/clock", {"time": moment.isoformat()})
        self.ahead = moment - datetime.now(UTC)
        self._on_change(moment)
