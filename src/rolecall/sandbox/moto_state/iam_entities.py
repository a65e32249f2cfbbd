"""IAM entities, and the permissions policies that are attached to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.moto_state._documents import parse_kept_policy
from rolecall.sandbox.moto_state.iam import iam_backend

EntityType = Literal["USER", "ROLE", "GROUP"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, a role, or a group."""

    type: EntityType
    name: str
    arn: str
    unique_id: str
    path: str


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A permissions policy of an entity.

    Parameters
    ----------
    name
        The policy's name, without the entity's.
    policy
        The compiled document; its ARN is empty if the policy is inline.
    entity
        The entity that the policy is attached to; for a policy of a user's group, the group.
    """

    name: str
    policy: Policy
    entity: Entity


def entities(account: str) -> list[Entity]:
    """Return the users, roles, and groups of an account."""
    return [_entity(type, one) for type, one in _backend_entities(account)]


def entity_with_arn(account: str, arn: str) -> Entity | None:
    """Return the user, role, or group with an ARN, or None."""
    return next((one for one in entities(account) if one.arn == arn), None)


def attached_policies(account: str, entity: Entity) -> list[AttachedPolicy]:
    """Return the inline and managed policies of an entity; for a user, also those of its groups."""
    owners = [one for one in _backend_entities(account) if one[1].arn == entity.arn]
    if entity.type == "USER":
        owners += [("GROUP", one) for one in _groups_of(account, entity)]
    return [policy for type, owner in owners for policy in _policies(type, owner)]


def members(account: str, group: Entity) -> list[Entity]:
    """Return the users of a group."""
    return [_entity("USER", one) for one in iam_backend(account).groups[group.name].users]


def managed_policy(account: str, arn: str) -> Policy | None:
    """Return a managed policy in its default version, or None."""
    found = iam_backend(account).managed_policies.get(arn)
    return _default_version(found) if found else None


def entities_with_policy(account: str, arn: str) -> list[Entity]:
    """Return the users and roles that have a managed policy; a user also by one of its groups."""
    return [
        entity
        for entity in entities(account)
        if entity.type != "GROUP"
        and any(one.policy.arn == arn for one in attached_policies(account, entity))
    ]


def _backend_entities(account: str) -> list[tuple[EntityType, Any]]:
    state = iam_backend(account)
    kinds: tuple[tuple[EntityType, Any], ...] = (
        ("USER", state.users),
        ("ROLE", state.roles),
        ("GROUP", state.groups),
    )
    return [(type, one) for type, kept in kinds for one in kept.values()]


def _groups_of(account: str, user: Entity) -> list[Any]:
    groups = iam_backend(account).groups.values()
    return [group for group in groups if any(one.arn == user.arn for one in group.users)]


def _entity(type: EntityType, kept: Any) -> Entity:
    return Entity(type, kept.name, kept.arn, kept.id, kept.path or "/")


def _policies(type: EntityType, owner: Any) -> list[AttachedPolicy]:
    entity = _entity(type, owner)
    inline = [
        AttachedPolicy(name, parse_kept_policy(document, PolicyType.IDENTITY, name), entity)
        for name, document in owner.policies.items()
    ]
    managed = [
        AttachedPolicy(one.name, _default_version(one), entity) for one in owner.managed_policies.values()
    ]
    return inline + managed


def _default_version(kept: Any) -> Policy:
    document = next(one.document for one in kept.versions if one.version_id == kept.default_version_id)
    return parse_kept_policy(document, PolicyType.IDENTITY, kept.name, kept.arn)
