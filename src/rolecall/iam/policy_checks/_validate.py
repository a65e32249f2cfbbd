"""Run every check on a policy."""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.iam.policy_checks import (
    _actions,
    _arns,
    _conditions,
    _grammar,
    _grants,
    _guardrails,
    _principals,
    _redundancy,
    _values,
    _variables,
)
from rolecall.iam.policy_checks._actions import ActionOf
from rolecall.iam.policy_checks._findings import Finding, Location, finding
from rolecall.iam.policy_checks._nodes import JsonSyntaxError, parse
from rolecall.iam.policy_checks._view import PolicyKind, PolicyView


def _no_other_name(prefix: str, operation: str) -> str | None:
    return None


def validate_policy(
    text: str, kind: PolicyKind, resource_type: str = "", *, action_of: ActionOf = _no_other_name
) -> tuple[Finding, ...]:
    """Find errors, security risks, and needless elements in a policy.

    Parameters
    ----------
    text
        The policy document.
    kind
        The type of the policy.
    resource_type
        The type of the resource that a resource-based policy is attached to, such as ``AWS::S3::Bucket``.
    action_of
        Returns the action of an API operation with another name, which the finding for a wrong action
        suggests. It gets the service's prefix and the operation.

    Returns
    -------
    tuple of Finding
        The findings, in the order of their places in the policy. Empty for a policy without faults.
    """
    try:
        root = parse(text)
    except JsonSyntaxError as error:
        line, column = position(text, error.offset)
        place = Location((), error.offset, error.offset)
        return (finding("JSON_SYNTAX_ERROR", place, index=error.offset, line=line, column=column),)
    if root.kind != "Object":
        return (finding("DATA_TYPE_MISMATCH", root, data_type="Object"),)
    found = sorted(_all(PolicyView(root, text, kind, resource_type), action_of), key=_order)
    return tuple(dict.fromkeys(found))


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line, counted from 1, and the column, counted from 0."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset) - 1


def _all(policy: PolicyView, action_of: ActionOf) -> Iterator[Finding]:
    yield from _grammar.check(policy)
    yield from _variables.check(policy)
    yield from _actions.check(policy, action_of)
    yield from _arns.check(policy)
    yield from _principals.check(policy)
    yield from _conditions.check(policy)
    yield from _values.check(policy)
    yield from _guardrails.check(policy)
    yield from _grants.check(policy)
    yield from _redundancy.check(policy)


def _order(one: Finding) -> tuple[int, str]:
    return min(place.start for place in one.locations), one.code
