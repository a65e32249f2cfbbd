"""Make bad documents of a good one: each change weakens it, or makes it stricter than it should be."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.check.cheats._setting import STRANGER, Setting, account_of
from rolecall.check.cheats._widening import (
    negated_operator,
    wider_actions,
    wider_principals,
    wider_resources,
    wider_values,
)
from rolecall.iam import PolicyType

Document = Mapping[str, Any]
FAR_PAST, FAR_FUTURE = "1990-01-01T00:00:00Z", "2900-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A document with one change.

    Parameters
    ----------
    kind
        The kind of change, such as "wider action".
    what
        The change in words, such as ``Action "s3:GetObject" becomes "s3:*"``.
    """

    kind: str
    what: str
    document: Document


Ladder = tuple[Mutation, ...]
"""Changes of the same element, the smallest first."""


_OF_UNCHANGED = ("wider principal", "without a statement")


def mutations(
    document: Document, setting: Setting, unchanged: frozenset[int] = frozenset()
) -> Iterator[Ladder]:
    """Yield the bad documents that are derived from a good one.

    Parameters
    ----------
    unchanged
        The places of statements that the document had before. These are only opened to others or left out,
        because a learner copies them.
    """
    statements = _statements(document)
    several = len(statements) > 1
    for index, statement in enumerate(statements):
        where = f"statement {index + 1}: " if several else ""
        for ladder in _of_statement(statement, setting):
            if index in unchanged and not any(kind in _OF_UNCHANGED for kind, *_ in ladder):
                continue
            yield tuple(
                Mutation(kind, where + what, _with(document, index, changed))
                for kind, what, changed in ladder
            )
        if several:
            deny = statement["Effect"] == "Deny"
            kind = "without a Deny" if deny else "without a statement"
            kept = [*statements[:index], *statements[index + 1 :]]
            yield (Mutation(kind, f"without statement {index + 1}", {**document, "Statement": kept}),)
    yield from _everything_denied(document, setting)


def _statements(document: Document) -> list[dict[str, Any]]:
    listed = document["Statement"]
    return listed if isinstance(listed, list) else [listed]


def _with(document: Document, index: int, statement: dict[str, Any]) -> Document:
    changed = list(_statements(document))
    changed[index] = statement
    return {**document, "Statement": changed}


_Step = tuple[str, str, dict[str, Any]]


def _of_statement(statement: dict[str, Any], setting: Setting) -> Iterator[tuple[_Step, ...]]:
    yield from _actions(statement, setting)
    yield from _resources(statement, setting)
    yield from _principals(statement, setting)
    yield from _conditions(statement, setting)


def _actions(statement: dict[str, Any], setting: Setting) -> Iterator[tuple[_Step, ...]]:
    element = "Action" if "Action" in statement else "NotAction"
    values = _listed(statement[element])
    for value in values:
        yield tuple(
            _set("wider action", statement, element, value, [wide])
            for wide in wider_actions(value, trust=setting.type is PolicyType.TRUST)
        )
        if len(values) > 1:
            yield (_set("without a value", statement, element, value, []),)
    if element == "Action" and setting.type is not PolicyType.TRUST and statement["Effect"] == "Allow":
        others = ["iam:*"] if not str(values[0]).startswith("iam:") else ["s3:*"]
        changed = _swapped(statement, "Action", "NotAction", others)
        yield (("NotAction", f'NotAction "{others[0]}" in place of Action', changed),)


def _resources(statement: dict[str, Any], setting: Setting) -> Iterator[tuple[_Step, ...]]:
    if "Resource" not in statement:
        return
    values = _listed(statement["Resource"])
    for value in values:
        yield tuple(
            _set("wider resource", statement, "Resource", value, [wide]) for wide in wider_resources(value)
        )
        if len(values) > 1:
            yield (_set("without a value", statement, "Resource", value, []),)
        probed = [one for one in _probed(statement, setting) if _covers(value, one)]
        if "*" in value and value != "*" and probed:
            yield (_set("narrower resource", statement, "Resource", value, probed[:1]),)


def _probed(statement: dict[str, Any], setting: Setting) -> tuple[str, ...]:
    return setting.allowed_resources if statement["Effect"] == "Allow" else setting.denied_resources


def _principals(statement: dict[str, Any], setting: Setting) -> Iterator[tuple[_Step, ...]]:
    principal = statement.get("Principal")
    if principal is None:
        return
    if statement["Effect"] == "Deny":
        for outsider in setting.denied[:1]:
            changed = {**statement, "Principal": {"AWS": outsider}}
            yield (("narrower Deny", f'Principal of the Deny becomes "{outsider}" only', changed),)
        return
    yield tuple(
        ("wider principal", f"Principal becomes {shown}", {**statement, "Principal": wide})
        for shown, wide in wider_principals(principal)
    )
    for kind, added in _added_principals(principal, setting):
        changed = {**statement, "Principal": _and(principal, added)}
        yield ((kind, f'Principal also lists "{added}"', changed),)
    if isinstance(principal, dict):
        for key, listed in principal.items():
            for value in _listed(listed) if len(_listed(listed)) > 1 else []:
                kept = [one for one in _listed(listed) if one != value]
                changed = {**statement, "Principal": {**principal, key: kept}}
                yield (("without a value", f'Principal without "{value}"', changed),)
    for outsider in setting.denied[:1]:
        changed = _swapped(statement, "Principal", "NotPrincipal", {"AWS": outsider})
        yield (("NotPrincipal", f'NotPrincipal "{outsider}" in place of Principal', changed),)


def _added_principals(principal: Any, setting: Setting) -> Iterator[tuple[str, str]]:
    named = str(principal)
    outsiders = [one for one in setting.outsiders if one not in named]
    here = [one for one in outsiders if account_of(one) == setting.account and ":user/" in one]
    elsewhere = [one for one in outsiders if account_of(one) not in ("", setting.account)]
    if here and f"{setting.account}:root" not in named:
        yield "principal added", here[0]
    if "*" not in named:
        outside = elsewhere[0] if elsewhere else STRANGER
        if f"{account_of(outside)}:root" not in named:
            yield "account added", f"arn:aws:iam::{account_of(outside)}:root"
    if setting.type is PolicyType.TRUST:
        for service in [one for one in setting.services if one not in named][:1]:
            yield "service added", service


def _conditions(statement: dict[str, Any], setting: Setting) -> Iterator[tuple[_Step, ...]]:
    for operator, block in statement.get("Condition", {}).items():
        for key, value in block.items():
            shown = f"Condition {operator} {key}"
            yield (("without a condition", f"without {shown}", _dropped(statement, operator, key)),)
            if not operator.endswith("IfExists") and not operator.startswith(("Null", "For")):
                yield (
                    (
                        "IfExists",
                        f"{shown} becomes {operator}IfExists",
                        _moved(statement, operator, f"{operator}IfExists", key, value),
                    ),
                )
            opposite = negated_operator(operator)
            if opposite:
                changed = _moved(statement, operator, opposite, key, value)
                yield (("negated condition", f"{shown} becomes {opposite}", changed),)
            if operator.startswith("Date"):
                for kind, date in (("far past", FAR_PAST), ("far future", FAR_FUTURE)):
                    changed = _moved(statement, operator, operator, key, date)
                    yield ((kind, f'{shown} compares with "{date}"', changed),)
                continue
            yield tuple(
                (
                    "wider condition",
                    f'{shown} becomes {wide_operator} "{wide}"',
                    _moved(statement, operator, wide_operator, key, wide),
                )
                for wide_operator, wide in wider_values(operator, value)
            )
            yield from _more_exempt(statement, operator, key, value, setting)


def _more_exempt(
    statement: dict[str, Any], operator: str, key: str, value: Any, setting: Setting
) -> Iterator[tuple[_Step, ...]]:
    """Exempt one more principal from a Deny, or let one more through a condition on the caller."""
    if key.lower() != "aws:principalarn":
        return
    for outsider in [one for one in setting.outsiders if one not in str(value)][:1]:
        changed = _moved(statement, operator, operator, key, [*_listed(value), outsider])
        yield (("wider condition", f'Condition {operator} {key} also lists "{outsider}"', changed),)


def _everything_denied(document: Document, setting: Setting) -> Iterator[Ladder]:
    denied: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    if setting.type is PolicyType.TRUST:
        denied = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}
    elif setting.type is PolicyType.RESOURCE:
        first = _statements(document)[0]
        denied |= {
            "Principal": "*",
            "Resource": first.get("Resource", "*"),
            "Action": first.get("Action", "*"),
        }
    changed = {**document, "Statement": [denied]}
    yield (Mutation("everything denied", "the policy only denies everything", changed),)


def _set(kind: str, statement: dict[str, Any], element: str, old: Any, new: list[Any]) -> _Step:
    values = [one for value in _listed(statement[element]) for one in (new if value == old else [value])]
    what = f'{element} "{old}" becomes "{new[0]}"' if new else f'{element} without "{old}"'
    return kind, what, {**statement, element: values[0] if len(values) == 1 else values}


def _swapped(statement: dict[str, Any], old: str, new: str, value: Any) -> dict[str, Any]:
    return {
        (new if name == old else name): (value if name == old else one) for name, one in statement.items()
    }


def _dropped(statement: dict[str, Any], operator: str, key: str) -> dict[str, Any]:
    changed = copy.deepcopy(statement)
    del changed["Condition"][operator][key]
    if not changed["Condition"][operator]:
        del changed["Condition"][operator]
    if not changed["Condition"]:
        del changed["Condition"]
    return changed


def _moved(statement: dict[str, Any], old: str, new: str, key: str, value: Any) -> dict[str, Any]:
    """Put a condition key under another operator, or another value under the same."""
    changed = _dropped(statement, old, key)
    changed.setdefault("Condition", {}).setdefault(new, {})[key] = value
    return changed


def _and(principal: Any, added: str) -> Any:
    if not isinstance(principal, dict):
        return principal
    kind = "Service" if added.endswith(".amazonaws.com") else "AWS"
    return {**principal, kind: [*_listed(principal.get(kind, [])), added]}


def _covers(pattern: str, arn: str) -> bool:
    source = "".join(".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    return re.fullmatch(source, arn) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
