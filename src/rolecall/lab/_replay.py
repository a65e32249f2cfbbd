"""Make a learner's calls again in another sandbox, so that a task is graded where no learner can reach."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from rolecall.lab._clients import key_clients
from rolecall.lab._grading import TaskGrade, grade_task, start_task
from rolecall.lab._task import Task
from rolecall.lab.steps import SavedCredentials, serialize_documents
from rolecall.sandbox.client import Sandbox, SandboxError

MAX_CALLS = 300
"""How many of a learner's calls are made again; a task needs only a few."""
_TEXTS = ("blob", "string")
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
_ENCODED_USER_DATA = {"RunInstances", "CreateLaunchConfiguration"}
_CENTURY = range(2000, 2100)
_ASSUMING = {"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"}


@dataclass
class _Replay:
    """Makes calls again, each as the same principal.

    Parameters
    ----------
    sessions
        By the ARN of the learner's session, the credentials that the same AssumeRole returned here.
    failed
        One sentence for each call that succeeded for the learner and failed here.
    """

    sandbox: Sandbox
    sessions: dict[str, Mapping[str, str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def repeat(self, call: Mapping[str, Any]) -> None:
        """Make one call again. If it fails, nothing changes; the probes decide what the work is worth."""
        _set_clock(self.sandbox, call.get("at"))
        service, _, operation = str(call["call"]).partition(".")
        try:
            client = self._client(str(call["who"]), service)
            method = xform_name(operation)
            if client is None or method not in client.meta.method_to_api_mapping:
                self._failed(call, "the task's sandbox has no such caller or operation")
                return
            parameters = self._with_access_key(dict(call["parameters"]))
            response = getattr(client, method)(**_parameters(client, method, parameters))
        except (ClientError, BotoCoreError, SandboxError, TypeError, ValueError) as error:
            self._failed(call, f"{type(error).__name__}: {error}")
            return
        if operation in _ASSUMING:
            self.sessions[response["AssumedRoleUser"]["Arn"]] = response["Credentials"]

    def _with_access_key(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Name the access key that the same user has in this sandbox; in each sandbox it has another ID."""
        user = parameters.get("UserName")
        if "AccessKeyId" in parameters and user:
            for actor, arn in self.sandbox.actors.items():
                if arn.partition(":user/")[2].rpartition("/")[2] == user:
                    return {
                        **parameters,
                        "AccessKeyId": self.sandbox.environment(actor)["AWS_ACCESS_KEY_ID"],
                    }
        return parameters

    def _failed(self, call: Mapping[str, Any], problem: str) -> None:
        # Notebooks of earlier versions don't send whether a call succeeded.
        if call.get("error") == "":
            self.failed.append(
                f"{call['call']} succeeded for you, but failed when it was made again: {problem}"
            )

    def _client(self, who: str, service: str) -> Any:
        if who in self.sessions:
            return key_clients(self.sandbox).of(self.sandbox, service, self.sessions[who])
        for name, arn in self.sandbox.actors.items():
            # A machine acts in a session that is named after its instance ID.
            if who == arn or (":assumed-role/" in who and arn.rpartition("/")[2] == who.rpartition("/")[2]):
                shared = key_clients(self.sandbox).of_actor(self.sandbox, service, name)
                return shared or self.sandbox.client(service, actor=name)
        return None


def replayable_calls(calls: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return calls as they are handed in: with the parameters as they were sent, and the times.

    Parameters
    ----------
    calls
        The learner's calls, as `Sandbox.calls` returned them.
    """
    return [
        {
            "who": one["who"],
            "call": one["call"],
            "parameters": one["sent"],
            "error": one["error"],
            "at": one["at"],
        }
        for one in calls
    ]


def _parameters(client: Any, method: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that make boto3 send the same request again.

    Raises
    ------
    ValueError
        If one of them was too long to be kept.
    """
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    shape = operation.input_shape
    parameters = {name: _parameter(shape and shape.members.get(name), one) for name, one in sent.items()}
    if operation.name in _ENCODED_USER_DATA and isinstance(parameters.get("UserData"), str):
        # boto3 encodes it again.
        parameters["UserData"] = base64.b64decode(parameters["UserData"])
    # A notebook of an earlier version sent policy documents as objects.
    return serialize_documents(client, method, parameters)


def _parameter(shape: Shape | None, value: Any) -> Any:
    match value:
        case {"base64": str(text)} if len(value) == 1 and shape and shape.type_name == "blob":
            return base64.b64decode(text)
        case {"too_long": int(length)} if len(value) == 1 and shape and shape.type_name in _TEXTS:
            raise ValueError(f"a parameter of {length} characters is too long to be sent again")
        case dict() if isinstance(shape, StructureShape):
            return {name: _parameter(shape.members.get(name), one) for name, one in value.items()}
        case dict() if isinstance(shape, MapShape):
            return {name: _parameter(shape.value, one) for name, one in value.items()}
        case list() if isinstance(shape, ListShape):
            return [_parameter(shape.member, one) for one in value]
    return value


def _set_clock(sandbox: Sandbox, time: object) -> None:
    """Set a sandbox's clock to a recorded time, if it is one; earlier notebooks record none."""
    try:
        moment = datetime.fromisoformat(str(time))
    except ValueError:
        return
    if moment.tzinfo is not None and moment.year in _CENTURY:
        sandbox.clock.set(moment.astimezone(UTC))


def grade_calls(
    task: Task, sandbox: Sandbox, calls: Sequence[Mapping[str, Any]], started: str = ""
) -> TaskGrade:
    """Bring a sandbox to the state in which a task starts, make a learner's calls there, and grade.

    Everything happens at the time when the learner did it: a policy can compare dates, and tokens expire.

    Parameters
    ----------
    sandbox
        A fresh sandbox of the task's world. It is reset once the probes have run at the task's start.
    calls
        The learner's calls, as `replayable_calls` returned them.
    started
        When the learner's task started, in ISO 8601; empty for the time of the first call.
    """
    started = started or next((str(one["at"]) for one in calls if one.get("at")), "")
    saved: SavedCredentials = {}
    _set_clock(sandbox, started)
    start_task(task, sandbox, saved)
    score_at_start = grade_task(task, sandbox, [], saved).score
    sandbox.reset()
    _set_clock(sandbox, started)
    start_task(task, sandbox, saved)
    calls_before = len(sandbox.calls())
    replay = _Replay(sandbox)
    for call in calls[:MAX_CALLS]:
        replay.repeat(call)
    grade = grade_task(task, sandbox, sandbox.calls()[calls_before:], saved)
    return replace(grade, score_at_start=score_at_start, failed_calls=tuple(replay.failed))
