"""Keep every call that reached the sandbox, also those that failed before a policy was evaluated."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from typing import Any

from rolecall.aws.secret_parameters import without_secrets

_KEPT = 2_000
_LONGEST = 8_192
_LONGEST_SENT = 32 * 1024
# A template of CloudFormation, which is the longest document in a parameter, has up to 51,200 bytes.
_LONGEST_KEPT = 64 * 1024
# No document of AWS has as many levels. Python can neither copy nor write a document at any depth.
_DEEPEST = 100
_BRACKETS = re.compile(r"[][{}]")


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call.

    Parameters
    ----------
    who
        The caller's ARN; empty if the caller couldn't be authenticated.
    call
        Service and operation, such as ``sts.AssumeRole``; ``sts.`` if the request was rejected before its
        operation was known.
    parameters
        As they were sent, except that policy documents are parsed, and that passwords, tokens, and other
        secrets are hidden as CloudTrail hides them.
    sent
        As they were sent, with their secrets, so that the call can be made again: a JSON text is a text, a
        binary value is ``{"base64": TEXT}``, and a value of more than 32 KiB is ``{"too_long": LENGTH}``.
    error
        The error code; empty if the call succeeded.
    at
        When the call arrived, by the sandbox's clock, in ISO 8601.
    """

    number: int
    who: str
    call: str
    parameters: dict[str, Any]
    sent: dict[str, Any]
    error: str
    at: str


@dataclass(frozen=True, slots=True)
class _LongText:
    """What is kept of a text or a binary value that is too long to be kept whole."""

    length: int
    start: str


@dataclass(frozen=True, slots=True)
class _KeptCall:
    """A call before it is made ready to be read, which takes longer than to keep it."""

    number: int
    who: str
    call: str
    parameters: dict[str, Any]
    error: str
    at: datetime

    def logged(self) -> LoggedCall:
        service, _, operation = self.call.partition(".")
        shown = without_secrets(service, operation, self.parameters)
        plain = {name: _as_json(value) for name, value in shown.items()}
        sent = {name: _as_sent(value) for name, value in self.parameters.items()}
        return LoggedCall(self.number, self.who, self.call, plain, sent, self.error, self.at.isoformat())


class CallLog:
    """The last two thousand calls, the newest last."""

    def __init__(self) -> None:
        self._calls: deque[_KeptCall] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self._lock = threading.Lock()

    def record(self, who: str, call: str, parameters: dict[str, Any], error: str, at: datetime) -> None:
        """Keep a call; the parameters are those of `LoggedCall`."""
        kept = {name: _copied(value) for name, value in parameters.items()}
        with self._lock:
            self._calls.append(_KeptCall(next(self._numbers), who, call, kept, error, at))

    def after(self, number: int) -> list[dict[str, Any]]:
        """List the calls that came after the one with this number, as JSON."""
        with self._lock:
            found = [one for one in self._calls if one.number > number]
        return [asdict(one.logged()) for one in found]

    def clear(self) -> None:
        """Forget every call."""
        with self._lock:
            self._calls.clear()


def _copied(value: Any) -> Any:
    """Copy a parameter, which moto may change, without most of a long text."""
    if isinstance(value, str | bytes):
        if len(value) <= _LONGEST_KEPT:
            return value
        return _LongText(len(value), value[:_LONGEST] if isinstance(value, str) else "(bytes)")
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _as_json(value: Any) -> Any:
    """Make JSON of a parameter, cut to the length that a policy document can have."""
    if isinstance(value, _LongText):
        return value.start
    if isinstance(value, str) and value.lstrip().startswith("{") and not _is_deep(value):
        try:
            return json.loads(value)
        except ValueError:
            return value[:_LONGEST]
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, dict):
        return {str(name): _as_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else f"({type(value).__name__})"


def _is_deep(text: str) -> bool:
    """Whether a JSON text can have more levels than any document of AWS."""
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        if depth > _DEEPEST:
            return True
    return False


def _as_sent(value: Any) -> Any:
    """Make JSON of a parameter without a loss, unless it is too long to be kept."""
    match value:
        case _LongText(length=length):
            return {"too_long": length}
        case str() | bytes() if len(value) > _LONGEST_SENT:
            return {"too_long": len(value)}
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
        case datetime():
            return value.isoformat()
        case dict():
            return {str(name): _as_sent(one) for name, one in value.items()}
        case list():
            return [_as_sent(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else f"({type(value).__name__})"
