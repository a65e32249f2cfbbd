"""Make a learner's calls again in another sandbox, so that a task is graded where no learner can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from rolecall.lab._grading import TaskGrade, grade_task
from rolecall.lab._task import Task
from rolecall.lab.steps import run_steps, serialize_documents
from rolecall.sandbox.client import Sandbox, SandboxError

MAX_CALLS = 300
"""How many of a learner's calls are made again; a task needs only a few."""
_ASSUMING = {"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"}


@dataclass
class _Replay:
    """Makes calls again, each as the same principal.

    Parameters
    ----------
    sessions
        By the ARN of the learner's session, the credentials that the same AssumeRole returned here.
    """

    sandbox: Sandbox
    sessions: dict[str, Mapping[str, str]]

    def repeat(self, call: Mapping[str, Any]) -> None:
        """Make one call again; leave out a call of a principal that doesn't exist here."""
        service, _, operation = str(call["call"]).partition(".")
        try:
            client = self._client(str(call["who"]), service)
            method = xform_name(operation)
            if client is None or method not in client.meta.method_to_api_mapping:
                return
            response = getattr(client, method)(
                **serialize_documents(client, method, dict(call["parameters"]))
            )
        except (ClientError, BotoCoreError, SandboxError, TypeError, ValueError):
            # A call that fails here changes nothing, and the probes decide what the work is worth.
            return
        if operation in _ASSUMING:
            self.sessions[response["AssumedRoleUser"]["Arn"]] = response["Credentials"]

    def _client(self, who: str, service: str) -> Any:
        if who in self.sessions:
            return self.sandbox.client(service, credentials=self.sessions[who])
        for name, arn in self.sandbox.actors.items():
            # A machine acts in a session that is named after its instance ID.
            if who == arn or (":assumed-role/" in who and arn.rpartition("/")[2] == who.rpartition("/")[2]):
                return self.sandbox.client(service, actor=name)
        return None


def grade_calls(task: Task, sandbox: Sandbox, calls: Sequence[Mapping[str, Any]]) -> TaskGrade:
    """Bring a sandbox to the state in which a task starts, make a learner's calls there, and grade.

    Parameters
    ----------
    sandbox
        A fresh sandbox of the task's world.
    calls
        The learner's calls, as `Sandbox.calls` returned them to the learner.
    """
    run_steps(task.start, sandbox)
    calls_before = len(sandbox.calls())
    replay = _Replay(sandbox, {})
    for call in calls[:MAX_CALLS]:
        replay.repeat(call)
    return grade_task(task, sandbox, sandbox.calls()[calls_before:])
