"""What a decision needs to know about the resources of IAM, and about roles as STS sees them."""

from __future__ import annotations

from rolecall.aws.operations import Operation
from rolecall.iam import Policy
from rolecall.sandbox.moto_state.iam import IamState
from rolecall.sandbox.moto_state.resources import ServiceResources


class IamResources(ServiceResources):
    """Users, roles, and managed policies with their tags."""

    def __init__(self, iam: IamState) -> None:
        super().__init__("iam")
        self._iam = iam

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a user, role, or managed policy."""
        return self._iam.tags(arn)

    def account(self, operation: Operation, arn: str) -> str | None:
        """None: IAM always works in the caller's account."""
        return None


class RoleTrust(ServiceResources):
    """Roles as STS sees them: a role's trust policy is its resource-based policy."""

    def __init__(self, iam: IamState) -> None:
        super().__init__("iam")
        self._iam = iam

    def policy(self, arn: str) -> Policy | None:
        """Return the trust policy of a role."""
        role = self._iam.role(arn)
        return role.trust_policy if role else None

    def owner(self, arn: str, action: str) -> str | None:
        """Return the account of a role that exists."""
        role = self._iam.role(arn)
        return role.account if role else None

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a role."""
        role = self._iam.role(arn)
        return role.tags if role else {}

    def account(self, operation: Operation, arn: str) -> str | None:
        """None: the sandbox's own STS answers, and no account of moto's is involved."""
        return None
