"""The organization in moto: created as the world declares it, and read as a learner changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.organizations.models import (
    FakeAccount,
    FakeOrganizationalUnit,
    FakePolicy,
    organizations_backends,
)

from rolecall.iam import PolicyType
from rolecall.sandbox.moto_state._documents import parse_kept_policy
from rolecall.sandbox.organization import ROOT, Levels, Membership, OrganizationTree
from rolecall.sandbox.world import World

_TYPES = {
    PolicyType.SCP: "SERVICE_CONTROL_POLICY",
    PolicyType.RCP: "RESOURCE_CONTROL_POLICY",
}


def build_organization(world: World) -> None:
    """Create the organization of a world, with its units, accounts, and policies."""
    organizations_backends.master_accounts.clear()
    if world.organization is None:
        return
    tree = OrganizationTree(world, world.organization)
    state = organizations_backends[tree.management]["aws"]
    state.create_organization(world.region)
    state.org.id, state.org.root_id = tree.id, tree.root_id
    root = state.ou[0]
    root.id = tree.root_id
    for kind in _TYPES.values():
        root.add_policy_type(kind)
    for entity in (root, *state.accounts, *state.policies):
        entity.organization_id = tree.id
    state.accounts[0].parent_id = tree.root_id
    _attach_declared(state, tree, ROOT, root)
    for unit in tree.units:
        made = FakeOrganizationalUnit(
            state.org, Name=unit.rpartition("/")[2], ParentId=tree.parent_id(unit)
        )
        made.id = tree.unit_id(unit)
        state.ou.append(made)
        _attach_defaults(state, made)
        _attach_declared(state, tree, unit, made)
    for name in tree.members:
        _add_member(state, tree, name)


def _add_member(state: Any, tree: OrganizationTree, name: str) -> None:
    identifier, unit = tree.account_id(name), tree.unit_of(name)
    if identifier == tree.management:
        member = state.accounts[0]
        member.name = name
    else:
        member = FakeAccount(state.org, AccountName=name, Email=f"{name}@example.com")
        member.id = identifier
        member.joined_method = "INVITED"
        state.accounts.append(member)
        _attach_defaults(state, member)
        organizations_backends.master_accounts[identifier] = (tree.management, "aws")
    member.parent_id = tree.unit_id(unit) if unit else tree.root_id
    _attach_declared(state, tree, name, member)


def _attach_defaults(state: Any, target: Any) -> None:
    for policy in state.policies:
        if policy.aws_managed:
            target.attached_policies.append(policy)
            policy.attachments.append(target)


def _attach_declared(state: Any, tree: OrganizationTree, level: str, target: Any) -> None:
    """Attach the policies that the world declares for a level, in place of the default one."""
    for type, kind in _TYPES.items():
        declared = tree.attached(type, level)
        for policy in [one for one in target.attached_policies if one.type == kind] if declared else []:
            target.attached_policies.remove(policy)
            policy.attachments.remove(target)
        for one in declared:
            made = FakePolicy(state.org, Name=one.name, Description="", Type=kind, Content=one.text)
            made.id = one.arn.rpartition("/")[2]
            state.policies.append(made)
            target.attached_policies.append(made)
            made.attachments.append(target)


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """An organization, as far as other services depend on it.

    Parameters
    ----------
    trusted_services
        The services with trusted access.
    delegated
        The services for which each delegated administrator is registered, by its account.
    """

    id: str
    management: str
    members: frozenset[str]
    trusted_services: frozenset[str]
    delegated: Mapping[str, frozenset[str]]

    def administrators(self, service: str) -> frozenset[str]:
        """Return the accounts that administer a service for the organization."""
        return frozenset(account for account, services in self.delegated.items() if service in services)


def organization_facts(account: str) -> OrganizationFacts | None:
    """Return the organization of an account; None if it is in none."""
    management, _ = organizations_backends.master_accounts.get(account, (account, "aws"))
    state = organizations_backends[management]["aws"]
    if state.org is None:
        return None
    return OrganizationFacts(
        state.org.id,
        management,
        frozenset(one.id for one in state.accounts),
        frozenset(one["ServicePrincipal"] for one in state.services),
        {admin.account.id: frozenset(admin.services) for admin in state.admins},
    )


def membership(account: str) -> Membership | None:
    """Return what an account's organization means for it now; None if it is in no organization."""
    management, _ = organizations_backends.master_accounts.get(account, (account, "aws"))
    state = organizations_backends[management]["aws"]
    if state.org is None:
        return None
    member = next((one for one in state.accounts if one.id == account), None)
    if member is None:
        return None
    units = {unit.id: unit for unit in state.ou}
    chain: list[Any] = []
    parent = units.get(member.parent_id)
    while parent is not None:
        chain.insert(0, parent)
        parent = units.get(parent.parent_id)
    path = "/".join([state.org.id, *(unit.id for unit in chain)]) + "/"
    if account == management or not chain:
        return Membership(state.org.id, path)
    levels = [*chain, member]
    return Membership(state.org.id, path, _levels(PolicyType.SCP, levels), _levels(PolicyType.RCP, levels))


def policy_type_is_enabled(account: str, policy_id: str) -> bool:
    """Return whether the type of a policy is enabled in the organization of a management account.

    A policy that doesn't exist counts as enabled, because moto reports it.
    """
    kind = type_of_policy(account, policy_id)
    state = organizations_backends[account]["aws"]
    return not kind or any(one["Type"] == kind for one in state.ou[0].policy_types)


def enable_service_control_policies(account: str) -> None:
    """Enable service control policies in the root of the organization of a management account."""
    # In another partition, moto creates another organization, which no account of the sandbox is in.
    for root in organizations_backends[account]["aws"].ou[:1]:
        root.add_policy_type(_TYPES[PolicyType.SCP])


def type_of_policy(account: str, policy_id: str) -> str:
    """Return the type of a policy as the API calls it; empty if there is no such policy."""
    policies = organizations_backends[account]["aws"].policies
    return next((str(one.type) for one in policies if one.id == policy_id), "")


def _levels(type: PolicyType, levels: list[Any]) -> Levels | None:
    """Return the policies of each level; None if their type isn't enabled in the root."""
    kind = _TYPES[type]
    if not any(one["Type"] == kind for one in levels[0].policy_types):
        return None
    return tuple(
        tuple(
            parse_kept_policy(policy.content, type, policy.name, policy.arn)
            for policy in level.attached_policies
            if policy.type == kind
        )
        for level in levels
    )


def entity_arn(account: str, identifier: str) -> str | None:
    """Return the ARN of a root, unit, account, or policy in the organization of an account, by its ID."""
    management = organizations_backends.master_accounts.get(account, (account,))[0]
    state = organizations_backends[management]["aws"]
    entities = (*state.ou, *state.accounts, *state.policies)
    return next((str(one.arn) for one in entities if one.id == identifier), None)
