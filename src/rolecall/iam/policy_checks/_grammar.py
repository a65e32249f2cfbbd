"""Check the elements of a policy: which there must be, which can't be together, and their JSON types.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolecall.iam._conditions import parse_operator
from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._view import PolicyKind, PolicyView, Statement

_VERSIONS = ("2012-10-17", "2008-10-17")
_TOP = ("Version", "Id", "Statement")
_ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"}
    | {"Condition"}
)
_SID = re.compile(r"[0-9A-Za-z]*")
_TEXTS = "String or String Array"


def check(policy: PolicyView) -> Findings:
    """Find what is wrong in the structure of a policy."""
    root = policy.root
    for key, _ in root.members:
        if key.text not in _TOP:
            yield finding("INVALID_POLICY_ELEMENT", key, element=key.text)
    yield from _version(root)
    if (id := root.get("Id")) is not None and not id.is_text:
        yield finding("DATA_TYPE_MISMATCH", id, data_type="String")
    statement = root.get("Statement")
    if statement is None or (statement.kind == "Array" and not statement.items):
        yield finding("MISSING_STATEMENT", statement or root)
        return
    for one in statement.listed():
        if one.kind != "Object":
            yield finding("DATA_TYPE_MISMATCH", one, data_type="Object")
    for each in policy.statements:
        yield from _statement(policy, each)
    yield from _unique_sids(policy)


def _version(root: Node) -> Findings:
    version = root.get("Version")
    if version is None:
        yield finding("MISSING_VERSION", root)
    elif not version.is_text:
        yield finding("DATA_TYPE_MISMATCH", version, data_type="String")
    elif version.text not in _VERSIONS:
        yield finding("INVALID_VERSION", version, version=version.text, versions=", ".join(_VERSIONS))


def _statement(policy: PolicyView, statement: Statement) -> Findings:
    for key, _ in statement.node.members:
        if key.text not in _ELEMENTS:
            yield finding("INVALID_POLICY_ELEMENT", key, element=key.text)
    for name in ("Action", "Resource", "Principal"):
        one, other = statement.key(name), statement.key(f"Not{name}")
        if one and other:
            second = f"Not{name}"
            yield finding("UNSUPPORTED_ELEMENT_COMBINATION", one, other, first=name, second=second)
    yield from _sid(policy, statement)
    yield from _effect(statement)
    if _is_missing(statement, "Action"):
        yield finding("MISSING_ACTION", statement.node)
    yield from _texts(statement, "Action", "EMPTY_ARRAY_ACTION")
    # The policies of some services, such as ECR, have no Resource.
    if _is_missing(statement, "Resource") and not (
        policy.is_trust_policy or (policy.kind is PolicyKind.RESOURCE and not policy.resource_type)
    ):
        yield finding("MISSING_RESOURCE", statement.node)
    yield from _texts(statement, "Resource", "EMPTY_ARRAY_RESOURCE")
    yield from _principal(policy, statement)
    yield from _condition(statement)


def _is_missing(statement: Statement, name: str) -> bool:
    return statement.element(name) is None and statement.element(f"Not{name}") is None


def _sid(policy: PolicyView, statement: Statement) -> Findings:
    sid = statement.element("Sid")
    if sid is None:
        return
    if not sid.is_text:
        yield finding("DATA_TYPE_MISMATCH", sid, data_type="String")
    elif not sid.text:
        yield finding("EMPTY_SID_VALUE", sid)
    elif (policy.kind is not PolicyKind.RESOURCE or policy.is_trust_policy) and not _SID.fullmatch(
        sid.text
    ):
        yield finding("UNSUPPORTED_SID", sid)


def _unique_sids(policy: PolicyView) -> Findings:
    """Check the Sids. They must be unique in the policies that IAM and Organizations keep."""
    required = policy.kind is not PolicyKind.RESOURCE or policy.is_trust_policy
    by_text: dict[str, list[Node]] = {}
    for one in policy.statements:
        sid = one.element("Sid")
        if sid is not None and sid.text:
            by_text.setdefault(sid.text, []).append(sid)
    for nodes in by_text.values():
        if len(nodes) > 1:
            yield finding("UNIQUE_SIDS_REQUIRED" if required else "UNIQUE_SIDS_RECOMMENDED", *nodes)


def _effect(statement: Statement) -> Findings:
    effect = statement.element("Effect")
    if effect is None:
        yield finding("MISSING_EFFECT", statement.node)
    elif not effect.is_text:
        yield finding("DATA_TYPE_MISMATCH", effect, data_type="String")
    elif not statement.effect:
        yield finding("INVALID_EFFECT", effect, effect=effect.text)


def _texts(statement: Statement, name: str, code_if_empty: str) -> Findings:
    for node in (statement.element(name), statement.element(f"Not{name}")):
        if node is not None:
            yield from _strings(node, code_if_empty)


def _strings(node: Node, code_if_empty: str) -> Findings:
    if node.kind == "Array" and not node.items:
        yield finding(code_if_empty, node)
    for one in node.listed():
        if not one.is_text:
            yield finding("DATA_TYPE_MISMATCH", one, data_type=_TEXTS)


def _principal(policy: PolicyView, statement: Statement) -> Findings:
    element = statement.principal
    key = statement.key("Principal") or statement.key("NotPrincipal")
    if policy.kind is PolicyKind.IDENTITY and key is not None:
        yield finding("UNSUPPORTED_PRINCIPAL", key, policy_type=policy.kind.value)
    elif policy.kind is PolicyKind.RESOURCE and element is None:
        yield finding("MISSING_PRINCIPAL", statement.node)
    if policy.kind is not PolicyKind.RESOURCE or element is None or element.text == "*":
        return
    if element.kind != "Object":
        yield finding("INVALID_PRINCIPAL_FORMAT", element)
        return
    if not element.members:
        yield finding("EMPTY_OBJECT_PRINCIPAL", element)
    for name, value in element.members:
        if name.text not in ("AWS", "CanonicalUser", "Federated", "Service"):
            yield finding("INVALID_PRINCIPAL_KEY", name, principal_key=name.text)
        yield from _strings(value, "EMPTY_ARRAY_PRINCIPAL")


def _condition(statement: Statement) -> Findings:
    block = statement.element("Condition")
    if block is None:
        return
    if block.kind != "Object":
        yield finding("DATA_TYPE_MISMATCH", block, data_type="Object")
        return
    if not block.members:
        yield finding("EMPTY_OBJECT_CONDITION", block)
    for operator, keys in block.members:
        yield from _operator(operator)
        if keys.kind != "Object":
            yield finding("DATA_TYPE_MISMATCH", keys, data_type="Object")
        elif not keys.members:
            yield finding("EMPTY_OBJECT_CONDITION", keys)
        for _, value in keys.members:
            for one in _not_scalar(value):
                yield finding("DATA_TYPE_MISMATCH", one, data_type=_TEXTS)


def _operator(operator: Node) -> Findings:
    qualifier, colon, name = operator.text.rpartition(":")
    lower = name.lower()
    if lower == "nullifexists":
        yield finding("NULL_WITH_IF_EXISTS", operator)
    elif lower == "null" and colon and qualifier.lower() in ("forallvalues", "foranyvalue"):
        yield finding("NULL_WITH_QUALIFIER", operator)
    elif parse_operator(operator.text) is None:
        yield finding("INVALID_CONDITION_OPERATOR", operator, operator=operator.text)


def _not_scalar(value: Node) -> Iterator[Node]:
    return (one for one in value.listed() if one.kind in ("Object", "Array", "Null"))
