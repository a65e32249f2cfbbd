"""The condition keys that a request itself gives.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from rolecall.aws import sigv2
from rolecall.aws.http import HttpRequest
from rolecall.aws.mapping import Permission
from rolecall.aws.operations import Operation
from rolecall.aws.sigv4 import Signature
from rolecall.aws.templates import text, values

Keys = dict[str, str | list[str]]


def parameter_keys(permission: Permission, operation: Operation, type: str = "") -> Keys:
    """Return the condition keys that the parameters of a request give for one permission.

    Parameters
    ----------
    permission
        The permission, which lists the keys and the paths of the parameters.
    operation
        The operation with its parameters.
    type
        The type of the resource in the Service Authorization Reference, as far as it is known. Tags of a
        ``TagSpecification`` count only for resources of their type.
    """
    keys: Keys = {}
    for key, path, root in _paths_of_keys(permission.keys):
        if root not in operation.parameters:
            continue
        found = values(operation.parameters, path)
        if found:
            keys[key] = found[0] if len(found) == 1 else found
    keys |= _special(permission.action, operation)
    supported = permission.supported
    if supported is None or supported & {"aws:tagkeys", "aws:requesttag/${tagkey}"}:
        keys |= tag_keys(operation, type)
    return keys


@lru_cache(maxsize=8192)
def _paths_of_keys(keys: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """Return the keys that come from one parameter, each with its path and its first name."""
    return tuple((key, path, path.partition(".")[0]) for key, path in keys if "{" not in path)


def tag_keys(operation: Operation, type: str = "") -> Keys:
    """Return ``aws:TagKeys`` and ``aws:RequestTag/KEY`` for the tags that a request gives or removes.

    Parameters
    ----------
    operation
        The operation with its parameters.
    type
        The resource type whose ``TagSpecification`` counts; empty for all of them.
    """
    tags = request_tags(operation.parameters, type)
    names = list(tags) or [
        name for parameter in _TAG_KEYS for name in values(operation.parameters, parameter)
    ]
    keys: Keys = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    return keys | ({"aws:TagKeys": names} if names else {})


_TAGS = (
    "Tags",
    "tags",
    "TagList",
    "TagsToAdd",
    "tagsToAdd",
    "tagList",
    "TagsList",
    "AddTags",
    "ResourceTags",
    "TagsModel.tags",
    "Tagging.TagSet",
    "BackupPlanTags",
    "BackupVaultTags",
    "FlowTags",
    "FrameworkTags",
    "IdentityPoolTags",
    "ReportPlanTags",
    "UserPoolTags",
    "botTags",
    "CreateApplicationRequest.tags",
    "CreateBucketConfiguration.Tags",
    "DistributionConfigWithTags.Tags.Items",
)
_TAG_KEYS = ("TagKeys", "tagKeys", "TagKeyList", "tagKeyList", "TagsToRemove")


def request_tags(parameters: Mapping[str, Any], type: str = "") -> dict[str, str]:
    """Return the tags in a request, in any of the forms in which services take them.

    Parameters
    ----------
    parameters
        The parameters of the request.
    type
        The resource type whose ``TagSpecification`` counts; empty for all of them.
    """
    listed: list[Any] = []
    for path in _TAGS:
        given: Any = parameters
        for name in path.split("."):
            given = given.get(name) if isinstance(given, Mapping) else None
        if isinstance(given, Mapping):
            listed += [{"Key": key, "Value": value} for key, value in given.items()]
        elif isinstance(given, list):
            listed += given
    for specification in _specifications(parameters):
        if not type or specification.get("ResourceType") == type:
            listed += specification.get("Tags") or []
    found: dict[str, str] = {}
    for tag in listed:
        if isinstance(tag, Mapping):
            key = tag.get("Key") or tag.get("key") or tag.get("TagKey")
            value = tag.get("Value") or tag.get("value") or tag.get("TagValue") or ""
            if key:
                found[str(key)] = str(value)
    return found


def tagged_types(parameters: Mapping[str, Any]) -> list[str]:
    """Return the resource types that the ``TagSpecifications`` of a request give tags to."""
    types = [str(one.get("ResourceType")) for one in _specifications(parameters) if one.get("Tags")]
    return list(dict.fromkeys(types))


def _specifications(parameters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(parameters.get("TagSpecifications") or []), *(parameters.get("TagSpecification") or [])]


def forwarded_keys(principal: str, action: str, region: str) -> Keys:
    """Return the condition keys of a request that a service makes on the caller's behalf.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service

    Parameters
    ----------
    principal
        The service that makes the request, such as ``s3.amazonaws.com``.
    action
        The action that the request requires.
    region
        The Region of the request.
    """
    keys: Keys = {
        "aws:ViaAWSService": "true",
        "aws:CalledVia": [principal],
        "aws:CalledViaFirst": principal,
        "aws:CalledViaLast": principal,
    }
    if action.startswith("kms:"):
        name, _, domain = principal.partition(".")
        keys["kms:ViaService"] = f"{name}.{region}.{domain}"
    return keys


def encryption_context_keys(context: Mapping[str, Any]) -> Keys:
    """Return the condition keys of an encryption context.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
    """
    keys: Keys = {f"kms:EncryptionContext:{key}": str(value) for key, value in context.items()}
    return keys | ({"kms:EncryptionContextKeys": list(context)} if context else {})


def _special(action: str, operation: Operation) -> Keys:
    parameters = operation.parameters
    if operation.service == "kms":
        return _of_kms(action, parameters)
    if operation.service == "s3":
        return _of_object_tags(parameters)
    if operation.name.endswith("FunctionUrlConfig") and parameters.get("AuthType"):
        # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
        return {"lambda:FunctionUrlAuthType": str(parameters["AuthType"])}
    return {}


# What a new key is unless the request says otherwise.
# https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
_NEW_KEY = {
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "Origin": "AWS_KMS",
    "MultiRegion": False,
    "BypassPolicyLockoutSafetyCheck": False,
}
_KEY_NAMES = {"Origin": "KeyOrigin"}
# Parameters with the encryption context, and with the key, of an action that the operation isn't named for.
_OF_REENCRYPT = {
    "kms:ReEncryptFrom": ("SourceEncryptionContext", "SourceKeyId"),
    "kms:ReEncryptTo": ("DestinationEncryptionContext", "DestinationKeyId"),
}


def _of_kms(action: str, parameters: Mapping[str, Any]) -> Keys:
    """Return the encryption context, the alias that the request names, and the constraints of a grant."""
    if action == "kms:CreateKey":
        given = {**_NEW_KEY, **{name: parameters[name] for name in _NEW_KEY if name in parameters}}
        return {f"kms:{_KEY_NAMES.get(name, name)}": text(value) for name, value in given.items()}
    context, key = _OF_REENCRYPT.get(action, ("EncryptionContext", "KeyId"))
    keys = encryption_context_keys(parameters.get(context) or {})
    alias = str(parameters.get(key) or "").rpartition(":")[2]
    if alias.startswith("alias/"):
        keys["kms:RequestAlias"] = alias
    if constraints := [name for name, value in (parameters.get("Constraints") or {}).items() if value]:
        keys["kms:GrantConstraintType"] = constraints
    return keys


def _of_object_tags(parameters: Mapping[str, Any]) -> Keys:
    """Return the tags that an object is written with.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html
    """
    text = parameters.get("Tagging")
    if isinstance(text, str):
        tags = dict(parse_qsl(text, keep_blank_values=True))
    else:
        tags = {str(tag["Key"]): str(tag.get("Value", "")) for tag in (text or {}).get("TagSet") or []}
    keys: Keys = {f"s3:RequestObjectTag/{key}": value for key, value in tags.items()}
    return keys | ({"s3:RequestObjectTagKeys": list(tags)} if tags else {})


def object_lock_keys(parameters: Mapping[str, Any], now: datetime) -> Keys:
    """Return the condition keys about the retention and the legal hold that a request to S3 sets.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-retention-limits

    Parameters
    ----------
    parameters
        Those of PutObjectRetention, PutObjectLegalHold, or an upload.
    now
        The time of the sandbox's clock, from which the remaining days count.
    """
    retention, hold = parameters.get("Retention") or {}, parameters.get("LegalHold") or {}
    keys: Keys = {}
    if retention.get("Mode"):
        keys["s3:object-lock-mode"] = str(retention["Mode"])
    if hold.get("Status"):
        keys["s3:object-lock-legal-hold"] = str(hold["Status"])
    until = retention.get("RetainUntilDate") or parameters.get("ObjectLockRetainUntilDate")
    if until:
        try:
            ends = datetime.fromisoformat(str(until).replace("Z", "+00:00"))
        except ValueError:  # S3 reports a date that it can't read.
            return keys
        ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
        days = math.ceil((ends - now).total_seconds() / 86_400)
        keys["s3:object-lock-remaining-retention-days"] = str(days)
        keys["s3:object-lock-retain-until-date"] = f"{ends.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return keys


def signature_keys(request: HttpRequest, signature: Signature | None, now: datetime) -> Keys:
    """Return the condition keys about the signature of a request to S3.

    https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html

    Parameters
    ----------
    request
        The request.
    signature
        Its signature; ``None`` for an anonymous request.
    now
        The time of the sandbox's clock, for the age of the signature in milliseconds.
    """
    keys: Keys = {}
    if digest := request.headers.get("x-amz-content-sha256"):
        keys["s3:x-amz-content-sha256"] = digest
    if signature is None:
        return keys
    presigned = signature.expires is not None
    keys["s3:authType"] = "POST" if signature.form else "REST-QUERY-STRING" if presigned else "REST-HEADER"
    keys["s3:signatureversion"] = signature.algorithm
    if presigned and signature.algorithm != sigv2.ALGORITHM:
        age = (now - signature.signed_at).total_seconds()
        keys["s3:signatureAge"] = str(max(0, int(age * 1000)))
    return keys
