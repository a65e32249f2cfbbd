"""Which bucket policies and access control lists (ACLs) S3 considers public.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from rolecall.aws.operations import Operation
from rolecall.iam import Policy, Statement

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
PUBLIC_GROUPS = frozenset({ALL_USERS, AUTHENTICATED_USERS})

GRANT_PARAMETERS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
"""The parameters that grant access by ACL, beside ``ACL`` and ``AccessControlPolicy``."""

_ACL_PARAMETERS = frozenset({"ACL", "AccessControlPolicy", *GRANT_PARAMETERS})
_PUBLIC_CANNED_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})

# A header such as x-amz-grant-read: id="…", uri="…".
_ID_IN_HEADER = re.compile(r'\bid="?([^",]*)')

# A statement isn't public if a condition limits one of these keys to fixed values. The organization's and
# account's keys count as principals.
_LIMITING_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
_LIMITING_OPERATORS = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}
)
# A range of addresses with fewer bits fixed than this counts as public.
_FIXED_BITS = {4: 8, 6: 32}


def is_public(policy: Policy) -> bool:
    """Whether a bucket policy is public: an Allow statement isn't limited to fixed principals or sources.

    Parameters
    ----------
    policy
        The bucket policy.
    """
    return bool(public_statements(policy))


def public_statements(policy: Policy) -> tuple[Statement, ...]:
    """Return the statements that make a resource-based policy public."""
    return tuple(
        statement
        for statement in policy.statements
        if statement.effect == "Allow"
        and statement.principal is not None
        and (
            statement.principal.everyone or statement.principal.aws_everyone or statement.principal.negated
        )
        and not any(_limits(test.name, test.key.lower(), test.values) for test in statement.conditions)
    )


def _limits(operator: str, key: str, values: tuple[str, ...]) -> bool:
    """Whether a condition limits a statement to fixed values.

    ``IfExists`` and ``ForAllValues`` don't: both are also true for a request without the key.
    """
    operator = operator.removeprefix("ForAnyValue:")
    if key not in _LIMITING_KEYS or operator not in _LIMITING_OPERATORS or not values:
        return False
    if key == "aws:sourceip":
        return all(_is_narrow(value) for value in values)
    if key == "s3:dataaccesspointarn":
        # The name of the access point can be a wildcard if the account is fixed.
        return all(value.count(":") >= 5 and _is_fixed(value.split(":")[4]) for value in values)
    return all(_is_fixed(value) for value in values)


def _is_fixed(value: str) -> bool:
    return bool(value) and not any(character in value for character in "*?") and "${" not in value


def _is_narrow(cidr: str) -> bool:
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return network.is_private or network.prefixlen >= _FIXED_BITS[network.version]


def requested_acl(operation: Operation) -> bool:
    """Whether a request contains an ACL in any of its forms."""
    parameters = operation.parameters
    return any(parameters[name] for name in _ACL_PARAMETERS.intersection(parameters))


def requests_public_acl(operation: Operation) -> bool:
    """Whether the ACL in a request grants access to everyone or to every AWS account."""
    parameters = operation.parameters
    if not requested_acl(operation):
        return False
    if parameters.get("ACL") in _PUBLIC_CANNED_ACLS:
        return True
    if any(
        group in str(parameters.get(name) or "") for name in GRANT_PARAMETERS for group in PUBLIC_GROUPS
    ):
        return True
    listed: Mapping[str, Any] = parameters.get("AccessControlPolicy") or {}
    return any(
        (grant.get("Grantee") or {}).get("URI") in PUBLIC_GROUPS for grant in listed.get("Grants") or []
    )


def named_canonical_users(operation: Operation) -> list[str]:
    """Return the canonical user IDs that the ACL in a request grants access to."""
    parameters = operation.parameters
    if not requested_acl(operation):
        return []
    listed: Mapping[str, Any] = parameters.get("AccessControlPolicy") or {}
    grantees = [grant.get("Grantee") or {} for grant in listed.get("Grants") or []]
    found = [str(grantee["ID"]) for grantee in grantees if grantee.get("ID")]
    for name in GRANT_PARAMETERS:
        found += _ID_IN_HEADER.findall(str(parameters.get(name) or ""))
    return found


def is_owner_only_acl(operation: Operation) -> bool:
    """Whether the ACL in a request is one that S3 accepts while ACLs are disabled.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    parameters = operation.parameters
    others = any(parameters.get(name) for name in ("AccessControlPolicy", *GRANT_PARAMETERS))
    return not others and parameters.get("ACL") in (None, "", "bucket-owner-full-control")
