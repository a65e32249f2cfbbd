"""What questions ask of AWS, answered by IAM's rules, the AWS CLI's parsers and the sandbox."""

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
from rolecall.quiz import BadPolicy, Command, NoCommand, Ruling

_PATIENCE = 60
_LONGEST = 2000


class CourseJudges:
    """Judges for a course's questions; its sandboxes start when a question first needs one.

    Parameters
    ----------
    course
        The course that worlds belong to; by default the one that the notebook is part of.
    """

    def __init__(self, course: str | Path | None = None) -> None:
        self._course = course
        self._sandboxes: dict[str, Any] = {}
        self._lock = threading.Lock()

    def decide(self, case: Mapping[str, Any]) -> Ruling:
        """Decides a case in the form of ``rolecall iam decide``."""
        try:
            decision = parse_case(dict(case)).decide()
        except MalformedPolicyDocument as error:
            raise BadPolicy(error.message) from None
        except ValueError as error:
            raise BadPolicy(str(error)) from None
        which = None if decision.allowed or decision.policy_type is None else decision.policy_type.value
        return Ruling(decision.outcome.value, which, tuple(because(decision)))

    def read_command(self, text: str) -> Command:
        """Reads a command as the AWS CLI does."""
        # The CLI takes a second to import, and few questions need it.
        from rolecall.lab._cli_commands import read_command

        return read_command(text)

    def run_command(self, text: str, world: str, actor: str) -> str:
        """What the command prints, in a sandbox as the world declares it."""
        from rolecall.lab._cli_commands import words_of

        words = words_of(text)
        if any(word.partition("=")[0] in ("--endpoint-url", "--profile") for word in words):
            raise NoCommand("this is asked in the sandbox, with the actor's own keys")
        sandbox = self._sandbox(world)
        sandbox.reset()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        try:
            ran = subprocess.run(
                [sys.executable, "-m", "awscli", *words[1:]],
                env=kept | sandbox.environment(actor),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return "(no answer within a minute)"
        return (ran.stdout + ran.stderr).strip()[:_LONGEST] or "(nothing)"

    def _sandbox(self, world: str) -> Any:
        from rolecall.sandbox.client import Sandbox

        with self._lock:
            if world not in self._sandboxes:
                self._sandboxes[world] = Sandbox(world, course=self._course)
            return self._sandboxes[world]

    def close(self) -> None:
        """Ends the sandboxes."""
        with contextlib.ExitStack() as stack:
            for sandbox in self._sandboxes.values():
                stack.callback(sandbox.close)
            self._sandboxes.clear()
