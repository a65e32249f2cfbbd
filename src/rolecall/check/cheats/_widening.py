"""Widen one value of a policy step by step, up to everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from rolecall._reference import actions

_VERB = re.compile(r"^([A-Z][a-z0-9]+)")
_FEWEST_ACTIONS = 4
"""A verb with fewer actions, as in ec2:Run*, is no wider in practice."""
_NEGATED = {
    "StringEquals": "StringNotEquals",
    "StringLike": "StringNotLike",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
    "DateLessThan": "DateGreaterThan",
    "DateLessThanEquals": "DateGreaterThan",
    "NumericLessThan": "NumericGreaterThan",
    "NumericLessThanEquals": "NumericGreaterThan",
}
_OPPOSITES = _NEGATED | {new: old for old, new in _NEGATED.items()}


def negated_operator(operator: str) -> str:
    """Return the operator that is true where another is false; empty if there is none."""
    name = operator.removesuffix("IfExists")
    return _OPPOSITES.get(name, "") + (operator[len(name) :] if name in _OPPOSITES else "")


def _count(pattern: str) -> int:
    service, _, name = pattern.lower().partition(":")
    return sum(fnmatchcase(one, name) for one in actions(service))


def wider_actions(action: str, *, trust: bool) -> list[str]:
    """Return wider actions: the verb's, the service's, all."""
    service, colon, name = action.partition(":")
    if not colon:
        return []
    verb = _VERB.match(name)
    wider = [] if trust or verb is None else [f"{service}:{verb.group(1)}*"]
    if wider and _count(wider[0]) < _FEWEST_ACTIONS:
        wider = []
    wider += [f"{service}:*"] if trust else [f"{service}:*", "*"]
    return [one for one in wider if one != action]


def wider_resources(resource: str) -> list[str]:
    """Return wider resources: names that begin alike, the folder above, the service, all."""
    if resource == "*":
        return []
    head, colon, name = resource.rpartition(":")
    wider: list[str] = []
    if colon:
        parts = name.split("/")
        last = parts[-1]
        if last == "*" and len(parts) > 1:
            wider.append(f"{head}:{'/'.join(parts[:-1])}*")
            parts = parts[:-1]
        elif last != "*":
            parts = parts[:-1]
            if not parts and head.endswith(":s3::"):
                # One pattern for a bucket and its objects also matches other buckets.
                wider.append(f"{head}:{last}*")
        while parts:
            parts = parts[:-1] if wider and wider[-1].endswith(parts[-1] + "*") else parts
            if not parts:
                break
            wider.append(f"{head}:{'/'.join(parts)}/*")
            parts = parts[:-1]
        wider.append(f"{head}:*")
    return [one for one in dict.fromkeys([*wider, "*"]) if one != resource]


def wider_principals(principal: Any) -> Iterator[tuple[str, Any]]:
    """Yield wider principals, each with how it is shown: the account, then everyone."""
    if principal == "*":
        return
    if isinstance(principal, dict):
        named = principal.get("AWS", [])
        listed = named if isinstance(named, list) else [named]
        roots = [re.sub(r"^(arn:[^:]+:iam::\d{12}):.*$", r"\1:root", str(one)) for one in listed]
        if roots != listed:
            shown = ", ".join(f'"{one}"' for one in dict.fromkeys(roots))
            yield shown, {**principal, "AWS": list(dict.fromkeys(roots))}
        yield '{"AWS": "*"}', {**principal, "AWS": "*"}
    yield '"*"', "*"


def wider_values(operator: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield wider conditions, each with its operator: a shorter prefix, then any value."""
    base = operator.removesuffix("IfExists")
    if base not in ("StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals", "ArnLike"):
        return
    like = "ArnLike" if base.startswith("Arn") else "StringLike"
    for one in value if isinstance(value, list) else [value]:
        loose = re.sub(r"[-/:._]\*$", "*", str(one))
        if loose != one:
            yield like, loose
    if value != "*":
        yield like, "arn:*:*:*:*:*" if like == "ArnLike" else "*"
