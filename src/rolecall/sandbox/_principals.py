"""The AWS principals that a policy document names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

PRINCIPAL_ARN = re.compile(
    r"arn:[^:]+:iam::(?P<account>\d{12}):(?P<kind>user|role)/(?:.*/)?(?P<name>[^/]+)"
)
"""The ARN of a user or role."""


def named_principals(document: Any) -> Iterator[str]:
    """List the AWS principals that a well-formed document names: ARNs, account ids, and unique ids."""
    for principals in _principals(document, "AWS"):
        yield from _listed(principals["AWS"])


def named_services(document: Any) -> Iterator[str]:
    """List the service principals that a well-formed document names."""
    for principals in _principals(document, "Service"):
        yield from _listed(principals["Service"])


def without_principal(text: str, arn: str, identifier: str) -> str:
    """Replace an ARN by a unique id in a document; a document that doesn't name it stays as it is."""
    if arn not in text:
        return text
    document = json.loads(text)
    for principals in _principals(document, "AWS"):
        named = principals["AWS"]
        if isinstance(named, str):
            principals["AWS"] = identifier if named == arn else named
        else:
            principals["AWS"] = [identifier if one == arn else one for one in named]
    return json.dumps(document)


def _principals(document: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Return the Principal and NotPrincipal elements that name principals of a kind."""
    for statement in _listed(document.get("Statement", [])):
        for element in ("Principal", "NotPrincipal"):
            principals = statement.get(element)
            if isinstance(principals, dict) and kind in principals:
                yield principals


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
