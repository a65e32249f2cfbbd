"""Compare the access that policies grant: the custom policy checks of IAM Access Analyzer.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html

The comparison is by the elements of the statements. A statement that only several others together cover
counts as new access.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rolecall.iam._documents import Policy
from rolecall.iam._statements import Statement
from rolecall.iam.policy_checks._patterns import includes, overlap

_ALL = ("*",)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of an element, or all texts but those."""

    patterns: tuple[str, ...]
    negated: bool = False

    def includes(self, other: _Texts) -> bool:
        if self.negated and other.negated:
            return all(_in_one(one, other.patterns) for one in self.patterns)
        if self.negated:
            return not any(overlap(one, two) for one in self.patterns for two in other.patterns)
        if other.negated:
            return "*" in self.patterns
        return all(_in_one(one, self.patterns) for one in other.patterns)

    def overlaps(self, other: _Texts) -> bool:
        if self.negated:
            return any(not _in_one(one, self.patterns) for one in other.patterns)
        return any(overlap(one, two) for one in self.patterns for two in other.patterns)

    def parts(self) -> Iterator[_Texts]:
        """Yield each text for itself; all of them together if they are what is left out."""
        if self.negated:
            yield self
        else:
            yield from (_Texts((one,)) for one in self.patterns)


def _in_one(pattern: str, patterns: Iterable[str]) -> bool:
    return any(includes(one, pattern) for one in patterns)


@dataclass(frozen=True, slots=True)
class _Access:
    """What a statement is about: principals, actions, resources, and its conditions."""

    statement: Statement
    principals: _Texts
    actions: _Texts
    resources: _Texts

    @classmethod
    def of(cls, statement: Statement) -> _Access:
        actions, resources, principal = statement.action, statement.resource, statement.principal
        who = _Texts(_ALL)
        if principal is not None:
            kinds = {
                "aws": {f"arn:aws:iam::{one}:root" if one.isdigit() else one for one in principal.aws},
                "service": principal.services,
                "federated": principal.federated,
                "canonical": principal.canonical,
            }
            named = tuple(f"{kind}:{one}" for kind, listed in kinds.items() for one in sorted(listed))
            everyone = principal.everyone or principal.aws_everyone
            who = _Texts(_ALL if everyone else named, principal.negated)
        return cls(
            statement,
            who,
            _Texts(tuple(one.lower() for one in actions.values), actions.negated),
            _Texts(resources.values, resources.negated) if resources else _Texts(_ALL),
        )

    def parts(self) -> Iterator[_Access]:
        for principals in self.principals.parts():
            for actions in self.actions.parts():
                for resources in self.resources.parts():
                    yield _Access(self.statement, principals, actions, resources)

    def includes(self, other: _Access) -> bool:
        return (
            self.actions.includes(other.actions)
            and self.resources.includes(other.resources)
            and self.principals.includes(other.principals)
            and all(
                any(_implies(one, needed) for one in _tests(other.statement))
                for needed in _tests(self.statement)
            )
        )


@dataclass(frozen=True, slots=True)
class _Test:
    operator: str
    key: str
    values: tuple[str, ...]


def _tests(statement: Statement) -> list[_Test]:
    return [_Test(one.name.lower(), one.key.lower(), one.values) for one in statement.conditions]


def _implies(one: _Test, other: _Test) -> bool:
    """Whether a request that fulfills a condition also fulfills another."""
    if one.key != other.key:
        return False
    if one.operator == other.operator.removesuffix("ifexists"):
        operator = one.operator
    elif one.operator.replace("equals", "like") == other.operator.removesuffix("ifexists"):
        operator = other.operator.removesuffix("ifexists")
    elif one.operator == other.operator:
        operator = one.operator.removesuffix("ifexists")
    else:
        return False
    if "lessthan" in operator or "greaterthan" in operator:
        return _limits(operator, one.values, other.values)
    if "not" in operator:
        return all(_covered(value, operator, one.values) for value in other.values)
    return all(_covered(value, operator, other.values) for value in one.values)


def _covered(value: str, operator: str, by: Sequence[str]) -> bool:
    if operator.endswith("ipaddress"):
        return any(_subnet(value, one) for one in by)
    if "like" in operator or "arn" in operator:
        return _in_one(value, by)
    if "ignorecase" in operator or operator in ("bool", "null"):
        return value.lower() in {one.lower() for one in by}
    return value in by


def _subnet(inner: str, outer: str) -> bool:
    try:
        one, other = (ipaddress.ip_network(text, strict=False) for text in (inner, outer))
    except ValueError:
        return inner == outer
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _limits(operator: str, inner: Sequence[str], outer: Sequence[str]) -> bool:
    if sorted(inner) == sorted(outer):
        return True
    if "date" in operator:
        # Dates in one format compare as texts.
        return max(inner) <= max(outer) if "lessthan" in operator else min(inner) >= min(outer)
    try:
        numbers = [[Decimal(one) for one in values] for values in (inner, outer)]
    except InvalidOperation:
        return False
    if "lessthan" in operator:
        return max(numbers[0]) <= max(numbers[1])
    return min(numbers[0]) >= min(numbers[1])


def new_access(new: Policy, existing: Policy) -> tuple[Statement, ...]:
    """Return the statements of a policy that grant access that another policy doesn't grant.

    A Deny of the existing policy that the new one lacks counts too: each Allow that it limits is returned.

    Parameters
    ----------
    new, existing
        The policies to compare, of the same type.
    """
    granted, denied = _split(new)
    granted_before, denied_before = _split(existing)
    lifted = [one for one in denied_before if not any(other.includes(one) for other in denied)]
    return tuple(
        access.statement
        for access in granted
        if any(
            not any(one.includes(part) for one in denied if not one.statement.conditions)
            and (
                not any(one.includes(part) for one in granted_before)
                or any(_limits_access(one, part) for one in lifted)
            )
            for part in access.parts()
        )
    )


def _split(policy: Policy) -> tuple[list[_Access], list[_Access]]:
    listed = [_Access.of(one) for one in policy.statements]
    return (
        [one for one in listed if one.statement.effect == "Allow"],
        [one for one in listed if one.statement.effect == "Deny"],
    )


def _limits_access(deny: _Access, part: _Access) -> bool:
    return deny.actions.overlaps(part.actions) and deny.resources.overlaps(part.resources)


def granted_access(
    policy: Policy, actions: Sequence[str], resources: Sequence[str]
) -> tuple[Statement, ...]:
    """Return the statements that grant one of some actions on one of some resources.

    Parameters
    ----------
    policy
        The policy.
    actions, resources
        What must not be granted; without actions, all are meant, and the same for resources.
    """
    wanted_actions = _Texts(tuple(one.lower() for one in actions) or _ALL)
    wanted_resources = _Texts(tuple(resources) or _ALL)
    granted, denied = _split(policy)
    unconditional = [one for one in denied if not one.statement.conditions]
    return tuple(
        access.statement
        for access in granted
        if any(
            part.actions.overlaps(action)
            and part.resources.overlaps(resource)
            and not any(
                deny.actions.includes(_narrower(part.actions, action))
                and deny.resources.includes(_narrower(part.resources, resource))
                and deny.principals.includes(part.principals)
                for deny in unconditional
            )
            for part in access.parts()
            for action in wanted_actions.parts()
            for resource in wanted_resources.parts()
        )
    )


def _narrower(one: _Texts, other: _Texts) -> _Texts:
    return one if other.includes(one) else other
