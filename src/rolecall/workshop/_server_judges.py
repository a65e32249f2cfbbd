"""Judges on a server: what a learner typed is read, never run, and opens no file of the server's."""

from __future__ import annotations

from pathlib import Path

from rolecall.lab.judges import CourseJudges
from rolecall.quiz import Command, InvalidCommand

# The AWS CLI replaces such a value by what it reads there.
# https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
_READS = ("file://", "fileb://", "http://", "https://")
_LONGEST = 4_000


class ServerJudges(CourseJudges):
    """Judges that take nothing from a submission but its text."""

    def __init__(self, course: str | Path | None = None) -> None:
        super().__init__(course)

    def read_command(self, text: str) -> Command:
        """Reads a command as the AWS CLI does, without a file's or an address's contents."""
        if len(text) > _LONGEST:
            raise InvalidCommand(f"a command has no more than {_LONGEST} characters here")
        if any(one in text for one in _READS):
            raise InvalidCommand(
                "in a graded quiz a value is written out; it is not read from a file or an address"
            )
        return super().read_command(text)

    def run_command(self, text: str, world: str, actor: str) -> str:
        """Nothing: a graded command is compared with what is right."""
        return "(not run in a graded quiz)"
