"""The organization's policies that apply to each account."""

from __future__ import annotations

from rolecall.sandbox.build import Builder
from rolecall.sandbox.moto_state.organizations import membership
from rolecall.sandbox.organization import Levels, Membership, OrganizationTree
from rolecall.sandbox.world import World


class Guardrails:
    """The organization's policies, by level.

    They are those of the world file until a request to AWS Organizations arrives. From then on moto has the
    organization, with what a learner changes in it.

    Parameters
    ----------
    world
        The accounts at the start.
    builder
        Knows whether moto has the organization.
    """

    def __init__(self, world: World, builder: Builder) -> None:
        self._builder = builder
        self._declared: dict[str, Membership] = {}
        if world.organization is not None:
            tree = OrganizationTree(world, world.organization)
            self._declared = {tree.account_id(name): tree.membership(name) for name in tree.members}

    def _of(self, account: str | None) -> Membership | None:
        if account is None:
            return None
        if self._builder.has_built("organizations"):
            return membership(account)
        return self._declared.get(account)

    def context(self, account: str | None, owner: str | None) -> dict[str, str | list[str]]:
        """Return the condition keys about the organizations of a caller's account and of a resource's.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        keys: dict[str, str | list[str]] = {}
        if (callers := self._of(account)) is not None:
            keys |= {"aws:PrincipalOrgID": callers.id, "aws:PrincipalOrgPaths": [callers.path]}
        if (owners := self._of(owner)) is not None:
            keys |= {"aws:ResourceOrgID": owners.id, "aws:ResourceOrgPaths": [owners.path]}
        return keys

    def source_context(self, account: str) -> dict[str, str | list[str]]:
        """Return the condition keys about the organization of the account that a service acts for."""
        source = self._of(account)
        return {"aws:SourceOrgID": source.id, "aws:SourceOrgPaths": [source.path]} if source else {}

    def scps(self, account: str | None) -> Levels | None:
        """Return the service control policies that apply to an account, or None."""
        found = self._of(account)
        return found.scps if found else None

    def rcps(self, account: str | None) -> Levels | None:
        """Return the resource control policies that apply to an account, or None."""
        found = self._of(account)
        return found.rcps if found else None
