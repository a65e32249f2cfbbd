"""The clock of a sandbox, as a notebook sets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from rolecall.sandbox._cli_home import forget_sessions
from rolecall.sandbox._control_client import ControlApi


class SandboxClock:
    """The clock of a sandbox, which can show another time than this machine's.

    Parameters
    ----------
    control
        The control API of the sandbox.
    files
        The folder with the files that the AWS CLI keeps for this sandbox.
    """

    def __init__(self, control: ControlApi, files: Path) -> None:
        self._control = control
        self._files = files
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
        forget_sessions(self._files, time)
        return time

    def set(self, moment: datetime) -> None:
        """Set the clock to a time, also in the past, for example to make calls again at their time."""
        self._control("PUT", "/clock", {"time": moment.isoformat()})
        self.ahead = moment - datetime.now(UTC)
        forget_sessions(self._files, moment)
