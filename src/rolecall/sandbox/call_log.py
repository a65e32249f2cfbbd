"""Keep every call that reached the sandbox, also those that failed before a policy was evaluated."""

from __future__ import annotations

import base64
import json
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


class CallLog:
    """The last two thousand calls, the newest last."""

    def __init__(self) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self._lock = threading.Lock()

    def record(self, who: str, call: str, parameters: dict[str, Any], error: str, at: datetime) -> None:
        """Keep a call; the parameters are those of `LoggedCall`."""
        service, _, operation = call.partition(".")
        shown = without_secrets(service, operation, parameters)
        plain = {name: _as_json(value) for name, value in shown.items()}
        sent = {name: _as_sent(value) for name, value in parameters.items()}
        with self._lock:
            self._calls.append(
                LoggedCall(next(self._numbers), who, call, plain, sent, error, at.isoformat())
            )

    def after(self, number: int) -> list[dict[str, Any]]:
        """List the calls that came after the one with this number, as JSON."""
        with self._lock:
            return [asdict(one) for one in self._calls if one.number > number]

    def clear(self) -> None:
        """Forget every call."""
        with self._lock:
            self._calls.clear()


def _as_json(value: Any) -> Any:
    """Make JSON of a parameter, cut to the length that a policy document can have."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value[:_LONGEST]
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, dict):
        return {str(name): _as_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else f"({type(value).__name__})"


def _as_sent(value: Any) -> Any:
    """Make JSON of a parameter without a loss, unless it is too long to be kept."""
    match value:
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
