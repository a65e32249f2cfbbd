"""What the mapping of a request needs to know about the accounts' resources, and where a request is made.

This package has no access to a running sandbox; `rolecall.sandbox` implements `AccountState`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class AccountState(Protocol):
    """The facts about resources that a request doesn't contain."""

    def iam_arn(self, account: str, type: str, name: str) -> str:
        """Return the ARN of a user, role, group, instance profile, or server certificate, with its path.

        Parameters
        ----------
        account
            The account.
        type
            The type as it is in the ARN, such as ``instance-profile``.
        name
            The name; an unknown one is taken to have the path ``/``.
        """
        ...

    def profile_role_arn(self, account: str, profile: str) -> str | None:
        """Return the ARN of the role in an instance profile, by the profile's name or ARN."""
        ...

    def access_key_user(self, access_key_id: str) -> str | None:
        """Return the ARN of the user with an access key."""
        ...

    def full_arn(self, service: str, account: str, region: str, name: str) -> str | None:
        """Return the ARN of a KMS key by its ID or alias, or of a secret or a stack by its name.

        The name of a task definition is its family; it stands for the latest active revision.
        """
        ...

    def ciphertext_key(self, account: str, region: str, ciphertext: bytes) -> str | None:
        """Return the ARN of the KMS key that a ciphertext is encrypted with."""
        ...

    def granted_key(self, account: str, region: str, token: str) -> str | None:
        """Return the ARN of the KMS key that a grant is on, by the grant's token."""
        ...

    def ec2_id(self, account: str, region: str, type: str, name: str) -> str | None:
        """Return the ID of an EC2 resource.

        Parameters
        ----------
        account
            The account.
        region
            The Region.
        type
            ``security-group`` or ``launch-template``, whose ID is found by name; ``address``, by its public
            address or association; ``profile-association``, ``route-table-association``,
            ``subnet-association``, ``vpc-association``, or ``network-acl-association``, for what is
            associated (for a network ACL, the subnet); or
            ``attached-interface`` or ``attached-instance``, for the two sides of an attachment.
        name
            The name, the address, or the ID of the association or the attachment.
        """
        ...

    def launch_template(
        self, account: str, region: str, specification: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return the parameters in a version of a launch template; empty if there is no such template."""
        ...

    def partition_key(self, arn: str) -> str | None:
        """Return the name of the partition key of a DynamoDB table or index."""
        ...

    def condition_keys(self, arn: str) -> Mapping[str, str | list[str]]:
        """Return the condition keys of a resource, such as ``ec2:InstanceType``, without its tags."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Who makes a request, and where.

    Parameters
    ----------
    account
        The caller's account, which names in the parameters refer to.
    region
        The Region of the request.
    caller_arn
        The ARN of the caller.
    state
        The facts about resources.
    """

    account: str
    region: str
    caller_arn: str
    state: AccountState
