"""Check actions: whether they exist, and what they have to do with the condition keys of their statement.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from rolecall._reference import actions, resource_keys, services
from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._keys import (
    exists_in_service,
    is_listed,
    is_of_provider,
    key_service,
)
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._patterns import has_wildcard, includes
from rolecall.iam.policy_checks._view import Condition, PolicyView, Statement

ActionOf = Callable[[str, str], str | None]
"""Return the action of an API operation with another name, from the service's prefix and the operation."""

_TAG_KEY = "aws:resourcetag/"
_FEDERATED = ("assumerolewithsaml", "assumerolewithwebidentity")
_OF_RESOURCE_TYPE = {
    "AWS::S3": "s3",
    "AWS::S3ObjectLambda": "s3-object-lambda",
    "AWS::DynamoDB": "dynamodb",
}


def check(policy: PolicyView, action_of: ActionOf) -> Findings:
    """Find actions that don't exist, and those to which a condition key doesn't apply."""
    for statement in policy.statements:
        for node in statement.actions:
            yield from _exists(node, action_of)
            yield from _of_resource_type(policy, node)
        for condition in statement.conditions:
            yield from _unsupported_key(statement, condition)
            if condition.lower.startswith(_TAG_KEY) and condition.operator != "Null":
                yield from _unsupported_tags(statement, condition)


def matched(pattern: str) -> Iterator[str]:
    """Return the actions of a service that a pattern matches, in lower case and without the prefix."""
    prefix, _, name = pattern.lower().partition(":")
    return (known for known in actions(prefix) if includes(name, known))


def _exists(node: Node, action_of: ActionOf) -> Findings:
    text = node.text
    if text == "*" or "${" in text:
        return
    prefix, colon, name = text.partition(":")
    if not colon:
        yield finding("INVALID_ACTION", node, action=text, suggestion="")
    elif has_wildcard(prefix):
        if text != "*:*":
            yield finding("WILDCARD_IN_SERVICE_NAME", node)
    elif prefix.lower() not in services():
        yield finding("INVALID_SERVICE_IN_ACTION", node, service=text)
    elif not any(matched(text)):
        action = action_of(prefix.lower(), name)
        suggestion = action and (
            f" Did you mean {action}? The API called {name} authorizes against the IAM action {action}."
        )
        yield finding("INVALID_ACTION", node, action=text, suggestion=suggestion or "")


def _of_resource_type(policy: PolicyView, node: Node) -> Findings:
    """Check that the resource that the policy is attached to supports an action."""
    type = policy.resource_type
    prefix = "sts" if policy.is_trust_policy else _OF_RESOURCE_TYPE.get(type.rpartition("::")[0])
    service = node.text.partition(":")[0].lower()
    if type and prefix and service != prefix and not has_wildcard(service):
        yield finding("UNSUPPORTED_ACTION_IN_POLICY", node, action=node.text, resource_type=type)


@lru_cache(maxsize=4096)
def supports(action: str, key: str) -> bool:
    """Whether a condition key, in lower case, applies to an action, in lower case and without wildcards."""
    prefix, _, name = action.partition(":")
    known = actions(prefix).get(name)
    if known is None:
        return False
    of_types = resource_keys(prefix)
    keys = [
        *known["conditionKeys"],
        *(key for one in known["resourceTypes"] for key in one["conditionKeys"]),
        *(key for one in known["resourceTypes"] for key in of_types.get(one["name"], ())),
    ]
    # A provider that the reference doesn't know has its keys where the known ones have theirs.
    return is_listed(key, keys) or (name in _FEDERATED and is_of_provider(key))


def _unsupported_key(statement: Statement, condition: Condition) -> Findings:
    """Find the actions without wildcards to which the condition key of a service doesn't apply."""
    service = key_service(condition.key)
    known = service is not None and exists_in_service(condition.key, service)
    if statement.has_not_action or not (known or is_of_provider(condition.key)):
        return
    unsupported = [
        node
        for node in statement.actions
        if not has_wildcard(node.text)
        and any(matched(node.text))
        and not supports(node.text.lower(), condition.lower)
    ]
    if unsupported:
        names = ", ".join(node.text for node in unsupported)
        yield finding(
            "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
            *unsupported,
            condition.value,
            actions=names,
            key=condition.key,
        )


def _unsupported_tags(statement: Statement, condition: Condition) -> Findings:
    """Find the services with actions that have no tags to compare with aws:ResourceTag."""
    # With a negated operator or IfExists, a missing tag doesn't keep the statement from applying.
    if condition.negated or condition.if_exists or not statement.effect:
        return
    effect = "ALLOW" if statement.allows else "DENY"
    if statement.has_not_action:
        code = f"{effect}_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
        yield finding(code, condition.key_node, key=condition.key)
        return
    nodes = [node for node in statement.actions if _without_tags(node.text, condition.lower)]
    if nodes:
        names = dict.fromkeys(node.text.partition(":")[0] for node in nodes)
        code = f"{effect}_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
        yield finding(code, condition.key_node, *nodes, key=condition.key, services=", ".join(names))


def _without_tags(pattern: str, key: str) -> bool:
    """Whether a pattern matches actions, none of which supports a key."""
    prefix = pattern.lower().partition(":")[0]
    names = list(matched(pattern)) if prefix in services() else []
    return bool(names) and not any(supports(f"{prefix}:{name}", key) for name in names)
