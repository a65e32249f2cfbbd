"""Shows the calls of proofs and solutions as Python code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pprint import pformat
from typing import Any

from rolecall.quiz._proofs import ACCESS_KEY, NOW, Proof, Step

_QUOTED_ACCESS_KEY = re.compile(f"['\"]{ACCESS_KEY.pattern}['\"]")
_CREDENTIALS = {
    "AccessKeyId": "aws_access_key_id",
    "SecretAccessKey": "aws_secret_access_key",
    "SessionToken": "aws_session_token",
}


def experiment_code(proof: Proof) -> str:
    """Return a cell that makes a proof's calls in a sandbox of its world, and prints each result."""
    lines = ["from botocore.exceptions import ClientError", "from rolecall import Sandbox", ""]
    lines.append(f"lab = Sandbox({proof.world!r})")
    for step in proof.steps:
        lines += _later(step, "lab")
        # A call whose credentials later steps use must succeed; all others show their result or error.
        call = _call(step, proof.steps)
        if step.expect.error is None and step.save is not None:
            lines.append(_saved(call, step))
        else:
            lines += _tried(call)
    return _with_json(lines)


def solution_code(steps: Iterable[Step], actor: str) -> str:
    """Return code that makes calls with plain boto3, as the actor that the task starts with."""
    steps = list(steps)
    lines = ["import boto3", ""]
    for step in steps:
        saved = any(one.save == step.actor for one in steps)
        if not saved and step.actor != actor:
            lines += ["", f'task.lab.use("{step.actor}")']
            actor = step.actor
        lines += _later(step, "task.lab")
        call = _call(step, steps, plain=True)
        lines.append(_saved(call, step) if step.save is not None else call)
    return _with_json(lines)


def _with_json(lines: list[str]) -> str:
    text = "\n".join(lines)
    if f"'{NOW}'" in text:
        text = text.replace(f"'{NOW}'", 'datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")')
        text = f"from datetime import UTC, datetime\n\n{text}"
    text = _QUOTED_ACCESS_KEY.sub(r'task.lab.environment("\1")["AWS_ACCESS_KEY_ID"]', text)
    return f"import json\n{text}" if "json.dumps(" in text else text


def _saved(call: str, step: Step) -> str:
    field = "AccessKey" if step.call == "iam.create_access_key" else "Credentials"
    return f'{step.save} = {call}["{field}"]'


def _later(step: Step, lab: str) -> list[str]:
    return [f"{lab}.clock.advance(minutes={step.minutes_later:g})"] if step.minutes_later else []


def _tried(call: str) -> list[str]:
    return ["try:", f"    print({call})", "except ClientError as error:", "    print(error)"]


def _call(step: Step, steps: Iterable[Step], *, plain: bool = False) -> str:
    service, _, method = step.call.partition(".")
    arguments = ", ".join(f"{name}={_value(value)}" for name, value in step.parameters.items())
    saved = any(one.save == step.actor for one in steps)
    if not plain:
        how = f"credentials={step.actor}" if saved else f"actor={step.actor!r}"
        return f"lab.client({service!r}, {how}).{method}({arguments})"
    if not saved:
        return f'boto3.client("{service}").{method}({arguments})'
    keys = [
        f'    {argument}={step.actor}["{name}"],'
        for name, argument in _CREDENTIALS.items()
        if name not in step.without
    ]
    return "\n".join([f'boto3.client(\n    "{service}",', *keys, f").{method}({arguments})"])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return f"json.dumps({pformat(value, width=100, sort_dicts=False)})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
