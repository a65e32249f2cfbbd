"""Makes a learner's calls again in another sandbox, so that a task is judged where no learner can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from rolecall.lab._judging import Judgement, judge, make
from rolecall.lab._task import Task
from rolecall.lab.steps import as_sent
from rolecall.sandbox.client import Sandbox, SandboxError

MOST = 300
"""Calls that are made again; a task wants a handful."""
_ASSUMING = {"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"}


@dataclass
class _Replay:
    """Whom calls were made by, and how the same is somebody here."""

    sandbox: Sandbox
    sessions: dict[str, Mapping[str, str]]

    def make(self, call: Mapping[str, Any]) -> None:
        """Makes one call again; one that is refused is refused again, one of nobody here is left out."""
        service, _, operation = str(call["call"]).partition(".")
        try:
            client = self._client(str(call["who"]), service)
            method = xform_name(operation)
            if client is None or method not in client.meta.method_to_api_mapping:
                return
            answer = getattr(client, method)(**as_sent(client, method, dict(call["parameters"])))
        except (ClientError, BotoCoreError, SandboxError, TypeError, ValueError):
            # Whatever the learner's call came to there, here it came to nothing.
            return
        if operation in _ASSUMING:
            self.sessions[answer["AssumedRoleUser"]["Arn"]] = answer["Credentials"]

    def _client(self, who: str, service: str) -> Any:
        if who in self.sessions:
            return self.sandbox.client(service, credentials=self.sessions[who])
        for name, arn in self.sandbox.actors.items():
            # A machine acts as a session that has its id for a name.
            if who == arn or (":assumed-role/" in who and arn.rpartition("/")[2] == who.rpartition("/")[2]):
                return self.sandbox.client(service, actor=name)
        return None


def judge_again(task: Task, sandbox: Sandbox, calls: Sequence[Mapping[str, Any]]) -> Judgement:
    """Brings a sandbox to where a task starts, makes a learner's calls there, and judges.

    Parameters
    ----------
    calls
        As `Sandbox.calls` gave them to the learner.
    """
    make(task.start, sandbox)
    begun = len(sandbox.calls())
    replay = _Replay(sandbox, {})
    for call in calls[:MOST]:
        replay.make(call)
    return judge(task, sandbox, sandbox.calls()[begun:])
