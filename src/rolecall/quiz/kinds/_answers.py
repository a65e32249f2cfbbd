"""Reads the JSON that answers are kept as, and the places that a card sends."""

from __future__ import annotations

import json
from typing import Any


def read_list(answer: str) -> list[str]:
    """Read an answer that is a list of texts, in JSON.

    Raises
    ------
    ValueError
        For anything else.
    """
    value = read_json(answer)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("an answer to this question is a list of texts")
    return value


def read_texts(answer: str) -> dict[str, str]:
    """Read an answer that is an object of texts, in JSON.

    Raises
    ------
    ValueError
        For anything else.
    """
    value = read_json(answer)
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError("an answer to this question is an object of texts")
    return value


def read_json(answer: str) -> Any:
    """Read an answer in JSON.

    Raises
    ------
    ValueError
        If it isn't JSON.
    """
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise ValueError("an answer to this question is JSON, and this is not") from None


def write_texts(given: Any) -> str:
    """Return the JSON of an object of texts that a card sent."""
    return json.dumps({str(name): str(text) for name, text in given.items()})


def read_place(given: Any) -> int:
    """Return a place in a list that a card sent; Python's negative places are none.

    Raises
    ------
    TypeError
        If it isn't a place.
    """
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise TypeError
    return given
