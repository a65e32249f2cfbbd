"""The condition keys that an operation's parameters give.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

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
    tags = operation.parameters.get("Tags")
    if isinstance(tags, list) and tags:
        keys["aws:TagKeys"] = [str(tag.get("Key")) for tag in tags]
        for tag in tags:
            keys[f"aws:RequestTag/{tag.get('Key')}"] = str(tag.get("Value"))
    return keys
