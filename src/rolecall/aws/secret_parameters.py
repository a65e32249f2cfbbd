"""Parameters that no log shows, by the service models.

https://smithy.io/2.0/spec/documentation-traits.html#sensitive-trait
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rolecall.aws.operations import input_members

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
"""What CloudTrail writes in place of a secret."""

# The models also mark what is private but no secret: names and addresses, and which key encrypts an object.
_WITHOUT_SECRETS = ("organizations",)
_NOT_SECRET = frozenset(
    {
        "CopySourceSSEKMSKeyId",
        "Description",
        "KMSKeyArn",
        "KMSKeyId",
        "KMSMasterKeyID",
        "KeyId",
        "SSEKMSEncryptionContext",
        "SSEKMSKeyId",
    }
)


def without_secrets(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with `HIDDEN` in place of passwords, secret values, tokens, and private keys.

    Parameters
    ----------
    service
        The service, by botocore's name.
    operation
        The operation, as in the service's API reference.
    parameters
        The parameters, as boto3 takes them.
    """
    if not parameters or not _has_secrets(service, operation):
        return dict(parameters)
    members = input_members(service, operation)
    return {name: _hide(name, members.get(name), value) for name, value in parameters.items()}


@lru_cache(maxsize=4096)
def _has_secrets(service: str, operation: str) -> bool:
    members = input_members(service, operation)
    return service not in _WITHOUT_SECRETS and any(
        _contains_secret(name, shape, frozenset()) for name, shape in members.items()
    )


def _is_secret(name: str, shape: Any) -> bool:
    return bool(shape.metadata.get("sensitive")) and name not in _NOT_SECRET


def _contains_secret(name: str, shape: Any, seen: frozenset[str]) -> bool:
    if _is_secret(name, shape):
        return True
    if shape.name in seen:
        return False
    return any(_contains_secret(*inner, seen | {shape.name}) for inner in _inner(shape))


def _inner(shape: Any) -> list[tuple[str, Any]]:
    match shape.type_name:
        case "structure":
            return list(shape.members.items())
        case "list":
            return [("", shape.member)]
        case "map":
            return [("", shape.value)]
    return []


def _hide(name: str, shape: Any, value: Any) -> Any:
    if shape is None:
        return value
    if _is_secret(name, shape):
        return HIDDEN
    match value:
        case dict() if shape.type_name == "structure":
            return {key: _hide(key, shape.members.get(key), one) for key, one in value.items()}
        case dict() if shape.type_name == "map":
            return {key: _hide("", shape.value, one) for key, one in value.items()}
        case list() if shape.type_name == "list":
            return [_hide("", shape.member, one) for one in value]
    return value
