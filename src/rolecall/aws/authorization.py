"""The permissions that a request requires: IAM actions with their resources and condition keys.

`rolecall.aws.mapping` knows the permissions of each operation; this module fills them from the parameters
of a request.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from rolecall.aws import conversions, dynamodb, s3
from rolecall.aws.condition_keys import Keys, parameter_keys, request_tags, tag_keys, tagged_types
from rolecall.aws.errors import AwsError
from rolecall.aws.mapping import Permission, Resource, permissions, prefix_of, supported_keys
from rolecall.aws.operations import Operation, is_unsigned
from rolecall.aws.passed_roles import passed_roles
from rolecall.aws.state import AccountState, Scope
from rolecall.aws.tables import table
from rolecall.aws.templates import Convert, fill, roots, values

__all__ = ["AccountState", "Check", "Scope", "checks", "prefix_of"]


@dataclass(frozen=True, slots=True)
class Check:
    """One permission that a request requires.

    Parameters
    ----------
    action
        The IAM action.
    resource
        The ARN that the action is evaluated on, or ``*``.
    context
        The condition keys that belong to this permission only.
    resolved
        Whether the resource is known. If it isn't, although the action has resource types, ``resource`` is
        ``*``.
    via
        The AWS service that makes the request on the caller's behalf, such as ``s3.amazonaws.com``; empty
        if the caller makes it.
    owner
        The account whose permission is required; empty for the account that owns the resource.
    """

    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    resolved: bool = True
    via: str = ""
    owner: str = ""


def checks(operation: Operation, scope: Scope) -> list[Check]:
    """Return the permissions that a request requires, the one that its operation is named for first.

    Parameters
    ----------
    operation
        The operation with its parameters.
    scope
        Who makes the request, and where.

    Returns
    -------
    list of Check
        The permissions, all of which are required. Empty for operations that need none.

    Raises
    ------
    AwsError
        If the operation is about the caller's own user, and the caller is not a user.
    """
    if operation.service == "s3" and operation.name == "DeleteObjects":
        return [Check(action, arn) for action, arn in s3.deletions(operation)]
    if is_unsigned(operation.service, operation.name) and operation.service != "sts":
        return []
    operation = _with_fleet_templates(_with_launch_template(operation, scope), scope)
    needed = [
        check
        for permission in permissions(operation.service, operation.name)
        for check in _fill(permission, operation, scope)
    ]
    if operation.service in ("s3", "sts"):
        # The keys come from the headers or parameters of the request, whatever permission is decided.
        shared = {key: value for check in needed for key, value in check.context.items()}
        needed = [
            Check(
                check.action,
                check.resource,
                shared,
                check.resolved,
                check.via,
                _acl_owner(check, operation, scope),
            )
            for check in needed
        ]
    if operation.service == "ssm":
        needed = [_of_caller(check, scope) for check in needed]
    needed += _renamed(operation, needed)
    needed += _tagging(operation, needed, scope)
    needed += _passed(operation, needed, scope)
    return list({(check.action, check.resource): check for check in reversed(needed)}.values())[::-1]


def _acl_owner(check: Check, operation: Operation, scope: Scope) -> str:
    """Return the account that decides about the ACL of a new object: the one that writes it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    """
    writes = check.action == "s3:PutObjectAcl" and operation.name != "PutObjectAcl"
    return scope.account if writes else ""


def _of_caller(check: Check, scope: Scope) -> Check:
    """Require the caller's permissions only for a patch baseline of AWS, which is in an account of AWS.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
    """
    return replace(check, owner=scope.account) if ":patchbaseline/" in check.resource else check


def _fill(permission: Permission, operation: Operation, scope: Scope) -> Iterator[Check]:
    parameters = operation.parameters
    if permission.when and (
        roots(permission.when).isdisjoint(parameters)
        or not any(values(parameters, path) or _given(parameters, path) for path in permission.when)
    ):
        return
    if permission.unless and values(parameters, permission.unless):
        return
    _require_user(permission, operation, scope)
    unresolved = False
    found = False
    for resource in permission.resources:
        missing = "*" if permission.creates and resource.required and not permission.when else None
        arns = fill(resource.template, parameters, _fixed(scope), _convert(scope), missing)
        for arn in arns:
            if not arn.startswith("arn:") and resource.template != "*":
                # Not an ARN, although the parameter should be one.
                unresolved = True
                continue
            found = True
            yield Check(permission.action, arn, _context(permission, operation, scope, arn, resource))
        unresolved = unresolved or (not arns and resource.required)
    if found or permission.when:
        return
    known = not permission.problem and not unresolved
    yield Check(
        permission.action, "*", _context(permission, operation, scope, "*", Resource("*")), resolved=known
    )


def _given(parameters: Mapping[str, object], path: str) -> bool:
    """Whether a structure or list is given at a path."""
    found: list[object] = [parameters]
    for name in path.split("."):
        found = [one.get(name) for part in found for one in _parts(part) if isinstance(one, Mapping)]
    return any(found)


def _parts(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _fixed(scope: Scope) -> dict[str, str]:
    return {"account": scope.account, "region": scope.region, "caller": scope.caller_arn}


def _convert(scope: Scope) -> Convert:
    return lambda name, value: conversions.convert(name, value, scope)


def _context(
    permission: Permission, operation: Operation, scope: Scope, arn: str, resource: Resource
) -> Keys:
    keys = parameter_keys(permission, operation, resource.type)
    for key, template in permission.keys:
        if "{" in template and (
            filled := fill(template, operation.parameters, _fixed(scope), _convert(scope))
        ):
            keys[key] = filled[0] if len(filled) == 1 else filled
    prefix = permission.action.partition(":")[0]
    if prefix == "dynamodb" and arn != "*":
        keys |= dynamodb.condition_keys(operation, permission.action, arn, scope.state.partition_key(arn))
    if prefix == "ec2":
        keys |= _of_ec2(operation, scope)
    if arn != "*" and not (prefix == "lambda" and operation.name.endswith("Permission")):
        # The authentication of a function's URL is no property of a permission for another caller.
        own = scope.state.condition_keys(arn)
        keys = {**{key: value for key, value in own.items() if _supports(permission, key)}, **keys}
    if resource.type:
        of_type = supported_keys(permission.action, resource.type)
        keys = {
            key: value
            for key, value in keys.items()
            if not key.startswith(f"{prefix}:") or _in(key, of_type)
        }
    return keys


def _of_ec2(operation: Operation, scope: Scope) -> Keys:
    """Return the keys for the ARNs of an instance profile and a subnet that a request names.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys
    """
    keys: Keys = {"ec2:Region": scope.region}
    profile = operation.parameters.get("IamInstanceProfile") or {}
    if isinstance(profile, Mapping) and (named := profile.get("Arn") or profile.get("Name")):
        arn = str(named)
        if not arn.startswith("arn:"):
            arn = scope.state.iam_arn(scope.account, "instance-profile", arn)
        keys["ec2:InstanceProfile"] = arn
    if subnet := operation.text("SubnetId"):
        arn = f"arn:aws:ec2:{scope.region}:{scope.account}:subnet/{subnet}"
        keys |= {"ec2:Subnet": arn, **scope.state.condition_keys(arn)}
    return keys


def _supports(permission: Permission, key: str) -> bool:
    return permission.supported is None or _in(key, permission.supported)


def _in(key: str, supported: frozenset[str]) -> bool:
    """Whether a key is supported, also with the name of a tag or an encryption context in it."""
    lower = key.lower()
    return lower in supported or any(lower.startswith(start) for start in _open_keys(supported))


@lru_cache(maxsize=1024)
def _open_keys(supported: frozenset[str]) -> tuple[str, ...]:
    """Return the keys that end in a name, such as ``aws:RequestTag/``, without the name."""
    return tuple(re.split(r"[$<]", key)[0] for key in supported if re.search(r"[$<]", key))


def _require_user(permission: Permission, operation: Operation, scope: Scope) -> None:
    """Reject an operation on the caller's own user if the caller is no user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
    """
    own = any("caller}" in resource.template for resource in permission.resources)
    if (
        not own
        or operation.text("UserName")
        or ":user/" in scope.caller_arn
        or scope.caller_arn.endswith(":root")
    ):
        return
    if operation.name == "ChangePassword":
        raise AwsError("InvalidUserType", "Only IAM Users can change their own password", 403)
    raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials", 400)


# The parameters with the names that these operations give to a resource.
_RENAMING = {
    "iam.UpdateGroup": "NewGroupName",
    "iam.UpdateServerCertificate": "NewServerCertificateName",
    "iam.UpdateUser": "NewUserName",
}


def _renamed(operation: Operation, needed: list[Check]) -> Iterator[Check]:
    """Require the permission for the ARN that a resource gets with a new name or path, too.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
    """
    parameter = _RENAMING.get(f"{operation.service}.{operation.name}")
    if parameter is None:
        return
    for check in needed[:1]:
        kind, slash, rest = check.resource.partition("/")
        path, _, name = f"{slash}{rest}".rpartition("/")
        path = operation.text("NewPath", f"{path}/")
        yield replace(check, resource=f"{kind}{path}{operation.text(parameter, name)}")


# Also copies and restored backups are new resources.
_CREATING = ("Copy", "Create", "Import", "Purchase", "Restore")


def _tagging(operation: Operation, needed: list[Check], scope: Scope) -> Iterator[Check]:
    """Require the permission to tag a resource that is created with tags.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    if not needed:
        return
    if operation.service == "ec2":
        for type in tagged_types(operation.parameters):
            account = "" if type in ("image", "snapshot") else scope.account
            arn = f"arn:aws:ec2:{scope.region}:{account}:{type}/*"
            yield Check(
                "ec2:CreateTags", arn, {"ec2:CreateAction": operation.name, **tag_keys(operation, type)}
            )
        return
    tags = table(operation.service).tags
    action = tags.get(operation.name) or (tags.get("*") if operation.name.startswith(_CREATING) else None)
    if action is None or not request_tags(operation.parameters):
        return
    context = tag_keys(operation)
    prefix = action.partition(":")[0]
    if f"{prefix}:createaction" in supported_keys(action):
        context[f"{prefix}:CreateAction"] = operation.name
    for check in needed:
        if check.action == needed[0].action:
            yield Check(action, check.resource, context, check.resolved)


def _passed(operation: Operation, needed: list[Check], scope: Scope) -> Iterator[Check]:
    """Handing a role to a service requires the permission to pass it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    for passed in passed_roles(operation.service, operation.name):
        roles: list[str | None] = []
        for path in passed.roles:
            for value in values(operation.parameters, path):
                if value.startswith("arn:"):
                    roles.append(value if ":role/" in value else None)
                elif passed.by_name and ":" not in value:
                    roles.append(scope.state.iam_arn(scope.account, "role", value))
        for path in passed.profiles:
            roles += [
                scope.state.profile_role_arn(scope.account, value)
                for value in values(operation.parameters, path)
            ]
        for role in dict.fromkeys(roles):
            if role is not None:
                context = {"iam:PassedToService": passed.to}
                if needed and needed[0].resource != "*":
                    context["iam:AssociatedResourceArn"] = next(
                        (one.resource for one in needed if ":instance/" in one.resource), needed[0].resource
                    )
                yield Check("iam:PassRole", role, {**context, **scope.state.condition_keys(role)})


def _with_launch_template(operation: Operation, scope: Scope) -> Operation:
    """Complete the parameters with those of the launch template that the request names.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html
    """
    if operation.service not in ("ec2", "autoscaling"):
        return operation
    specification = _launch_template(operation.parameters)
    if not isinstance(specification, Mapping):
        return operation
    template = scope.state.launch_template(scope.account, scope.region, specification)
    return replace(operation, parameters={**template, **operation.parameters})


def _with_fleet_templates(operation: Operation, scope: Scope) -> Operation:
    """Complete the parameters of a fleet with all its launch templates, and as above with the first one."""
    fleet = operation.parameters.get("SpotFleetRequestConfig") or operation.parameters
    configurations = fleet.get("LaunchTemplateConfigs") if isinstance(fleet, Mapping) else None
    if operation.service != "ec2" or not isinstance(configurations, list):
        return operation
    specifications = [
        one.get("LaunchTemplateSpecification") for one in configurations if isinstance(one, Mapping)
    ]
    templates = [
        scope.state.launch_template(scope.account, scope.region, one)
        for one in specifications
        if isinstance(one, Mapping)
    ]
    first = dict(templates[0]) if templates else {}
    return replace(operation, parameters={**first, **operation.parameters, "LaunchTemplateData": templates})


def _launch_template(parameters: Mapping[str, Any]) -> Any:
    """Return which launch template a request names: itself, or in a mixed instances policy."""
    mixed = parameters.get("MixedInstancesPolicy")
    if isinstance(mixed, Mapping) and isinstance(mixed.get("LaunchTemplate"), Mapping):
        return mixed["LaunchTemplate"].get("LaunchTemplateSpecification")
    return parameters.get("LaunchTemplate")
