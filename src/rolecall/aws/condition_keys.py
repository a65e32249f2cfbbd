"""The condition keys that an operation's parameters give.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolecall.aws.operations import Operation

_OPERATION_KEYS = {
    ("sts", "ExternalId"): "sts:ExternalId",
    ("sts", "RoleSessionName"): "sts:RoleSessionName",
    ("sts", "SourceIdentity"): "sts:SourceIdentity",
    ("sts", "TransitiveTagKeys"): "sts:TransitiveTagKeys",
    ("s3", "Prefix"): "s3:prefix",
    ("s3", "Delimiter"): "s3:delimiter",
    ("s3", "MaxKeys"): "s3:max-keys",
    ("s3", "VersionId"): "s3:VersionId",
    ("s3", "ACL"): "s3:x-amz-acl",
    ("s3", "ServerSideEncryption"): "s3:x-amz-server-side-encryption",
    ("iam", "PolicyArn"): "iam:PolicyARN",
    ("iam", "PermissionsBoundary"): "iam:PermissionsBoundary",
}


def operation_keys(operation: Operation) -> dict[str, str | list[str]]:
    """The condition keys that an operation's parameters give."""
    keys: dict[str, str | list[str]] = {}
    for (service, parameter), key in _OPERATION_KEYS.items():
        value = operation.parameters.get(parameter)
        if service == operation.service and value is not None:
            keys[key] = [str(one) for one in value] if isinstance(value, list) else str(value)
    tags = request_tags(operation.parameters)
    if tags:
        keys["aws:TagKeys"] = list(tags)
        keys.update({f"aws:RequestTag/{key}": value for key, value in tags.items()})
    return keys


def request_tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a request passes, in any of the forms in which services take them."""
    listed: list[Any] = []
    for name in ("Tags", "tags", "TagList"):
        given = parameters.get(name)
        if isinstance(given, dict):
            listed += [{"Key": key, "Value": value} for key, value in given.items()]
        elif isinstance(given, list):
            listed += given
    for specification in parameters.get("TagSpecifications") or []:
        listed += specification.get("Tags") or []
    found: dict[str, str] = {}
    for tag in listed:
        if isinstance(tag, dict):
            key = tag.get("Key") or tag.get("key") or tag.get("TagKey")
            value = tag.get("Value") or tag.get("value") or tag.get("TagValue") or ""
            if key:
                found[str(key)] = str(value)
    return found
