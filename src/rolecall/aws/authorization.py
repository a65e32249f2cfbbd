"""Which IAM actions on which resources an operation asks for.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model

from rolecall._reference import services
from rolecall.aws import dynamodb, s3
from rolecall.aws.operations import Operation
from rolecall.aws.resources import Place, arns, resource_types


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
    resolved
        Whether the resource is known; where it is not, the decision is made on ``*``.
    """

    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    resolved: bool = True


class Names(Protocol):
    """What only the accounts' own state can tell about a name in a request."""

    def iam_arn(self, account: str, type: str, name: str) -> str:
        """The ARN of a user, role, group or instance profile, with its path."""
        ...

    def profile_role_arn(self, account: str, profile: str) -> str | None:
        """The ARN of the role in an instance profile, given by name or ARN."""
        ...

    def full_arn(self, service: str, account: str, region: str, name: str) -> str | None:
        """The ARN behind a name that does not tell it: a key's alias, a secret's name."""
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
    needed = special(operation, scope) if special is not None else _by_reference(operation, scope)
    return needed + _passed_roles(operation, scope)


@lru_cache(maxsize=512)
def prefix_of(service: str) -> str:
    """The prefix of a service's IAM actions, from botocore's name of the service."""
    if service in _PREFIXES:
        return _PREFIXES[service]
    if service in services():
        return service
    try:
        signing_name = str(get_service_model(service).signing_name)
    except UnknownServiceError:
        return service
    return signing_name if signing_name in services() else service


def _by_reference(operation: Operation, scope: Scope) -> list[Check]:
    prefix = prefix_of(operation.service)
    name = _ACTIONS.get((prefix, operation.name), operation.name)
    return _on_resources(prefix, name, operation, scope)


def _on_resources(prefix: str, name: str, operation: Operation, scope: Scope) -> list[Check]:
    action = f"{prefix}:{name}"
    found = arns(prefix, name, operation.parameters, Place(scope.account, scope.region))
    if found:
        return [Check(action, arn) for arn in found]
    return [Check(action, "*", resolved=not resource_types(prefix, name))]


def _s3(operation: Operation, scope: Scope) -> list[Check]:
    return [Check(action, resource) for action, resource in s3.permissions(operation)]


def _dynamodb(operation: Operation, scope: Scope) -> list[Check]:
    place = Place(scope.account, scope.region)
    special = dynamodb.permissions(operation, place)
    if special is not None:
        return [Check(action, resource) for action, resource in special]
    return _by_reference(operation, scope)


def _sqs(operation: Operation, scope: Scope) -> list[Check]:
    name = _ACTIONS.get(("sqs", operation.name), operation.name)
    url = operation.text("QueueUrl")
    if url is None:
        return _on_resources("sqs", name, operation, scope)
    account, _, queue = url.rstrip("/").rpartition("/")
    owner = account.rpartition("/")[2]
    if not (owner.isdigit() and len(owner) == 12):
        owner = scope.account
    return [Check(f"sqs:{name}", f"arn:aws:sqs:{scope.region}:{owner}:{queue}")]


def _kms(operation: Operation, scope: Scope) -> list[Check]:
    if operation.name == "ReEncrypt":
        ends = (("ReEncryptFrom", "SourceKeyId"), ("ReEncryptTo", "DestinationKeyId"))
        return [_on_full_arn("kms", name, operation.text(key) or "", scope) for name, key in ends]
    key = operation.text("KeyId") or operation.text("TargetKeyId")
    if key is None:
        return _by_reference(operation, scope)
    needed = [_on_full_arn("kms", operation.name, key, scope)]
    if operation.name in ("CreateAlias", "DeleteAlias", "UpdateAlias"):
        alias = operation.text("AliasName") or ""
        needed.append(Check(f"kms:{operation.name}", f"arn:aws:kms:{scope.region}:{scope.account}:{alias}"))
    return needed


def _secretsmanager(operation: Operation, scope: Scope) -> list[Check]:
    secret = operation.text("SecretId")
    if secret is None:
        return _by_reference(operation, scope)
    return [_on_full_arn("secretsmanager", operation.name, secret, scope)]


def _on_full_arn(service: str, name: str, identifier: str, scope: Scope) -> Check:
    arn = identifier if identifier.startswith("arn:") and ":alias/" not in identifier else None
    arn = arn or scope.names.full_arn(service, scope.account, scope.region, identifier)
    return Check(f"{service}:{name}", arn or "*", resolved=arn is not None)


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
        needed.append(_pass_role(scope.names.iam_arn(scope.account, "role", role), "ec2.amazonaws.com"))
    return needed


def _pass_role(role: str, service: str) -> Check:
    """Whoever hands a role to a service needs the permission to pass it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    return Check("iam:PassRole", role, {"iam:PassedToService": service})


def _passed_roles(operation: Operation, scope: Scope) -> list[Check]:
    if operation.service == "ec2" and operation.name in (
        "RunInstances",
        "AssociateIamInstanceProfile",
        "ReplaceIamInstanceProfileAssociation",
    ):
        profile = operation.parameters.get("IamInstanceProfile") or {}
        named = profile.get("Arn") or profile.get("Name")
        role = scope.names.profile_role_arn(scope.account, named) if named else None
        return [_pass_role(role, "ec2.amazonaws.com")] if role else []
    passed = _PASSED.get((operation.service, operation.name))
    if passed is None:
        return []
    service, parameters = passed
    roles = [role for parameter in parameters if (role := operation.text(parameter))]
    return [_pass_role(role, service) for role in roles if role.startswith("arn:")]


_PASSED: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("lambda", "CreateFunction"): ("lambda.amazonaws.com", ("Role",)),
    ("lambda", "UpdateFunctionConfiguration"): ("lambda.amazonaws.com", ("Role",)),
    ("ecs", "RegisterTaskDefinition"): ("ecs-tasks.amazonaws.com", ("taskRoleArn", "executionRoleArn")),
    ("stepfunctions", "CreateStateMachine"): ("states.amazonaws.com", ("roleArn",)),
    ("stepfunctions", "UpdateStateMachine"): ("states.amazonaws.com", ("roleArn",)),
    ("events", "PutRule"): ("events.amazonaws.com", ("RoleArn",)),
    ("codebuild", "CreateProject"): ("codebuild.amazonaws.com", ("serviceRole",)),
    ("glue", "CreateJob"): ("glue.amazonaws.com", ("Role",)),
    ("sagemaker", "CreateNotebookInstance"): ("sagemaker.amazonaws.com", ("RoleArn",)),
}


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
    "dynamodb": _dynamodb,
    "iam": _iam,
    "kms": _kms,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "sqs": _sqs,
    "sts": _sts,
}
# Prefixes of IAM actions that differ from botocore's service names and from their signing names.
_PREFIXES = {
    "cloudwatch": "cloudwatch",
    "dynamodbstreams": "dynamodb",
    "resourcegroupstaggingapi": "tag",
    "sesv2": "ses",
    "accessanalyzer": "access-analyzer",
    "opensearch": "es",
    "iot-data": "iot",
    "mwaa": "airflow",
}
# Operations whose action is called otherwise.
_ACTIONS = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("lambda", "InvokeWithResponseStream"): "InvokeFunction",
    ("lambda", "GetFunctionConfiguration"): "GetFunctionConfiguration",
    ("sns", "PublishBatch"): "Publish",
    ("sqs", "SendMessageBatch"): "SendMessage",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
}
