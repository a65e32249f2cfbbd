"""The characters of names and paths in IAM, and names that differ by case only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import input_members
from rolecall.sandbox._constraints import constraint
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend

_NAMES = frozenset(
    {
        "GroupName",
        "InstanceProfileName",
        "NewGroupName",
        "NewUserName",
        "PolicyName",
        "RoleName",
        "UserName",
        "VirtualMFADeviceName",
    }
)
_ALIAS = "AccountAlias"
_ANY = re.compile(r".*", re.DOTALL)
_NAME_RULE = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
_ALIAS_RULE = (
    "It must contain only digits, lowercase letters, and hyphens (-), "
    "but cannot begin or end with a hyphen."
)
_PATH_RULE = "It must begin and end with / and contain only alphanumeric characters and/or / characters."


class _Created(NamedTuple):
    """A kind of entity that an operation creates or renames.

    Parameters
    ----------
    parameter
        The parameter with the new name.
    existing
        Return the names that are taken in an account's IAM.
    taken
        The message for a name that is taken.
    """

    parameter: str
    existing: Callable[[Any, str], Iterable[str]]
    taken: str


def _users(state: Any, account: str) -> Iterable[str]:
    return [str(user.name) for user in list(state.users.values())]


def _groups(state: Any, account: str) -> Iterable[str]:
    return [str(group.name) for group in list(state.groups.values())]


def _roles(state: Any, account: str) -> Iterable[str]:
    return [str(role.name) for role in list(state.roles.values())]


def _profiles(state: Any, account: str) -> Iterable[str]:
    return [str(profile.name) for profile in list(state.instance_profiles.values())]


def _policies(state: Any, account: str) -> Iterable[str]:
    own = f"arn:aws:iam::{account}:"
    return [str(policy.name) for arn, policy in list(state.managed_policies.items()) if arn.startswith(own)]


_CREATED = {
    "iam.CreateGroup": _Created("GroupName", _groups, "Group with name {} already exists."),
    "iam.CreateInstanceProfile": _Created(
        "InstanceProfileName", _profiles, "Instance Profile {} already exists."
    ),
    "iam.CreatePolicy": _Created(
        "PolicyName", _policies, "A policy called {} already exists. Duplicate names are not allowed."
    ),
    "iam.CreateRole": _Created("RoleName", _roles, "Role with name {} already exists."),
    "iam.CreateUser": _Created("UserName", _users, "User with name {} already exists."),
    "iam.UpdateGroup": _Created("NewGroupName", _groups, "Group with name {} already exists."),
    "iam.UpdateUser": _Created("NewUserName", _users, "User with name {} already exists."),
}
_RENAMED = {"iam.UpdateGroup": "GroupName", "iam.UpdateUser": "UserName"}


class IamNames(Gap):
    """Names have few special characters, and differ by more than case; moto takes nearly any name."""

    operations = frozenset({"iam.*"})
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"

    def validate(self, call: Call) -> None:
        """Raise ValidationError for a name, path, or description with the wrong characters or length."""
        for name, (pattern, longest) in _rules(call.operation.name).items():
            value = call.operation.parameters.get(name)
            if not isinstance(value, str):
                continue
            parameter = name[0].lower() + name[1:]
            if not pattern.fullmatch(value):
                rule = _ALIAS_RULE if name == _ALIAS else _NAME_RULE if name in _NAMES else _PATH_RULE
                message = f"The specified value for {parameter} is invalid. {rule}"
                raise AwsError("ValidationError", message, 400)
            if longest is not None and len(value) > longest:
                rule = f"Member must have length less than or equal to {longest}"
                raise constraint(value, parameter, rule)

    def before(self, call: Call) -> None:
        """Raise EntityAlreadyExists for a name that differs from an existing one by case only."""
        created = _CREATED.get(call.name)
        name = call.operation.text(created.parameter) if created else None
        if created is None or name is None:
            return
        renamed = call.operation.text(_RENAMED.get(call.name, ""), "")
        for existing in created.existing(iam_backend(call.account), call.account):
            if existing.lower() == name.lower() and existing != renamed:
                raise AwsError("EntityAlreadyExists", created.taken.format(name), 409)


@lru_cache(maxsize=256)
def _rules(operation: str) -> dict[str, tuple[re.Pattern[str], int | None]]:
    """Return the pattern and the greatest length of the names and paths of an operation.

    A description has a greatest length only.
    """
    rules = {
        name: (re.compile(member.metadata["pattern"], re.ASCII), member.metadata.get("max"))
        for name, member in input_members("iam", operation).items()
        if (name in _NAMES or name in ("Path", _ALIAS)) and "pattern" in member.metadata
    }
    if (description := input_members("iam", operation).get("Description")) is not None:
        rules["Description"] = (_ANY, description.metadata.get("max"))
    return rules
