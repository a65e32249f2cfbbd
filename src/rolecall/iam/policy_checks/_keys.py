"""What is known of condition keys: whether they exist, their type, and whether they have several values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rolecall._reference import condition_keys, other_key_prefixes, services

_GLOBAL: dict[str, str] = {
    "aws:AssumedRoot": "Bool",
    "aws:CalledVia": "ArrayOfString",
    "aws:CalledViaAWSMCP": "String",
    "aws:CalledViaFirst": "String",
    "aws:CalledViaLast": "String",
    "aws:ChatbotSourceArn": "ARN",
    "aws:CurrentTime": "Date",
    "aws:Ec2InstanceSourcePrivateIPv4": "IPAddress",
    "aws:Ec2InstanceSourceVpc": "String",
    "aws:EpochTime": "Date",
    "aws:FederatedProvider": "String",
    "aws:IsMcpServiceAction": "Bool",
    "aws:MultiFactorAuthAge": "Numeric",
    "aws:MultiFactorAuthPresent": "Bool",
    "aws:PrincipalAccount": "String",
    "aws:PrincipalArn": "ARN",
    "aws:PrincipalIsAWSService": "Bool",
    "aws:PrincipalOrgID": "String",
    "aws:PrincipalOrgPaths": "ArrayOfString",
    "aws:PrincipalServiceName": "String",
    "aws:PrincipalServiceNamesList": "ArrayOfString",
    "aws:PrincipalTag/${TagKey}": "String",
    "aws:PrincipalType": "String",
    "aws:Referer": "String",
    "aws:RequestTag/${TagKey}": "String",
    "aws:RequestedRegion": "String",
    "aws:ResourceAccount": "String",
    "aws:ResourceOrgID": "String",
    "aws:ResourceOrgPaths": "ArrayOfString",
    "aws:ResourceTag/${TagKey}": "String",
    "aws:SecureTransport": "Bool",
    "aws:SignInSessionArn": "ARN",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
    "aws:SourceIdentity": "String",
    "aws:SourceIp": "IPAddress",
    "aws:SourceOrgID": "String",
    "aws:SourceOrgPaths": "ArrayOfString",
    "aws:SourceOwner": "String",
    "aws:SourceVpc": "String",
    "aws:SourceVpcArn": "ARN",
    "aws:SourceVpce": "String",
    "aws:TagKeys": "ArrayOfString",
    "aws:TokenIssueTime": "Date",
    "aws:UserAgent": "String",
    "aws:ViaAWSMCPService": "Bool",
    "aws:ViaAWSService": "Bool",
    "aws:VpcSourceIp": "IPAddress",
    "aws:VpceAccount": "String",
    "aws:VpceOrgID": "String",
    "aws:VpceOrgPaths": "ArrayOfString",
    "aws:userid": "String",
    "aws:username": "String",
}
_OPEN = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")
_TAG_KEYS = ("aws:principaltag", "aws:requesttag", "aws:resourcetag")


def key_service(key: str) -> str | None:
    """Return the prefix of the service that a condition key belongs to; None for keys of AWS as a whole."""
    prefix = key.partition(":")[0].lower()
    return prefix if prefix != "aws" else None


def is_global(key: str) -> bool:
    """Whether a key with the prefix ``aws:`` exists."""
    return is_listed(key.lower(), _GLOBAL)


def is_of_provider(key: str) -> bool:
    """Whether a key belongs to an identity provider, such as ``accounts.google.com:sub``."""
    prefix = key.rpartition(":")[0].lower()
    if prefix in services():
        return False
    return "." in prefix or "/" in prefix or prefix in {one.lower() for one in other_key_prefixes()}


def is_missing_tag(key: str) -> bool:
    """Whether a tag's condition key lacks the tag."""
    return key.lower().rstrip("/") in _TAG_KEYS


def exists_in_service(key: str, service: str) -> bool:
    """Whether a service has a condition key."""
    return is_listed(key.lower(), condition_keys(service))


@lru_cache(maxsize=2048)
def key_type(key: str) -> str | None:
    """Return the type of a condition key, such as ``ARN`` or ``ArrayOfString``; None if it isn't known."""
    lower = key.lower()
    for name, type in _GLOBAL.items():
        if _fits(lower, name):
            return type
    service = key_service(key)
    for name, entry in condition_keys(service or "").items():
        if _fits(lower, name):
            return entry["type"]
    return None


def is_listed(key: str, names: Iterable[str]) -> bool:
    """Whether a key, in lower case, is in a list whose names can have variables such as ``${TagKey}``."""
    return any(_fits(key, name) for name in names)


def _fits(key: str, name: str) -> bool:
    lower = name.lower()
    return key == lower or (_OPEN.search(lower) is not None and _open(lower).fullmatch(key) is not None)


@lru_cache(maxsize=4096)
def _open(name: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in _OPEN.split(name)))
