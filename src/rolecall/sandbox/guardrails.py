"""The organization's policies that apply to each account."""

from __future__ import annotations

import hashlib

from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.world import World

_MANAGEMENT_ELSEWHERE = "999999999999"


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
        management = organization.management_account
        # A world whose organization has no management account in it has one elsewhere.
        self._management = world.accounts[management].id if management else _MANAGEMENT_ELSEWHERE
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
                        Policy.parse(
                            document,
                            type,
                            f"{type.value} {index + 1} of {level}",
                            self._arn(type, level, index),
                        )
                        for index, document in enumerate(declared[level])
                    )
                    for level in ("root", name)
                    if level in declared
                )

    def _arn(self, type: PolicyType, level: str, index: int) -> str:
        """Return the ARN of a policy, whose ID stays the same as long as the world file does.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
        """
        kind = type.value.replace(" ", "_")
        name = hashlib.sha256(f"{self._id} {kind} {level} {index}".encode()).hexdigest()[:8]
        return f"arn:aws:organizations::{self._management}:policy/{self._id}/{kind}/p-{name}"

    def context(self, account: str | None, owner: str | None) -> dict[str, str | list[str]]:
        """Return the condition keys about the organizations of a caller's account and of a resource's.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        keys: dict[str, str | list[str]] = {}
        if account in self._accounts:
            keys["aws:PrincipalOrgID"] = self._id
        if owner in self._accounts:
            keys["aws:ResourceOrgID"] = self._id
        return keys

    def scps(self, account: str | None) -> tuple[tuple[Policy, ...], ...] | None:
        """Return the service control policies that apply to an account, or None."""
        return self._scps.get(account or "") or None

    def rcps(self, account: str | None) -> tuple[tuple[Policy, ...], ...] | None:
        """Return the resource control policies that apply to an account, or None."""
        return self._rcps.get(account or "") or None
