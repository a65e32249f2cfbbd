"""Check the ARNs in Resource and NotResource, by the formats of their service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from functools import cache

from rolecall._reference import arn_formats, services
from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._patterns import has_wildcard, overlap
from rolecall.iam.policy_checks._view import PolicyView

_PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
_FIELDS = 6
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
# AWS itself owns its managed policies, and some images and other resources.
_OWN = frozenset({"aws", "amazon", "aws-managed", "cloudfront"})
# The documents of Systems Manager and the views of Resource Explorer that AWS owns have no account.
_WITH_PUBLIC = frozenset({"resource-explorer-2", "ssm"})
_ACCOUNT = re.compile(r"\d{12}")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_OF_RESOURCE_TYPE = {
    "AWS::S3": "s3",
    "AWS::S3ObjectLambda": "s3-object-lambda",
    "AWS::DynamoDB": "dynamodb",
}


def check(policy: PolicyView) -> Findings:
    """Find ARNs that match no resource."""
    for statement in policy.statements:
        if policy.is_trust_policy:
            key = statement.key("Resource") or statement.key("NotResource")
            if key is not None:
                yield finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", key)
            continue
        for node in statement.resources:
            yield from _resource(policy, node)


def _resource(policy: PolicyView, node: Node) -> Findings:
    # A variable can have any value.
    text = _VARIABLE.sub("*", node.text)
    if not text.strip("*"):
        return
    if not text.startswith("arn:"):
        yield finding("INVALID_ARN_PREFIX", node)
        return
    fields = text.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS:
        if not text.endswith("*"):
            yield finding("MISSING_ARN_FIELD", node, fields=_FIELDS)
        return
    _, partition, service, region, account, resource = fields
    if not has_wildcard(partition) and partition not in _PARTITIONS:
        supported = ", ".join(_PARTITIONS)
        yield finding("INVALID_PARTITION", node, service=service, partition=partition, partitions=supported)
    expected = _OF_RESOURCE_TYPE.get(policy.resource_type.rpartition("::")[0])
    if has_wildcard(service):
        yield finding("WILDCARD_IN_SERVICE_NAME", node)
    elif service != service.lower():
        yield finding("INVALID_ARN_SERVICE_CASE", node, service=service)
    elif service not in services() and service not in _other_services():
        yield finding("INVALID_SERVICE", node, service=service)
    elif expected and service != expected:
        yield finding("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", node, resource_type=policy.resource_type)
    else:
        yield from _fields(node, service, region, account, resource)


def _fields(node: Node, service: str, region: str, account: str, resource: str) -> Findings:
    if account and not (has_wildcard(account) or account in _OWN or _ACCOUNT.fullmatch(account)):
        yield finding("INVALID_ARN_ACCOUNT", node, account=account)
        return
    formats = [one for one in _formats(service) if overlap(resource, one[2])]
    if not _formats(service):
        return
    if not formats:
        yield finding("INVALID_ARN_RESOURCE", node)
        return
    if region and not has_wildcard(region) and not any(one[0] for one in formats):
        yield finding("ARN_REGION_NOT_ALLOWED", node, service=service)
    elif not region and all(one[0] for one in formats):
        yield finding("MISSING_ARN_REGION", node, service=service)
    elif region and not has_wildcard(region) and not _REGION.fullmatch(region):
        yield finding("INVALID_ARN_REGION", node, region=region)
    if _ACCOUNT.fullmatch(account) and not any(one[1] for one in formats):
        yield finding("ARN_ACCOUNT_NOT_ALLOWED", node, service=service)
    elif not account and all(one[1] for one in formats) and service not in _WITH_PUBLIC:
        yield finding("MISSING_ARN_ACCOUNT", node, resource=resource)


@cache
def _formats(service: str) -> tuple[tuple[str, str, str], ...]:
    """Return the Region, the account, and the pattern of the resource of each ARN format of a service."""
    found = set()
    for arn in arn_formats(service).values():
        fields = _VARIABLE.sub("*", arn).split(":", _FIELDS - 1)
        if len(fields) == _FIELDS and fields[2] == service:
            found.add((fields[3], fields[4], fields[5]))
    return tuple(sorted(found))


@cache
def _other_services() -> frozenset[str]:
    """Return the services in the ARN formats of other services, such as ``mobiletargeting``."""
    return frozenset(
        arn.split(":")[2]
        for prefix in services()
        for arn in arn_formats(prefix).values()
        if arn.count(":") > 4
    )
