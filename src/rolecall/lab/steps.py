"""Runs the proofs of a bank: what a question claims, shown in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import jmespath
from botocore.exceptions import BotoCoreError, ClientError

from rolecall.quiz import Proof, Step
from rolecall.sandbox.client import Sandbox, SandboxError


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a call.

    Parameters
    ----------
    error
        The code of the refusal, or what kept the call from being made; empty where it went through.
    """

    answer: Mapping[str, Any] | None
    error: str
    message: str


class Runner:
    """Makes calls in a sandbox, one after another; later ones can act with what earlier ones saved."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._saved: dict[str, Mapping[str, str]] = {}
        self._sessions: dict[str, boto3.Session] = {}

    def run(self, step: Step) -> Came:
        """Makes one call."""
        service, _, method = step.call.partition(".")
        if step.minutes_later:
            self._sandbox.clock.advance(minutes=step.minutes_later)
        try:
            client = self._client(step, service)
            answer = getattr(client, method)(**as_sent(client, method, step.parameters))
            if step.save is not None:
                self._saved[step.save] = _credentials(answer)
        except ClientError as error:
            told = error.response["Error"]
            return Came(None, told["Code"], told["Message"])
        except (BotoCoreError, SandboxError, AttributeError, KeyError) as error:
            return Came(None, type(error).__name__, str(error))
        return Came(answer, "", "")

    def _client(self, step: Step, service: str) -> Any:
        if step.actor not in self._saved:
            # What comes later goes on with the session there was; a machine's renews itself.
            if not step.minutes_later or step.actor not in self._sessions:
                self._sessions[step.actor] = self._sandbox.session(actor=step.actor)
            return self._sessions[step.actor].client(service)
        saved = self._saved[step.actor]
        given = {name: value for name, value in saved.items() if name not in step.without}
        return self._sandbox.client(service, credentials=given)


def _credentials(answer: Mapping[str, Any]) -> Mapping[str, str]:
    """What STS gives out, or a new access key of a user's."""
    given: Mapping[str, str] = answer["Credentials"] if "Credentials" in answer else answer["AccessKey"]
    return given


def as_sent(client: Any, method: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with each document that the operation takes as a text put into one."""
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    members = operation.input_shape.members if operation.input_shape else {}

    def sent(name: str, value: Any) -> Any:
        is_text = name in members and members[name].type_name == "string"
        return json.dumps(value) if is_text and isinstance(value, dict) else value

    return {name: sent(name, value) for name, value in parameters.items()}


def run_proof(proof: Proof, sandbox: Sandbox) -> Iterator[str]:
    """Runs a proof's steps in a sandbox of its world; yields what differs from what the proof expects."""
    runner = Runner(sandbox)
    for number, step in enumerate(proof.steps, start=1):
        told = unexpected(step, runner.run(step))
        if told is not None:
            yield f"step {number} ({step.actor}: {step.call}): {told}"


def unexpected(step: Step, came: Came) -> str | None:
    """How what came of a step differs from what it expects; None where it does not."""
    wanted = step.expect
    if came.answer is None:
        if wanted.error is None:
            return f"it was refused with {came.error}: {came.message}"
        if came.error != wanted.error:
            return f"it was refused with {came.error}, not {wanted.error}: {came.message}"
        if wanted.message is not None and wanted.message not in came.message:
            return f"the refusal says {came.message!r}, which lacks {wanted.message!r}"
        return None
    if wanted.ok is None:
        return f"it went through; {wanted.error} was expected"
    missing = [path for path in wanted.ok if not _holds(came.answer, path)]
    return f"the answer lacks {', '.join(missing)}" if missing else None


def _holds(answer: Any, expression: str) -> bool:
    """Whether an expression gives something; an empty list or text is something, false is not."""
    return jmespath.search(expression, answer) not in (None, False)
