"""What a decision needs to know about the resources of one service."""

from __future__ import annotations

from typing import Any, NamedTuple

from rolecall.aws.operations import Operation
from rolecall.aws.regions import is_region
from rolecall.aws.resource_types import tag_keys_of_resource
from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.moto_state._documents import parse_kept_policy
from rolecall.sandbox.moto_state.resource_tags import resource_tags


class Arn(NamedTuple):
    """The parts of an ARN that moto's backends are addressed with."""

    text: str
    account: str
    region: str
    resource: str


class ServiceResources:
    """A service whose resources have tags, but neither policies nor condition keys of their own.

    Services that have policies override `_document`; only S3, IAM, and STS override the rest.

    Parameters
    ----------
    prefix
        The prefix of the service's IAM actions, such as ``sqs``.
    """

    policy_kind: str = ""
    """What AWS calls the resource-based policy, such as "queue policy"."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def policy(self, arn: str) -> Policy | None:
        """Return the resource-based policy of a resource, or None."""
        parts = parse_arn(arn)
        document = self._document(parts) if parts and self.policy_kind else None
        if not parts or not document:
            return None
        name = f"{self.policy_kind} of {parts.resource.rpartition('/')[2].rpartition(':')[2]}"
        return parse_kept_policy(document, PolicyType.RESOURCE, name)

    def policy_for(self, arn: str, action: str, account: str | None, *, is_service: bool) -> Policy | None:
        """Return the resource-based policy as it applies to a caller.

        Parameters
        ----------
        arn
            The resource.
        action
            The IAM action, because a few policies don't apply to every action.
        account
            The caller's account; None for an anonymous caller or an AWS service.
        is_service
            Whether the caller is an AWS service.
        """
        return self.policy(arn)

    def owner(self, arn: str, action: str) -> str | None:
        """Return the account whose permission an action requires, if the ARN doesn't include it."""
        return None

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a resource, by key."""
        parts = parse_arn(arn)
        # The ARNs of some services have no account or no Region, such as those of API Gateway.
        return self._tags(parts) if parts else resource_tags(self._prefix, arn)

    def context(self, arn: str, action: str) -> dict[str, str | list[str]]:
        """Return the condition keys that describe a resource in a request for an action.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resource-properties
        """
        if arn == "*":
            return {}
        names = tag_keys_of_resource(self._prefix, arn)
        tags = self.tags(arn) if names else {}
        return {f"{name}{key}": value for key, value in tags.items() for name in names}

    def account(self, operation: Operation, arn: str) -> str | None:
        """Return the account in which moto performs an operation; None for the caller's account.

        Parameters
        ----------
        arn
            The resource of the first permission that the operation needs, or ``*``.
        """
        parts = parse_arn(arn)
        return parts.account if parts else None

    def _document(self, arn: Arn) -> Any:
        """Return the policy document as moto keeps it: text, a dict, or None."""
        return None

    def _tags(self, arn: Arn) -> dict[str, str]:
        return resource_tags(self._prefix, arn.text)


def parse_arn(arn: str) -> Arn | None:
    """Return the parts of a resource's ARN; None for S3's ARNs, and in Regions that don't exist."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[4] or not is_region(parts[3]):
        return None
    return Arn(arn, parts[4], parts[3], parts[5])
