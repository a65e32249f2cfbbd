"""A hands-on task of an assessment: a sandbox to work in, and the calls that are handed in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rolecall.lab import run_steps
from rolecall.quiz import Step
from rolecall.sandbox.client import Sandbox, SandboxError

_KEPT = ("who", "call", "parameters")


class GradedTask:
    """A task to work on with plain boto3 or the AWS CLI; the service makes the same calls again and judges.

    Attributes
    ----------
    lab
        The sandbox, as the task starts.
    """

    def __init__(self, told: Mapping[str, Any], hand_in: Callable[[list[dict[str, Any]]], None]) -> None:
        self._title, self._hand_in = str(told["title"]), hand_in
        # The world is the service's: the learner's course may have another, or none.
        self._folder = tempfile.TemporaryDirectory(prefix="rolecall-task-")
        file = Path(self._folder.name) / f"{told['world']}.yaml"
        file.write_text(told["document"], encoding="utf-8")
        self.lab = Sandbox(file)
        problems = run_steps([Step.model_validate(one) for one in told["start"]], self.lab)
        if problems:
            raise SandboxError(f"the task cannot start: {'; '.join(problems)}")
        calls = self.lab.calls()
        self._after = calls[-1]["number"] if calls else 0
        self.lab.use(told["actor"])

    def hand_in(self) -> None:
        """Hands in what was done so far; again, later, hands in more. The last one counts."""
        self._hand_in([{name: one[name] for name in _KEPT} for one in self.lab.calls(self._after)])

    def __repr__(self) -> str:
        return f"{self._title}: work in .lab, then .hand_in()"
