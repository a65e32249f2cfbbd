"""IAM's quotas: the sizes of policies, how many an entity has of them, and the entities of an account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend

# The default quotas of August 2026. White space doesn't count for the sizes.
_MANAGED_POLICY_SIZE = 6144
_TRUST_POLICY_SIZE = 2048
_INLINE_SIZES = {"user": 2048, "role": 10240, "group": 5120}
_ATTACHED = {"user": 10, "role": 20, "group": 10}
_GROUPS_PER_USER = 10
# moto's collections, with the name of the quota and its default value.
_PER_ACCOUNT = {
    "users": ("UsersPerAccount", 5000),
    "groups": ("GroupsPerAccount", 300),
    "roles": ("RolesPerAccount", 1000),
    "managed_policies": ("PoliciesPerAccount", 1500),
    "instance_profiles": ("InstanceProfilesPerAccount", 1000),
    "open_id_providers": ("OpenIdConnectProvidersPerAccount", 100),
    "saml_providers": ("SAMLProvidersPerAccount", 100),
    "certificates": ("ServerCertificatesPerAccount", 20),
}


class IamQuotas(Gap):
    """IAM limits sizes of policies, and how many policies and entities there are; moto has few limits."""

    operations = frozenset(
        {
            "iam.AddUserToGroup",
            "iam.AttachGroupPolicy",
            "iam.AttachRolePolicy",
            "iam.AttachUserPolicy",
            "iam.CreateGroup",
            "iam.CreateInstanceProfile",
            "iam.CreateOpenIDConnectProvider",
            "iam.CreatePolicy",
            "iam.CreatePolicyVersion",
            "iam.CreateRole",
            "iam.CreateSAMLProvider",
            "iam.CreateUser",
            "iam.PutGroupPolicy",
            "iam.PutRolePolicy",
            "iam.PutUserPolicy",
            "iam.UpdateAssumeRolePolicy",
            "iam.UploadServerCertificate",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"

    def before(self, call: Call) -> None:
        """Raise LimitExceeded with the quota that the call would exceed."""
        for check in _CHECKS[call.operation.name]:
            message = check(call.operation, call.account)
            if message is not None:
                raise AwsError("LimitExceeded", message, 409)


def _size(document: str | None) -> int:
    return len("".join((document or "").split()))


def _managed_size(operation: Operation, account: str) -> str | None:
    too_big = _size(operation.text("PolicyDocument")) > _MANAGED_POLICY_SIZE
    return f"Cannot exceed quota for PolicySize: {_MANAGED_POLICY_SIZE}" if too_big else None


def _trust_size(operation: Operation, account: str) -> str | None:
    document = operation.text("AssumeRolePolicyDocument") or operation.text("PolicyDocument")
    too_big = _size(document) > _TRUST_POLICY_SIZE
    return f"Cannot exceed quota for ACLSizePerRole: {_TRUST_POLICY_SIZE}" if too_big else None


def _inline_size(kind: str) -> Callable[[Operation, str], str | None]:
    """Check the total size of the inline policies of a user, role, or group."""

    def check(operation: Operation, account: str) -> str | None:
        entity = _entity(operation, account, kind)
        if entity is None:
            return None
        new = operation.text("PolicyName")
        total = _size(operation.text("PolicyDocument")) + sum(
            _size(str(document)) for name, document in entity.policies.items() if name != new
        )
        most = _INLINE_SIZES[kind]
        return (
            f"Maximum policy size of {most} bytes exceeded for {kind} {entity.name}"
            if total > most
            else None
        )

    return check


def _attached(kind: str) -> Callable[[Operation, str], str | None]:
    """Check how many managed policies a user, role, or group has."""

    def check(operation: Operation, account: str) -> str | None:
        entity = _entity(operation, account, kind)
        if entity is None:
            return None
        others = set(entity.managed_policies) - {operation.text("PolicyArn")}
        most = _ATTACHED[kind]
        full = len(others) >= most
        return f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: {most}" if full else None

    return check


def _groups(operation: Operation, account: str) -> str | None:
    name = operation.text("UserName")
    groups = [
        group.name
        for group in list(iam_backend(account).groups.values())
        if any(user.name == name for user in group.users)
    ]
    full = len(set(groups) - {operation.text("GroupName")}) >= _GROUPS_PER_USER
    return f"Cannot exceed quota for GroupsPerUser: {_GROUPS_PER_USER}" if full else None


def _in_account(collection: str) -> Callable[[Operation, str], str | None]:
    """Check how many entities of a kind an account has. Those that AWS manages don't count."""
    quota, most = _PER_ACCOUNT[collection]

    def check(operation: Operation, account: str) -> str | None:
        kept = getattr(iam_backend(account), collection)
        if len(kept) < most:
            return None
        own = [
            one
            for one in kept.values()
            if f"::{account}:" in one.arn and "/aws-service-role/" not in one.arn
        ]
        return f"Cannot exceed quota for {quota}: {most}" if len(own) >= most else None

    return check


def _entity(operation: Operation, account: str, kind: str) -> Any:
    """Return the user, role, or group of an operation; None if there is none, which moto reports."""
    state = iam_backend(account)
    name = operation.text(f"{kind.capitalize()}Name", "")
    if kind == "role":
        return next((role for role in list(state.roles.values()) if role.name == name), None)
    return (state.users if kind == "user" else state.groups).get(name)


_CHECKS: dict[str, tuple[Callable[[Operation, str], str | None], ...]] = {
    "AddUserToGroup": (_groups,),
    "AttachGroupPolicy": (_attached("group"),),
    "AttachRolePolicy": (_attached("role"),),
    "AttachUserPolicy": (_attached("user"),),
    "CreateGroup": (_in_account("groups"),),
    "CreateInstanceProfile": (_in_account("instance_profiles"),),
    "CreateOpenIDConnectProvider": (_in_account("open_id_providers"),),
    "CreatePolicy": (_managed_size, _in_account("managed_policies")),
    "CreatePolicyVersion": (_managed_size,),
    "CreateRole": (_trust_size, _in_account("roles")),
    "CreateSAMLProvider": (_in_account("saml_providers"),),
    "CreateUser": (_in_account("users"),),
    "PutGroupPolicy": (_inline_size("group"),),
    "PutRolePolicy": (_inline_size("role"),),
    "PutUserPolicy": (_inline_size("user"),),
    "UpdateAssumeRolePolicy": (_trust_size,),
    "UploadServerCertificate": (_in_account("certificates"),),
}
