"""Runs the proofs of a bank: what a question claims, shown in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.quiz import Proof, Step
from rolecall.sandbox.client import Sandbox, SandboxError


def run_proof(proof: Proof, sandbox: Sandbox) -> Iterator[str]:
    """Runs a proof's steps in a sandbox of its world; yields what differs from what the proof expects."""
    saved: dict[str, Mapping[str, str]] = {}
    for number, step in enumerate(proof.steps, start=1):
        told = _run(step, sandbox, saved)
        if told is not None:
            yield f"step {number} ({step.actor}: {step.call}): {told}"


def _run(step: Step, sandbox: Sandbox, saved: dict[str, Mapping[str, str]]) -> str | None:
    service, _, method = step.call.partition(".")
    try:
        answer = getattr(_client(step, service, sandbox, saved), method)(**step.parameters)
    except ClientError as error:
        return _refused(step, error)
    except (BotoCoreError, SandboxError, AttributeError) as error:
        return str(error)
    if step.save is not None:
        saved[step.save] = answer["Credentials"]
    if step.expect.ok is None:
        return f"it went through; {step.expect.error} was expected"
    missing = [path for path in step.expect.ok if not _holds(answer, path)]
    return f"the answer lacks {', '.join(missing)}" if missing else None


def _client(step: Step, service: str, sandbox: Sandbox, saved: Mapping[str, Mapping[str, str]]) -> Any:
    if step.actor not in saved:
        return sandbox.client(service, actor=step.actor)
    given = {name: value for name, value in saved[step.actor].items() if name not in step.without}
    return sandbox.client(service, credentials=given)


def _refused(step: Step, error: ClientError) -> str | None:
    code = error.response["Error"]["Code"]
    text = error.response["Error"]["Message"]
    wanted = step.expect
    if wanted.error is None:
        return f"it was refused with {code}: {text}"
    if code != wanted.error:
        return f"it was refused with {code}, not {wanted.error}: {text}"
    if wanted.message is not None and wanted.message not in text:
        return f"the refusal says {text!r}, which lacks {wanted.message!r}"
    return None


def _holds(answer: Any, path: str) -> bool:
    for part in path.split("."):
        if not isinstance(answer, Mapping) or part not in answer:
            return False
        answer = answer[part]
    return True
