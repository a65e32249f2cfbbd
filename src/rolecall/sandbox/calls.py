"""Every call that reached the sandbox, its parameters and its end: also those that no policy decided."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

_KEPT = 2_000
_LONGEST = 8_192
_CODE = re.compile(rb'<Code>([^<]+)</Code>|"(?:__type|code)"\s*:\s*"(?:[^"#]*#)?([^"]+)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Parameters
    ----------
    who
        The caller's ARN; empty where no caller was recognised.
    call
        Service and operation, such as ``sts.AssumeRole``; ``sts.`` for one refused before it was read.
    parameters
        As they were sent; a policy document among them is read.
    error
        The error's code; empty for a call that went through.
    """

    number: int
    who: str
    call: str
    parameters: dict[str, Any]
    error: str


class Calls:
    """The last two thousand calls, the newest at the end."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self._lock = threading.Lock()

    def record(self, who: str, call: str, parameters: dict[str, Any], error: str) -> None:
        """Keeps a call."""
        told = {name: _told(value) for name, value in parameters.items()}
        with self._lock:
            self._calls.append(Call(next(self._numbers), who, call, told, error))

    def after(self, number: int) -> list[dict[str, Any]]:
        """The calls that came after one, as JSON."""
        with self._lock:
            return [asdict(one) for one in self._calls if one.number > number]

    def clear(self) -> None:
        """Forgets every call."""
        with self._lock:
            self._calls.clear()


def _told(value: Any) -> Any:
    """A parameter as JSON has it, no longer than what a policy may be."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value[:_LONGEST]
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, dict):
        return {str(name): _told(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_told(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else f"({type(value).__name__})"


def error_code(body: bytes) -> str:
    """The code in an answer that is an error."""
    found = _CODE.search(body)
    return (found[1] or found[2]).decode("utf-8", "replace") if found else "Error"
