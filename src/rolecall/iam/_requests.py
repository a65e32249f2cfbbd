"""The request that is evaluated: caller, action, resource, and context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rolecall.iam._arns import account_of
from rolecall.iam._principals import Caller, Kind, parse_caller
from rolecall.iam._protected import owner_of_aws_managed_policy
from rolecall.iam._reference import evaluated_resource


@dataclass(frozen=True, slots=True)
class Request:
    """A request for authorization. Create one with `Request.of`.

    Parameters
    ----------
    caller
        The principal that makes the request.
    action
        The IAM action, such as ``s3:GetObject``.
    resource
        The ARN of the resource; ``*`` for an action that doesn't support resources.
    resource_account
        The account that owns the resource.
    context
        The condition keys in lower case, each with its values.
    action_lower
        The action in lower case, because actions ignore case.
    """

    caller: Caller
    action: str
    resource: str
    resource_account: str | None
    context: Mapping[str, tuple[str, ...]]
    action_lower: str

    @classmethod
    def of(
        cls,
        principal: str,
        action: str,
        resource: str,
        *,
        resource_account: str | None = None,
        context: Mapping[str, str | Sequence[str]] | None = None,
        common: Mapping[str, tuple[str, ...]] | None = None,
        issuer: str | None = None,
    ) -> Request:
        """Create a request, and add the missing condition keys that it implies.

        Parameters
        ----------
        principal
            An ARN, a service such as ``ec2.amazonaws.com``, or ``anonymous``.
        action
            The IAM action, in any case.
        resource
            The ARN of the resource, or ``*``.
        resource_account
            The account that owns the resource. By default the account in the ARN, or the caller's if the
            ARN has none, as for S3 buckets. AWS-managed policies always count as the caller's, except for
            actions that change them.
        context
            The condition keys in any case, each with one value or several.
        common
            Further condition keys, which many requests have in common, as `condition_keys` returns them.
            Those in `context` override them.
        issuer
            For a federated user, the ARN of the user who called GetFederationToken.

        Raises
        ------
        ValueError
            For a name that no principal can have.
        """
        given = {**(common or {}), **condition_keys(context or {})}
        caller = parse_caller(principal, given, issuer)
        lowered = action.lower()
        owner = owner_of_aws_managed_policy(lowered, resource, caller.account)
        owner = owner or resource_account or account_of(resource) or caller.account
        full = _implied(caller, owner)
        full.update(given)
        return cls(caller, action, evaluated_resource(lowered, resource), owner, full, lowered)


def condition_keys(context: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return condition keys in lower case, each with all its values.

    Parameters
    ----------
    context
        The condition keys in any case, each with one value or several.
    """
    return {
        key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in context.items()
    }


def _implied(caller: Caller, owner: str | None) -> dict[str, tuple[str, ...]]:
    """Return the condition keys that follow from the principal and the owner of the resource.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    keys: dict[str, tuple[str, ...]] = {}
    if owner is not None:
        keys["aws:resourceaccount"] = (owner,)
    if caller.kind is Kind.SERVICE:
        return keys | {"aws:principalisawsservice": ("true",)}
    keys["aws:principalisawsservice"] = ("false",)
    keys["aws:principaltype"] = (caller.kind.value,)
    if caller.account is None:
        return keys
    keys["aws:principalaccount"] = (caller.account,)
    keys["aws:principalarn"] = (caller.role_arn or caller.name,)
    if caller.kind is Kind.USER:
        keys["aws:username"] = (caller.name.rsplit("/", 1)[-1],)
    return keys
