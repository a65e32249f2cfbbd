"""Everything that decides who can do what: policies, boundaries, tags, keys, and the roles of machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rolecall.sandbox.instances import instance_id
from rolecall.sandbox.moto_state._backends import regional_backends
from rolecall.sandbox.moto_state.ec2 import associated_profile, instances, metadata_options
from rolecall.sandbox.moto_state.iam import iam_backend
from rolecall.sandbox.moto_state.s3 import s3_backend
from rolecall.sandbox.world import Account, World

SERVICES_WITH_POLICIES = {
    "dynamodb": "tables",
    "kms": "keys",
    "secretsmanager": "secrets",
    "sns": "topics",
    "sqs": "queues",
}
"""By service that a world can declare with policies, the field of its resources in an account."""
_KEPT = {"kms": "key", "secretsmanager": "secret", "sns": "topic", "sqs": "queue"}


class Aspect(NamedTuple):
    """One part of the configuration of access.

    Parameters
    ----------
    account
        The name of the account in the world.
    kind, name
        What has it, such as ``role`` and ``reports-reader``.
    part
        Which part of it, such as ``trust policy``; empty for its existence.
    """

    account: str
    kind: str
    name: str
    part: str


Access = dict[Aspect, Any]
"""The value of each part: a policy document or its text, or what JSON can represent."""


def access_of(world: World, *, with_machines: bool) -> Access:
    """Return the configuration of access in every account of a world.

    Parameters
    ----------
    with_machines
        Whether moto has the world's instances; until then they are as the world says.
    """
    return {
        Aspect(name, kind, one, part): value
        for name, account in world.accounts.items()
        for kind, one, part, value in (
            *_identities(account.id),
            *_buckets(account.id),
            *_resources(account.id),
            *_instances(name, account, built=with_machines),
        )
    }


_Part = tuple[str, str, str, Any]


def _identities(account: str) -> Iterator[_Part]:
    state = iam_backend(account)
    for user in list(state.users.values()):
        keys = sorted(key.access_key_id for key in user.access_keys if key.status == "Active")
        groups = sorted(group.name for group in list(state.groups.values()) if user in group.users)
        yield "user", user.name, "", user.arn
        yield "user", user.name, "access keys", keys
        yield "user", user.name, "groups", groups
        yield "user", user.name, "password", bool(user.password)
        yield from _of_identity("user", user)
    for role in list(state.roles.values()):
        yield "role", role.name, "", role.arn
        yield "role", role.name, "trust policy", role.assume_role_policy_document
        yield "role", role.name, "session duration", int(role.max_session_duration or 3600)
        yield from _of_identity("role", role)
    for group in list(state.groups.values()):
        yield "group", group.name, "policies", _policies(group)
    for arn, policy in list(state.managed_policies.items()):
        if f"::{account}:" in arn:
            current = next(one for one in policy.versions if one.version_id == policy.default_version_id)
            yield "managed policy", policy.name, "default version", current.document
    for profile in list(state.instance_profiles.values()):
        yield "instance profile", profile.name, "role", [role.name for role in profile.roles]
    for arn, provider in list(state.open_id_providers.items()):
        yield "identity provider", arn.partition("/")[2], "audiences", sorted(provider.client_id_list)


def _of_identity(kind: str, identity: Any) -> Iterator[_Part]:
    yield kind, identity.name, "policies", _policies(identity)
    yield kind, identity.name, "permissions boundary", getattr(identity, "permissions_boundary_arn", None)
    yield kind, identity.name, "tags", {tag["Key"]: tag["Value"] for tag in identity.tags or []}


def _policies(identity: Any) -> dict[str, Any]:
    return {"inline": dict(identity.policies), "attached": sorted(identity.managed_policies)}


def _buckets(account: str) -> Iterator[_Part]:
    for name, bucket in list(s3_backend(account).buckets.items()):
        block = bucket.public_access_block
        grants = [
            [[one.id, one.uri] for one in grant.grantees] + [list(grant.permissions)]
            for grant in (bucket.acl.grants if bucket.acl else ())
        ]
        yield "bucket", name, "policy", bucket.policy.decode() if bucket.policy else None
        yield "bucket", name, "access control list", grants
        on = {key: str(value).lower() for key, value in vars(block).items()} if block else None
        yield "bucket", name, "Block Public Access", on


def _resources(account: str) -> Iterator[_Part]:
    for service, kind in _KEPT.items():
        for _, state in regional_backends(service, account):
            for kept in list(getattr(state, SERVICES_WITH_POLICIES[service]).values()):
                name = kept.id if service == "kms" else kept.name
                yield kind, str(name), "policy", getattr(kept, "policy", None)
    for _, state in regional_backends("dynamodb", account):
        for table in list(state.tables.values()):
            kept = state.resource_policies.get(table.table_arn)
            yield "table", table.name, "policy", kept.policy_doc if kept else None
    for _, state in regional_backends("lambda", account):
        for function in state.list_functions():
            statements = list(function.policy.statements) if function.policy else []
            yield "function", function.function_name, "policy", {"Statement": statements}


def _instances(name: str, account: Account, *, built: bool) -> Iterator[_Part]:
    regions = {one: region for region, one in instances(account.id)} if built else {}
    for called, declared in account.instances.items():
        identifier = instance_id(name, called)
        if not built:
            profile, options = declared.instance_profile, declared.metadata_options
        elif identifier in regions:
            region = regions[identifier]
            profile = associated_profile(account.id, region, identifier)
            options = metadata_options(account.id, region, identifier)
        else:
            continue
        yield "instance", called, "instance profile", profile
        yield "instance", called, "metadata options", options.model_dump()
