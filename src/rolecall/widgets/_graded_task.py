"""A hands-on task of an assessment: a sandbox to work in, and the calls that are handed in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rolecall.lab import replayable_calls, run_steps
from rolecall.quiz import Step
from rolecall.sandbox.client import Sandbox, SandboxError


class GradedTask:
    """A task to work on with plain boto3 or the AWS CLI; the service grades it by making the same calls.

    Parameters
    ----------
    task
        The task as the service sends it: title, world, the world's document, first steps, and actor.
    hand_in
        Receives the calls that were made, and when the task started.

    Attributes
    ----------
    lab
        The sandbox, as the task starts.

    Raises
    ------
    SandboxError
        If the task's first steps fail.
    """

    def __init__(self, task: Mapping[str, Any], hand_in: Callable[[dict[str, Any]], None]) -> None:
        self._title, self._hand_in = str(task["title"]), hand_in
        # The world comes from the service, because the learner's course may have another one, or none.
        self._folder = tempfile.TemporaryDirectory(prefix="rolecall-task-")
        file = Path(self._folder.name) / f"{task['world']}.yaml"
        file.write_text(task["document"], encoding="utf-8")
        self.lab = Sandbox(file)
        problems = run_steps([Step.model_validate(step) for step in task["start"]], self.lab)
        if problems:
            self.lab.close()
            raise SandboxError(f"the task can't start: {'; '.join(problems)}")
        calls = self.lab.calls()
        self._last_call = calls[-1]["number"] if calls else 0
        self._started = calls[0]["at"] if calls else self.lab.clock.now().isoformat()
        self.lab.use(task["actor"])

    def hand_in(self) -> None:
        """Hand in all calls so far. You can hand in again later; the last time counts."""
        calls = replayable_calls(self.lab.calls(self._last_call))
        self._hand_in({"started": self._started, "calls": calls})

    def __repr__(self) -> str:
        return f"{self._title}: work in .lab, then .hand_in()"
