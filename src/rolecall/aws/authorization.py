"""Which IAM actions on which resources an operation asks for.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rolecall.aws import s3
from rolecall.aws.operations import Operation


@dataclass(frozen=True, slots=True)
class Check:
    """One permission that a call needs.

    Parameters
    ----------
    action
        The IAM action.
    resource
        The ARN that it is asked on, or ``*``.
    context
        Condition keys that belong to this check.
    """

    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)


class Names(Protocol):
    """What only the accounts' own state can tell about a name in a request."""

    def iam_arn(self, account: str, type: str, name: str) -> str:
        """The ARN of a user, role, group or instance profile, with its path."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a request is made.

    Parameters
    ----------
    account
        The caller's account, whose resources a bare name means.
    caller_arn
        Who calls.
    """

    account: str
    region: str
    caller_arn: str
    names: Names


def checks(operation: Operation, scope: Scope) -> list[Check]:
    """The permissions that an operation needs, the one that names it first."""
    special = _SERVICES.get(operation.service)
    if special is not None:
        return special(operation, scope)
    return [Check(f"{_PREFIXES.get(operation.service, operation.service)}:{operation.name}", "*")]


def _s3(operation: Operation, scope: Scope) -> list[Check]:
    return [Check(action, resource) for action, resource in s3.permissions(operation)]


def _sts(operation: Operation, scope: Scope) -> list[Check]:
    action = f"sts:{operation.name}"
    if operation.name == "GetFederationToken":
        name = operation.text("Name") or ""
        return [Check(action, f"arn:aws:sts::{scope.account}:federated-user/{name}")]
    role = operation.text("RoleArn")
    if role is None:
        return [Check(action, "*")]
    needed = [Check(action, role)]
    if operation.parameters.get("Tags"):
        needed.append(Check("sts:TagSession", role))
    if operation.text("SourceIdentity"):
        needed.append(Check("sts:SetSourceIdentity", role))
    return needed


_IAM_NAMES = (
    ("RoleName", "role"),
    ("InstanceProfileName", "instance-profile"),
    ("GroupName", "group"),
    ("UserName", "user"),
)
# Operations on the caller itself when no user is named.
_OWN_USER = {
    "GetUser",
    "CreateAccessKey",
    "DeleteAccessKey",
    "ListAccessKeys",
    "UpdateAccessKey",
    "GetLoginProfile",
    "ChangePassword",
    "ListMFADevices",
}
_ARN_PARAMETERS = ("PolicyArn", "OpenIDConnectProviderArn", "SAMLProviderArn", "PolicySourceArn")


def _iam(operation: Operation, scope: Scope) -> list[Check]:
    action = f"iam:{operation.name}"
    needed = [Check(action, _iam_resource(operation, scope))]
    role = operation.text("RoleName")
    if operation.name == "AddRoleToInstanceProfile" and role:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
        needed.append(
            Check(
                "iam:PassRole",
                scope.names.iam_arn(scope.account, "role", role),
                {"iam:PassedToService": "ec2.amazonaws.com"},
            )
        )
    return needed


def _iam_resource(operation: Operation, scope: Scope) -> str:
    if operation.name.startswith("List") and not any(
        operation.text(parameter) for parameter, _ in _IAM_NAMES
    ):
        return scope.caller_arn if operation.name in _OWN_USER else "*"
    if operation.name in ("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"):
        profile = operation.text("InstanceProfileName") or ""
        return scope.names.iam_arn(scope.account, "instance-profile", profile)
    creates = operation.name.startswith("Create")
    for parameter, kind in _IAM_NAMES:
        name = operation.text(parameter)
        if name:
            if creates and operation.name != "CreateAccessKey":
                path = operation.text("Path") or "/"
                return f"arn:aws:iam::{scope.account}:{kind}{path}{name}"
            return scope.names.iam_arn(scope.account, kind, name)
    for parameter in _ARN_PARAMETERS:
        arn = operation.text(parameter)
        if arn:
            return arn
    policy = operation.text("PolicyName")
    if policy:
        return f"arn:aws:iam::{scope.account}:policy{operation.text('Path') or '/'}{policy}"
    return scope.caller_arn if operation.name in _OWN_USER else "*"


_SERVICES: dict[str, Callable[[Operation, Scope], list[Check]]] = {
    "iam": _iam,
    "s3": _s3,
    "sts": _sts,
}
# Prefixes of IAM actions that differ from botocore's service names.
_PREFIXES = {
    "cloudwatch": "cloudwatch",
    "stepfunctions": "states",
    "sesv2": "ses",
    "efs": "elasticfilesystem",
    "emr": "elasticmapreduce",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "cognito-idp": "cognito-idp",
    "apigateway": "apigateway",
    "dynamodbstreams": "dynamodb",
    "accessanalyzer": "access-analyzer",
}
