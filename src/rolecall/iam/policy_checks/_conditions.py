"""Check condition keys: whether they exist, and fit their operator and their statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Iterable

from rolecall._reference import services
from rolecall.iam.policy_checks import _keys as keys
from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._patterns import has_wildcard
from rolecall.iam.policy_checks._view import Condition, PolicyView, Statement

_FAMILIES = {
    "String": "string",
    "Arn": "ARN",
    "Numeric": "numeric",
    "Date": "date",
    "Bool": "boolean",
    "IpAddress": "IP address",
    "NotIpAddress": "IP address",
    "Binary": "binary",
}
# The families of operators that a key of a type can be compared with, the recommended one first.
_ALLOWED = {
    "String": ("string", "ARN"),
    "ARN": ("ARN", "string"),
    "Bool": ("boolean",),
    "Numeric": ("numeric",),
    "Date": ("date",),
    "IPAddress": ("IP address",),
}
_UNTRUSTWORTHY = frozenset({"aws:referer", "aws:useragent"})
# An action without which a key is never in the request.
_SET_BY = {"sts:sourceidentity": "sts:SetSourceIdentity", "sts:transitivetagkeys": "sts:TagSession"}
_S3_TYPES = ("AWS::S3::Bucket", "AWS::S3::AccessPoint", "AWS::S3::MultiRegionAccessPoint")


def check(policy: PolicyView) -> Findings:
    """Find condition keys that don't exist, and conditions that don't do what they seem to."""
    for statement in policy.statements:
        yield from _same_key_twice(statement)
        for condition in statement.conditions:
            yield from _key(condition)
            yield from _empty(condition)
            if condition.operator:
                yield from _type(condition)
                yield from _qualifier(statement, condition)
                yield from _open_wildcard(condition)
                yield from _with_statement(policy, statement, condition)


def _same_key_twice(statement: Statement) -> Findings:
    by_key: dict[tuple[str, str], list[Node]] = {}
    for one in statement.conditions:
        by_key.setdefault((one.name, one.lower), []).append(one.key_node)
    for nodes in by_key.values():
        if len(nodes) > 1:
            yield finding("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", *nodes, key=nodes[0].text)


def _key(condition: Condition) -> Findings:
    key, node = condition.key, condition.key_node
    service = keys.key_service(key)
    if ":" not in key:
        yield finding("INVALID_CONDITION_KEY_FORMAT", node)
    elif keys.is_missing_tag(key):
        yield finding("MISSING_TAG_KEY_IN_CONDITION", node, key=f"{key.rstrip('/')}/")
    elif condition.lower == "aws:arn":
        yield finding("UNSUPPORTED_GLOBAL_CONDITION_KEY", node)
    elif service is None:
        if not keys.is_global(key):
            yield finding("INVALID_GLOBAL_CONDITION_KEY", node, key=key)
        elif condition.lower in _UNTRUSTWORTHY:
            yield finding("UNTRUSTWORTHY_CONDITION_KEY", node, key=key)
    elif keys.is_of_provider(key):
        return
    elif service not in services():
        yield finding("INVALID_SERVICE", node, service=key.partition(":")[0])
    elif not keys.exists_in_service(key, service):
        yield finding("INVALID_SERVICE_CONDITION_KEY", node, key=key, service=service)


def _empty(condition: Condition) -> Findings:
    if condition.value.kind != "Array" or condition.value.items:
        return
    suffix = condition.quantifier or ("IfExists" if condition.if_exists else "")
    code = "_".join(["EMPTY_ARRAY_CONDITION", *([suffix.upper()] if suffix else [])])
    yield finding(code, condition.value, key=condition.key)


def _family(operator: str) -> str:
    return next((name for prefix, name in _FAMILIES.items() if operator.startswith(prefix)), "")


def _type(condition: Condition) -> Findings:
    """Compare the operator with the type of the key."""
    type = (keys.key_type(condition.key) or "").removeprefix("ArrayOf")
    used, allowed = _family(condition.operator), _ALLOWED.get(type, ())
    if not used or not allowed:
        return
    if type == "ARN" and condition.operator in ("StringLike", "StringNotLike"):
        code = "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS"
    elif used in allowed or (condition.lower == "aws:epochtime" and used == "numeric"):
        return
    else:
        code = "TYPE_MISMATCH"
    yield finding(code, condition.key_node, allowed=allowed[0], operator=used, key=condition.key)


def _qualifier(statement: Statement, condition: Condition) -> Findings:
    """Compare the set operator with the number of values that the key can have."""
    if condition.operator == "Null":
        return
    key, node = condition.key, condition.key_node
    type = keys.key_type(key)
    is_audience = keys.is_of_provider(key) and condition.lower.endswith(":aud")
    if type is not None and type.startswith("ArrayOf") and not condition.quantifier:
        yield finding("MISSING_QUALIFIER", condition.operator_node, node, key=key)
    elif condition.quantifier == "ForAnyValue" and is_audience:
        yield finding("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", condition.operator_node, key=key)
    elif (
        condition.quantifier == "ForAllValues"
        and statement.allows
        and (is_audience or (type is not None and not type.startswith("ArrayOf")))
    ):
        yield finding("FORALLVALUES_WITH_SINGLE_VALUED_KEY", condition.operator_node, key=key)


def _open_wildcard(condition: Condition) -> Findings:
    """Find conditions with the value ``*``, which only test whether the key is there."""
    if condition.operator not in ("StringLike", "StringNotLike"):
        return
    if not any(value.text == "*" for value in condition.values):
        return
    always = (condition.if_exists or condition.quantifier == "ForAllValues") and not condition.negated
    if always:
        code = "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION"
    elif condition.negated and condition.quantifier == "ForAnyValue":
        code = "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION"
    else:
        code = f"EQUIVALENT_TO_NULL_{'TRUE' if condition.negated else 'FALSE'}"
    yield finding(code, condition.key_node, key=condition.key, operator=condition.name)


def _with_statement(policy: PolicyView, statement: Statement, condition: Condition) -> Findings:
    """Check keys that are only useful with other keys, actions, effects, or types of policies."""
    key, lower, node = condition.key, condition.lower, condition.key_node
    present = statement.keys()
    if lower == "aws:vpcsourceip" and not present & {"aws:sourcevpc", "aws:sourcevpce"}:
        recommended = "aws:SourceVPC, aws:SourceVPCE"
        yield finding("MISSING_PAIRED_CONDITION_KEYS", node, key=key, recommended=recommended)
    if lower == "dynamodb:attributes" and statement.allows and not _selects(statement.conditions):
        yield finding("DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", node)
    effect = statement.element("Effect")
    if lower == "s3:prefix" and effect is not None and condition.negated is statement.allows:
        yield finding("S3_PREFIX_IN_NEGATIVE_CONTEXT", effect, node)
    if lower == "s3:resourceaccount" and policy.resource_type in _S3_TYPES:
        yield finding(
            "IRRELEVANT_CONDITION_KEY_IN_POLICY", node, key=key, resource_type=policy.resource_type
        )
    action = _SET_BY.get(lower)
    if action and policy.is_trust_policy and statement.allows:
        names = statement.action_names()
        if not any(has_wildcard(name) for name in names) and action.lower() not in names:
            yield finding("MISSING_ACTION_FOR_CONDITION_KEY", node, action=action, key=key)


def _selects(conditions: Iterable[Condition]) -> bool:
    return any(
        one.lower == "dynamodb:select"
        and not one.negated
        and all(value.text == "SPECIFIC_ATTRIBUTES" for value in one.values)
        for one in conditions
    )
