"""Check what only service control policies (SCPs) and resource control policies (RCPs) require, and quotas.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
"""

from __future__ import annotations

from rolecall._reference import rcp_services
from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._view import PolicyKind, PolicyView, Statement

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
_IDENTITY_QUOTA, _TRUST_QUOTA, _SCP_QUOTA, _RCP_QUOTA, _BUCKET_QUOTA = 6144, 2048, 10240, 5120, 20480
_PRINCIPAL_KEYS = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
)
_SOURCE_KEYS = ("aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount", "aws:sourcearn")


def check(policy: PolicyView) -> Findings:
    """Find what Organizations rejects, what an RCP does unintentionally, and policies that are too long."""
    yield from _size(policy)
    for statement in policy.statements:
        if policy.kind is PolicyKind.SCP:
            key = statement.key("Principal") or statement.key("NotPrincipal")
            if key is not None:
                yield finding("SCP_SYNTAX_ERROR_PRINCIPAL", key)
        elif policy.kind is PolicyKind.RCP:
            yield from _rcp(statement)


def _size(policy: PolicyView) -> Findings:
    size, without_space = len(policy.text), sum(not one.isspace() for one in policy.text)
    root = policy.root
    if policy.kind is PolicyKind.SCP and size > _SCP_QUOTA:
        yield finding("POLICY_SIZE_EXCEEDS_SCP_QUOTA", root, size=size, quota=_SCP_QUOTA)
    elif policy.kind is PolicyKind.RCP and size > _RCP_QUOTA:
        yield finding("POLICY_SIZE_EXCEEDS_RCP_QUOTA", root, size=size, quota=_RCP_QUOTA)
    elif policy.kind is PolicyKind.IDENTITY and without_space > _IDENTITY_QUOTA:
        code = "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"
        yield finding(code, root, size=without_space, quota=_IDENTITY_QUOTA)
    elif policy.is_trust_policy and without_space > _TRUST_QUOTA:
        yield finding("POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", root)
    elif policy.resource_type.startswith("AWS::S3") and size > _BUCKET_QUOTA:
        code = "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA"
        yield finding(code, root, size=size, quota=_BUCKET_QUOTA)


def _rcp(statement: Statement) -> Findings:
    principal = statement.element("Principal")
    if principal is None or principal.text != "*":
        yield finding("RCP_SYNTAX_ERROR_PRINCIPAL", statement.principal or statement.node)
    not_action = statement.key("NotAction")
    if not_action is not None:
        yield finding("RCP_SYNTAX_ERROR_NOTACTION", not_action)
    if statement.allows:
        resources = [node.text for node in statement.resources]
        if resources != ["*"] or statement.has_not_resource or statement.conditions:
            yield finding("RCP_SYNTAX_ERROR_ALLOW", statement.node)
        return
    for node in statement.actions:
        if node.text.partition(":")[0].lower() not in rcp_services() and not_action is None:
            yield finding("RCP_SYNTAX_ERROR_ACTION", node)
    yield from _rcp_keys(statement)


def _rcp_keys(statement: Statement) -> Findings:
    """Find Denies that hit AWS services when they are about other principals, and the other way around.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html
    """
    services = {
        value.text.lower()
        for one in statement.conditions
        if one.lower == "aws:principalisawsservice" and one.operator == "Bool"
        for value in one.values
    }
    present = {
        one.lower
        for one in statement.conditions
        if one.operator == "Null" and [value.text.lower() for value in one.values] == ["false"]
    }
    for one in statement.conditions:
        if not one.negated or one.operator == "Null":
            continue
        if one.lower in _PRINCIPAL_KEYS and "false" not in services:
            yield finding("RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", one.key_node, key=one.key)
        elif one.lower in _SOURCE_KEYS:
            if "true" not in services:
                code = "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY"
                yield finding(code, one.key_node, key=one.key)
            if not present & {"aws:sourceaccount", "aws:sourcearn"} and not one.if_exists:
                code = "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK"
                yield finding(code, one.key_node, key=one.key)
