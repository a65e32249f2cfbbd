"""What only AWS changes: its managed policies, service-linked roles, and the roles of IAM Identity Center.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#aws-managed-policies
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_AWS_MANAGED_POLICY = re.compile(r"arn:[^:]+:iam::aws:policy/")
_POLICY_CHANGES = frozenset(
    {
        "iam:createpolicy",
        "iam:createpolicyversion",
        "iam:deletepolicy",
        "iam:deletepolicyversion",
        "iam:setdefaultpolicyversion",
        "iam:tagpolicy",
        "iam:untagpolicy",
    }
)
_SERVICE_LINKED, _RESERVED = "role/aws-service-role/", "role/aws-reserved/"
# The operations whose API reference lists UnmodifiableEntity. UpdateRole and UpdateRoleDescription list it
# too, but they may change the description of a service-linked role.
_ROLE_CHANGES = frozenset(
    {
        "iam:attachrolepolicy",
        "iam:deleterole",
        "iam:deleterolepermissionsboundary",
        "iam:deleterolepolicy",
        "iam:detachrolepolicy",
        "iam:putrolepermissionsboundary",
        "iam:putrolepolicy",
        "iam:updateassumerolepolicy",
    }
)
# A user can do these with a service-linked role, but not with a role of IAM Identity Center.
_ONLY_SERVICE_LINKED = frozenset(
    {
        "iam:createservicelinkedrole",
        "iam:deleteservicelinkedrole",
        "iam:passrole",
        "iam:tagrole",
        "iam:untagrole",
        "iam:updaterole",
        "iam:updateroledescription",
    }
)
# They fail like a call without permission: there is no entity yet, or the call isn't about its settings.
_AS_DENIED = frozenset({"iam:createrole", "iam:createservicelinkedrole", "iam:passrole"})


@dataclass(frozen=True, slots=True)
class Protection:
    """Why no policy can allow a request.

    Parameters
    ----------
    reason
        The message.
    error_code
        The code of the error; empty for the one with which the service denies requests.
    """

    reason: str
    error_code: str = ""


def owner_of_aws_managed_policy(action: str, resource: str, caller_account: str | None) -> str | None:
    """Return the account that an AWS-managed policy counts as a resource of; None for another resource.

    Any account can read and attach these policies, as if they were its own. Only AWS can change them.

    Parameters
    ----------
    action
        The action in lower case.
    resource
        The ARN of the resource.
    caller_account
        The account of the caller.
    """
    if not _AWS_MANAGED_POLICY.match(resource):
        return None
    return "aws" if action in _POLICY_CHANGES else caller_account


def protection(action: str, resource: str) -> Protection | None:
    """Return why only AWS can perform an action on a role; None if a policy can allow it.

    Parameters
    ----------
    action
        The action in lower case.
    resource
        The ARN of the resource.
    """
    if not action.startswith("iam:"):
        return None
    path = resource.rpartition(":")[2]
    if path.startswith(_SERVICE_LINKED):
        changes = action in _ROLE_CHANGES or action == "iam:createrole"
    elif path.startswith(_RESERVED):
        changes = action in _ROLE_CHANGES or action in _ONLY_SERVICE_LINKED or action == "iam:createrole"
    else:
        return None
    if not changes:
        return None
    name = path.rpartition("/")[2]
    if action == "iam:createrole":
        return Protection(f"The path of the role '{name}' is reserved: only AWS creates roles in it.")
    return Protection(
        f"Cannot perform the operation on the protected role '{name}' - "
        "this role is only modifiable by AWS",
        "" if action in _AS_DENIED else "UnmodifiableEntity",
    )
