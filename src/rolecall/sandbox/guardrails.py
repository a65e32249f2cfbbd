"""The organization's policies that apply to each account."""

from __future__ import annotations

import hashlib

from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.world import World


class Guardrails:
    """The organization's policies, by level."""

    def __init__(self, world: World) -> None:
        organization = world.organization
        self._accounts = frozenset(account.id for account in world.accounts.values() if organization)
        self._id = "o-" + hashlib.sha256(world.world.encode()).hexdigest()[:10]
        self._scps: dict[str, tuple[tuple[Policy, ...], ...]] = {}
        self._rcps: dict[str, tuple[tuple[Policy, ...], ...]] = {}
        if organization is None:
            return
        for name, account in world.accounts.items():
            if name == organization.management_account:
                # Neither kind of policy applies to the management account.
                continue
            for levels, declared, type in (
                (self._scps, organization.service_control_policies, PolicyType.SCP),
                (self._rcps, organization.resource_control_policies, PolicyType.RCP),
            ):
                levels[account.id] = tuple(
                    tuple(
                        Policy.parse(document, type, f"{type.value} {index + 1} of {level}")
                        for index, document in enumerate(declared[level])
                    )
                    for level in ("root", name)
                    if level in declared
                )

    def context(self, account: str | None) -> dict[str, str | list[str]]:
        """Return the condition keys that a member of an organization has."""
        return {"aws:PrincipalOrgID": self._id} if account in self._accounts else {}

    def scps(self, account: str | None) -> tuple[tuple[Policy, ...], ...] | None:
        """Return the service control policies that apply to an account, or None."""
        return self._scps.get(account or "") or None

    def rcps(self, account: str | None) -> tuple[tuple[Policy, ...], ...] | None:
        """Return the resource control policies that apply to an account, or None."""
        return self._rcps.get(account or "") or None
