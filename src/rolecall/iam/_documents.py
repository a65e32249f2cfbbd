"""Policy documents, compiled once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rolecall.iam._errors import MalformedPolicyDocument
from rolecall.iam._json import SYNTAX, locate, read
from rolecall.iam._reader import Reader
from rolecall.iam._statements import Statement
from rolecall.iam._types import PolicyType

_CACHED_TEXT = 64 * 1024
_CACHE_ENTRIES = 2048


@dataclass(frozen=True, slots=True)
class Policy:
    """A named, compiled policy document.

    Parameters
    ----------
    name
        How explanations name it, such as "reports-reader trust policy".
    type
        What it is used as.
    text
        The document as JSON text.
    statements
        Its statements, compiled.
    """

    name: str
    type: PolicyType
    text: str
    statements: tuple[Statement, ...]

    @classmethod
    def parse(cls, document: object, type: PolicyType, name: str = "") -> Policy:
        """Validates and compiles a document, given as JSON text or as the value it stands for.

        Raises
        ------
        MalformedPolicyDocument
            For a document that AWS would refuse; with line and column when it came as text.
        """
        text = document if isinstance(document, str) else _dumped(document)
        read_text = _compiled if len(text) > _CACHED_TEXT else _cached
        statements = read_text(text, type)
        return cls(name or type.value, type, text, statements)


def _dumped(document: object) -> str:
    if not isinstance(document, Mapping):
        raise MalformedPolicyDocument(SYNTAX, f"A policy is a JSON object, not {type(document).__name__}.")
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise MalformedPolicyDocument(SYNTAX, f"This cannot be JSON: {error}.") from None


def _compiled(text: str, type: PolicyType) -> tuple[Statement, ...]:
    value = read(text)
    try:
        return Reader(type).document(value)
    except MalformedPolicyDocument as error:
        place = locate(text, error.path)
        if place is None:
            raise
        raise MalformedPolicyDocument(error.message, error.detail, error.path, *place) from None


_cached = lru_cache(maxsize=_CACHE_ENTRIES)(_compiled)
