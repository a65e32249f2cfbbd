"""Answers what questions need to know of AWS: from IAM's rules, the AWS CLI's parsers, and the sandbox."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rolecall.iam import MalformedPolicyDocument, because, parse_case
from rolecall.quiz import Command, Decision, InvalidCommand, InvalidPolicy

_TIMEOUT_SECONDS = 60
_MAX_OUTPUT = 2000


class CourseJudges:
    """Implements `rolecall.quiz.Judges` for the questions of a course.

    A sandbox starts when a question first needs one of its world.

    Parameters
    ----------
    course
        The folder of the course that the worlds belong to; by default the one that `find_course` finds.
    """

    def __init__(self, course: str | Path | None = None) -> None:
        self._course = course
        self._sandboxes: dict[str, Any] = {}
        self._lock = threading.Lock()

    def decide(self, case: Mapping[str, Any]) -> Decision:
        """Evaluate the policies of a case.

        Parameters
        ----------
        case
            A case in the form of ``rolecall iam decide``.

        Raises
        ------
        InvalidPolicy
            If the case or a policy in it is malformed.
        """
        try:
            decision = parse_case(dict(case)).decide()
        except MalformedPolicyDocument as error:
            raise InvalidPolicy(error.message) from None
        except ValueError as error:
            raise InvalidPolicy(str(error)) from None
        policy_type = (
            None if decision.allowed or decision.policy_type is None else decision.policy_type.value
        )
        return Decision(decision.outcome.value, policy_type, tuple(because(decision)))

    def read_command(self, text: str) -> Command:
        """Parse a command as the AWS CLI does, without running it.

        Raises
        ------
        InvalidCommand
            If the AWS CLI would reject the command; with its message.
        """
        # The CLI takes a second to import, and few questions need it.
        from rolecall.lab._cli_commands import read_command

        return read_command(text)

    def run_command(self, text: str, world: str, actor: str) -> str:
        """Run a command in a fresh sandbox of a world.

        Returns
        -------
        str
            What the command prints, at most 2,000 characters.

        Raises
        ------
        InvalidCommand
            If the text isn't a command of the AWS CLI, or names an endpoint or a profile.
        """
        from rolecall.lab._cli_commands import words_of

        words = words_of(text)
        if any(word.partition("=")[0] in ("--endpoint-url", "--profile") for word in words):
            raise InvalidCommand("leave out --endpoint-url and --profile: the sandbox sets both")
        sandbox = self._sandbox(world)
        sandbox.reset()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        try:
            completed = subprocess.run(
                [sys.executable, "-m", "awscli", *words[1:]],
                env=inherited | sandbox.environment(actor),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return "(no response within a minute)"
        return (completed.stdout + completed.stderr).strip()[:_MAX_OUTPUT] or "(no output)"

    def _sandbox(self, world: str) -> Any:
        from rolecall.sandbox._cell_sandboxes import CELLS
        from rolecall.sandbox.client import Sandbox

        with self._lock:
            if world not in self._sandboxes:
                self._sandboxes[world] = Sandbox(world, course=self._course)
                CELLS.keep(self._sandboxes[world])
            return self._sandboxes[world]

    def close(self) -> None:
        """Close the sandboxes."""
        with contextlib.ExitStack() as stack:
            for sandbox in self._sandboxes.values():
                stack.callback(sandbox.close)
            self._sandboxes.clear()
