"""The condition keys that an operation's parameters give.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation
from rolecall.aws.sigv4 import Signature

Keys = dict[str, str | list[str]]

_OPERATION_KEYS = {
    ("sts", "ExternalId"): "sts:ExternalId",
    ("sts", "RoleSessionName"): "sts:RoleSessionName",
    ("sts", "SourceIdentity"): "sts:SourceIdentity",
    ("sts", "TransitiveTagKeys"): "sts:TransitiveTagKeys",
    ("sts", "DurationSeconds"): "sts:DurationSeconds",
    ("s3", "Prefix"): "s3:prefix",
    ("s3", "Delimiter"): "s3:delimiter",
    ("s3", "MaxKeys"): "s3:max-keys",
    ("s3", "VersionId"): "s3:VersionId",
    ("s3", "ACL"): "s3:x-amz-acl",
    ("s3", "CopySource"): "s3:x-amz-copy-source",
    ("s3", "MetadataDirective"): "s3:x-amz-metadata-directive",
    ("s3", "ServerSideEncryption"): "s3:x-amz-server-side-encryption",
    ("s3", "SSEKMSKeyId"): "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ("s3", "StorageClass"): "s3:x-amz-storage-class",
    ("s3", "ObjectOwnership"): "s3:x-amz-object-ownership",
    ("s3", "GrantFullControl"): "s3:x-amz-grant-full-control",
    ("s3", "GrantRead"): "s3:x-amz-grant-read",
    ("s3", "GrantWrite"): "s3:x-amz-grant-write",
    ("iam", "AWSServiceName"): "iam:AWSServiceName",
    ("iam", "PolicyArn"): "iam:PolicyARN",
    ("iam", "PermissionsBoundary"): "iam:PermissionsBoundary",
    ("dynamodb", "Select"): "dynamodb:Select",
    ("ec2", "InstanceType"): "ec2:InstanceType",
    ("kms", "KeySpec"): "kms:KeySpec",
    ("kms", "KeyUsage"): "kms:KeyUsage",
    ("secretsmanager", "VersionStage"): "secretsmanager:VersionStage",
    ("sns", "Endpoint"): "sns:Endpoint",
    ("sns", "Protocol"): "sns:Protocol",
    ("ssm", "Overwrite"): "ssm:Overwrite",
    ("lambda", "Principal"): "lambda:Principal",
}


def operation_keys(operation: Operation) -> Keys:
    """The condition keys that an operation's parameters give."""
    keys: Keys = {}
    for (service, parameter), key in _OPERATION_KEYS.items():
        value = operation.parameters.get(parameter)
        if service == operation.service and value is not None:
            keys[key] = [_text(one) for one in value] if isinstance(value, list) else _text(value)
    special = _SPECIAL.get(operation.service)
    if special is not None:
        keys.update(special(operation.parameters))
    tags = request_tags(operation.parameters)
    if tags:
        keys["aws:TagKeys"] = list(tags)
        keys.update({f"aws:RequestTag/{key}": value for key, value in tags.items()})
    return keys


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_dynamodb(parameters: Mapping[str, Any]) -> Keys:
    """The partition keys that are touched, and the attributes that are asked for.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    names = parameters.get("ExpressionAttributeNames") or {}
    listed = list(parameters.get("AttributesToGet") or [])
    projection = str(parameters.get("ProjectionExpression") or "")
    listed += [names.get(name.strip(), name.strip()) for name in projection.split(",") if name.strip()]
    return {"dynamodb:Attributes": listed} if listed else {}


def _of_ec2(parameters: Mapping[str, Any]) -> Keys:
    """What a new instance would be.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html
    """
    keys: Keys = {}
    options = parameters.get("MetadataOptions") or {}
    if options.get("HttpTokens"):
        keys["ec2:MetadataHttpTokens"] = str(options["HttpTokens"])
    if options.get("HttpPutResponseHopLimit"):
        keys["ec2:MetadataHttpPutResponseHopLimit"] = str(options["HttpPutResponseHopLimit"])
    profile = (parameters.get("IamInstanceProfile") or {}).get("Arn")
    if profile:
        keys["ec2:InstanceProfile"] = str(profile)
    return keys


def _of_kms(parameters: Mapping[str, Any]) -> Keys:
    """The encryption context.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    given: Mapping[str, Any] = parameters.get("EncryptionContext") or {}
    keys: Keys = {f"kms:EncryptionContext:{key}": str(value) for key, value in given.items()}
    return keys | ({"kms:EncryptionContextKeys": list(given)} if given else {})


def _of_s3(parameters: Mapping[str, Any]) -> Keys:
    """The tags that an object is put with.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html
    """
    text = parameters.get("Tagging")
    if isinstance(text, str):
        tags = dict(parse_qsl(text, keep_blank_values=True))
    else:
        tags = {str(tag["Key"]): str(tag.get("Value", "")) for tag in (text or {}).get("TagSet") or []}
    keys: Keys = {f"s3:RequestObjectTag/{key}": value for key, value in tags.items()}
    return keys | ({"s3:RequestObjectTagKeys": list(tags)} if tags else {})


_SPECIAL: dict[str, Callable[[Mapping[str, Any]], Keys]] = {
    "dynamodb": _of_dynamodb,
    "ec2": _of_ec2,
    "kms": _of_kms,
    "s3": _of_s3,
}


def signature_keys(request: HttpRequest, signature: Signature | None, now: datetime) -> Keys:
    """How a request to S3 was signed.

    https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
    """
    keys: Keys = {}
    if digest := request.headers.get("x-amz-content-sha256"):
        keys["s3:x-amz-content-sha256"] = digest
    if signature is None:
        return keys
    presigned = signature.expires is not None
    keys["s3:authType"] = "REST-QUERY-STRING" if presigned else "REST-HEADER"
    keys["s3:signatureversion"] = "AWS4-HMAC-SHA256"
    if presigned:
        age = (now - signature.signed_at).total_seconds()
        keys["s3:signatureAge"] = str(max(0, int(age * 1000)))
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
