"""Parse and compile policy documents, each once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rolecall.iam._errors import MalformedPolicyDocument
from rolecall.iam._json import SYNTAX, locate, read
from rolecall.iam._principals import Grant
from rolecall.iam._reader import Reader
from rolecall.iam._requests import Request
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
        The policy's name in explanations, such as "trust policy of reports-reader".
    type
        The policy type that the document is used as.
    text
        The document as JSON text.
    statements
        The compiled statements, in the order of the document.
    arn
        The ARN of a managed policy or an organization's policy; empty for other documents.
    """

    name: str
    type: PolicyType
    text: str
    statements: tuple[Statement, ...]
    arn: str = ""

    @classmethod
    def parse(cls, document: object, type: PolicyType, name: str = "", arn: str = "") -> Policy:
        """Validate and compile a document.

        Parameters
        ----------
        document
            The document as JSON text, or as the object that such a text contains.
        type
            The policy type that the document is used as.
        name
            The policy's name in explanations; by default the name of its type.
        arn
            The policy's ARN, which the message of an explicit denial ends with.

        Raises
        ------
        MalformedPolicyDocument
            For a document that AWS rejects; with line and column if the document was given as text.
        """
        text = document if isinstance(document, str) else _dumped(document)
        read_text = _compiled if len(text) > _CACHED_TEXT else _cached
        statements = read_text(text, type)
        return cls(name or type.value, type, text, statements, arn)

    def first_allow(self, request: Request) -> Statement | None:
        """Return the first Allow statement that applies to a request, or None."""
        for statement in self.statements:
            if statement.effect == "Allow" and statement.grant(request) is not Grant.NONE:
                return statement
        return None

    def farthest_allow(self, request: Request) -> tuple[Grant, Statement | None]:
        """Return how far the Allow statements reach for a request, and the first that reaches so far."""
        farthest, by = Grant.NONE, None
        for statement in self.statements:
            if statement.effect == "Allow" and (grant := statement.grant(request)) > farthest:
                farthest, by = grant, statement
        return farthest, by

    def statement_sources(self) -> list[dict[str, Any]]:
        """Return the statements as they are written in the document, in their order."""
        sources = json.loads(self.text)["Statement"]
        return sources if isinstance(sources, list) else [sources]


def _dumped(document: object) -> str:
    if not isinstance(document, Mapping):
        raise MalformedPolicyDocument(
            SYNTAX, f"A policy must be a JSON object, not {type(document).__name__}."
        )
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise MalformedPolicyDocument(SYNTAX, f"The document can't be written as JSON: {error}.") from None


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
