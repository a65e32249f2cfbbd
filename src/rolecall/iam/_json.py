"""Read JSON as IAM does: a duplicate key is an error, and every error has its position in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NoReturn

from rolecall.iam._errors import MalformedPolicyDocument, Path

SYNTAX = "Syntax errors in policy."
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class _DuplicateKey(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        raise _DuplicateKey(next(k for k, _ in pairs if k in seen or seen.add(k)))  # type: ignore[func-returns-value]
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def read(text: str) -> object:
    """Return the value of a JSON text.

    Raises
    ------
    MalformedPolicyDocument
        If the text isn't JSON, or if an object has a key twice.
    """
    try:
        value: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise MalformedPolicyDocument(
            SYNTAX, f"This is not JSON: {error.msg}.", (), error.lineno, error.colno
        ) from None
    except _DuplicateKey as error:
        line, column = _second(text, error.key)
        raise MalformedPolicyDocument(
            SYNTAX, f"The key {error.key!r} is in one object twice.", (), line, column
        ) from None
    except RecursionError:
        raise MalformedPolicyDocument(SYNTAX, "It is nested too deeply.") from None
    except ValueError as error:
        raise MalformedPolicyDocument(SYNTAX, f"{str(error)[:120]}.") from None
    return value


def locate(text: str, path: Path) -> tuple[int, int] | None:
    """Return line and column, counted from 1, of the value at `path`; None if there is no such value."""
    for where, offset in _values(text):
        if where == path:
            return _place(text, offset)
    return None


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _second(text: str, key: str) -> tuple[int | None, int | None]:
    seen: set[Path] = set()
    for path, offset in _values(text):
        if path in seen and path and path[-1] == key:
            return _place(text, offset)
        seen.add(path)
    return None, None


def _values(text: str) -> Iterator[tuple[Path, int]]:
    """Yield the path and the offset of every value in a JSON text, up to where it isn't well-formed."""
    path: list[str | int] = []
    # One entry per open container: whether it is an object.
    containers: list[bool] = []
    expects_key = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in "}]":
            containers.pop()
            path.pop()
            expects_key = False
        elif token == ",":
            if containers[-1]:
                expects_key = True
            else:
                index = path[-1]
                path[-1] = index + 1 if isinstance(index, int) else 0
        elif token == ":":
            expects_key = False
        elif expects_key:
            path[-1] = json.loads(token)
        else:
            yield tuple(path), match.start()
            if token in "{[":
                containers.append(token == "{")
                path.append("" if token == "{" else 0)
                expects_key = token == "{"
