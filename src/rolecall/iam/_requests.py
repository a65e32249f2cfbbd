"""A request as the evaluator sees it: who, what, on what, and the context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rolecall.iam._arns import account_of
from rolecall.iam._principals import Caller, Kind, parse_caller
from rolecall.iam._reference import supports_only_all_resources


@dataclass(frozen=True, slots=True)
class Request:
    """One call for authorisation. Make it with `Request.of`.

    Parameters
    ----------
    caller
        Who calls.
    action
        The IAM action, such as ``s3:GetObject``.
    resource
        The ARN; ``*`` for an action that knows no resources.
    resource_account
        The account that owns the resource.
    context
        Condition keys in lower case, each with its values.
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
        issuer: str | None = None,
    ) -> Request:
        """Builds a request; keys that follow from the principal are filled in where the context lacks them.

        Parameters
        ----------
        principal
            An ARN, a service such as ``ec2.amazonaws.com``, or ``anonymous``.
        resource_account
            By default the account in the ARN, else the caller's: S3's ARNs hold none.
        context
            Condition keys in any case, with one value or several.
        issuer
            For a federated user, the ARN of the user who called GetFederationToken.

        Raises
        ------
        ValueError
            For a principal that cannot be.
        """
        given = {
            key.lower(): (value,) if isinstance(value, str) else tuple(value)
            for key, value in (context or {}).items()
        }
        caller = parse_caller(principal, given, issuer)
        lowered = action.lower()
        owner = resource_account or account_of(resource) or caller.account
        full = _implied(caller, owner)
        full.update(given)
        if supports_only_all_resources(lowered):
            resource = "*"
        return cls(caller, action, resource, owner, full, lowered)


def _implied(caller: Caller, owner: str | None) -> dict[str, tuple[str, ...]]:
    """The condition keys that a principal brings by being what it is.

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
