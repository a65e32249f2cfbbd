"""The organization that a world declares: its IDs, its members, and the path of each account in it.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.world import Organization, World

ROOT = "root"
_MANAGEMENT_ELSEWHERE = "999999999999"

Levels = tuple[tuple[Policy, ...], ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """What belonging to an organization means for an account.

    Parameters
    ----------
    id
        The ID of the organization.
    path
        The path of the account, as ``aws:PrincipalOrgPaths`` has it.
    scps, rcps
        The policies of each level, the root first; None for the management account.
    """

    id: str
    path: str
    scps: Levels | None = None
    rcps: Levels | None = None


class OrganizationTree:
    """The organization of a world, whose IDs stay the same as long as the world's name does.

    Parameters
    ----------
    world
        The world.
    declared
        Its organization.
    """

    def __init__(self, world: World, declared: Organization) -> None:
        self._world = world
        self.declared = declared
        self._name = world.world
        self.id = "o-" + self._digest("", 10)
        self.root_id = "r-" + self._digest("root", 4)
        management = declared.management_account
        # A world whose organization has no management account in it has one elsewhere.
        self.management = world.accounts[management].id if management else _MANAGEMENT_ELSEWHERE
        self.members = tuple(declared.accounts if declared.accounts is not None else world.accounts)

    def _digest(self, text: str, length: int) -> str:
        return hashlib.sha256((self._name + text).encode()).hexdigest()[:length]

    @property
    def units(self) -> tuple[str, ...]:
        """The organizational units, a parent before its children."""
        named = {part for unit in self.declared.organizational_units for part in with_parents(unit)}
        return tuple(sorted(named))

    def account_id(self, member: str) -> str:
        """Return the ID of a member, by its name in the world."""
        return self._world.accounts[member].id

    def unit_of(self, member: str) -> str | None:
        """Return the organizational unit of a member; None if it is in the root."""
        units = self.declared.organizational_units
        return next((unit for unit, names in units.items() if member in names), None)

    def unit_id(self, unit: str) -> str:
        """Return the ID of an organizational unit."""
        return f"ou-{self.root_id[2:]}-{self._digest('unit ' + unit, 8)}"

    def parent_id(self, unit: str | None) -> str:
        """Return the ID of a unit's parent, or for None that of the root."""
        parent = (unit or "").rpartition("/")[0]
        return self.unit_id(parent) if parent else self.root_id

    def membership(self, member: str) -> Membership:
        """Return what the organization means for a member."""
        unit = self.unit_of(member)
        units = list(with_parents(unit)) if unit else []
        path = "/".join([self.id, self.root_id, *map(self.unit_id, units)]) + "/"
        if member == self.declared.management_account:
            # Neither kind of policy applies to the management account.
            return Membership(self.id, path)
        levels = [ROOT, *units, member]
        return Membership(
            self.id,
            path,
            self._policies(PolicyType.SCP, levels),
            self._policies(PolicyType.RCP, levels),
        )

    def _policies(self, type: PolicyType, levels: list[str]) -> Levels | None:
        listed = tuple(self.attached(type, level) for level in levels)
        return tuple(level for level in listed if level) or None

    def attached(self, type: PolicyType, level: str) -> tuple[Policy, ...]:
        """Return the policies that the world attaches to the root, a unit, or an account."""
        declared = (
            self.declared.service_control_policies
            if type is PolicyType.SCP
            else self.declared.resource_control_policies
        )
        return tuple(
            Policy.parse(
                document, type, f"{type.value} {index + 1} of {level}", self._arn(type, level, index)
            )
            for index, document in enumerate(declared.get(level, []))
        )

    def _arn(self, type: PolicyType, level: str, index: int) -> str:
        """Return the ARN of a policy.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
        """
        kind = type.value.replace(" ", "_")
        name = self._digest(f" {kind} {level} {index}", 8)
        return f"arn:aws:organizations::{self.management}:policy/{self.id}/{kind}/p-{name}"


def with_parents(unit: str) -> Iterator[str]:
    """Return the names of the units on the way to a unit: ``a`` and ``a/b`` for ``a/b``."""
    parts = unit.split("/")
    for number in range(1, len(parts) + 1):
        yield "/".join(parts[:number])
