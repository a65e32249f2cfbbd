"""Check what a world's schema can't: that AWS would accept the policies, and that all names exist."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from rolecall._yaml import Document, Fault, Where, did_you_mean
from rolecall.aws.regions import is_region
from rolecall.aws.s3_public import is_public
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox.organization import with_parents
from rolecall.sandbox.world import Account, PolicyDocument, World

_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ALIAS = re.compile(r"alias/(?!aws/)[a-zA-Z0-9/_-]{1,250}")


def check_world(document: Document, world: World) -> Iterator[Fault]:
    """Every fault of a world that its form does not show."""
    if not is_region(world.region):
        yield document.fault(("region",), f"AWS has no Region {world.region!r}; use one such as us-east-1")
    yield from _policies(document, world)
    yield from _bucket_names(document, world)
    yield from _aliases(document, world)
    yield from _public_buckets(document, world)
    yield from _references(document, world)


def _policies(document: Document, world: World) -> Iterator[Fault]:
    """Every policy document that AWS would refuse."""
    for where, policy, type in _documents(world):
        try:
            Policy.parse(policy, type)
        except MalformedPolicyDocument as error:
            problem = f"{error.message} {error.detail}".strip()
            yield document.fault((*where, *error.path), f"MalformedPolicyDocument: {problem}")


def _public_buckets(document: Document, world: World) -> Iterator[Fault]:
    """Find the public bucket policies that Block Public Access would refuse."""
    for account_name, account in world.accounts.items():
        for name, bucket in account.buckets.items():
            if bucket.policy is None or not bucket.block_public_access:
                continue
            try:
                public = is_public(Policy.parse(bucket.policy, PolicyType.RESOURCE))
            except MalformedPolicyDocument:
                continue  # _policies reports it.
            if public:
                yield document.fault(
                    ("accounts", account_name, "buckets", name, "policy"),
                    "the bucket policy is public, which Block Public Access refuses. Limit its principals, "
                    "or set block_public_access: false",
                )


def _documents(world: World) -> Iterator[tuple[Where, PolicyDocument, PolicyType]]:
    for account_name, account in world.accounts.items():
        at: Where = ("accounts", account_name)
        for kind, identities in (
            ("users", account.users),
            ("groups", account.groups),
            ("roles", account.roles),
        ):
            for name, identity in identities.items():
                for policy_name, policy in identity.policies.items():
                    yield (*at, kind, name, "policies", policy_name), policy, PolicyType.IDENTITY
        for name, role in account.roles.items():
            yield (*at, "roles", name, "trust"), role.trust, PolicyType.TRUST
        for name, policy in account.managed_policies.items():
            yield (*at, "managed_policies", name), policy, PolicyType.IDENTITY
        for kind in ("buckets", "tables", "queues", "topics", "secrets", "keys"):
            for name, resource in getattr(account, kind).items():
                if resource.policy is not None:
                    yield (*at, kind, name, "policy"), resource.policy, PolicyType.RESOURCE
    if world.organization is not None:
        for field, type in (
            ("service_control_policies", PolicyType.SCP),
            ("resource_control_policies", PolicyType.RCP),
        ):
            for level, policies in getattr(world.organization, field).items():
                for index, policy in enumerate(policies):
                    yield ("organization", field, level, index), policy, type


def _bucket_names(document: Document, world: World) -> Iterator[Fault]:
    """Find names that S3 rejects, and names that two accounts have.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    seen: dict[str, str] = {}
    for account_name, account in world.accounts.items():
        for name in account.buckets:
            where: Where = ("accounts", account_name, "buckets", name)
            if not _BUCKET.fullmatch(name):
                rule = "3 to 63 lowercase letters, digits, periods, and hyphens are right"
                yield document.key_fault(where, f"{name!r} is no bucket name; {rule}")
            elif name in seen:
                problem = f"the account {seen[name]!r} has the bucket {name!r} already; choose another name"
                yield document.key_fault(where, problem)
            seen.setdefault(name, account_name)


def _aliases(document: Document, world: World) -> Iterator[Fault]:
    """Every alias of a key that KMS would reject.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
    """
    for account_name, account in world.accounts.items():
        seen: dict[str, str] = {}
        ids: dict[str, str] = {}
        for name, key in account.keys.items():
            if key.id is not None and key.id in ids:
                problem = f"the key {ids[key.id]!r} has the ID {key.id!r} already"
                yield document.fault(("accounts", account_name, "keys", name, "id"), problem)
            ids.setdefault(key.id or "", name)
            if key.alias is None:
                continue
            where: Where = ("accounts", account_name, "keys", name, "alias")
            if not _ALIAS.fullmatch(key.alias):
                rule = "it begins with 'alias/', but not with 'alias/aws/'; letters, digits, and /_- follow"
                yield document.fault(where, f"{key.alias!r} is no alias; {rule}")
            elif key.alias in seen:
                problem = f"the key {seen[key.alias]!r} has the alias {key.alias!r} already"
                yield document.fault(where, problem)
            seen.setdefault(key.alias, name)


def _references(document: Document, world: World) -> Iterator[Fault]:
    """Every name that nothing answers to."""

    def unknown(where: Where, what: str, name: str, known: Mapping[str, object]) -> Fault:
        return document.fault(where, _unknown(what, name, known))

    for account_name, account in world.accounts.items():
        at: Where = ("accounts", account_name)
        for name, user in account.users.items():
            for index, group in enumerate(user.groups):
                if group not in account.groups:
                    yield unknown((*at, "users", name, "groups", index), "group", group, account.groups)
        yield from _managed_references(document, at, account)
        for name, profile in account.instance_profiles.items():
            if profile.role is not None and profile.role not in account.roles:
                yield unknown((*at, "instance_profiles", name, "role"), "role", profile.role, account.roles)
        for name, instance in account.instances.items():
            profile_name = instance.instance_profile
            if profile_name is not None and profile_name not in account.instance_profiles:
                where = (*at, "instances", name, "instance_profile")
                yield unknown(where, "instance profile", profile_name, account.instance_profiles)
        for kind in ("tasks", "pods"):
            for name, container in getattr(account, kind).items():
                if container.role not in account.roles:
                    where = (*at, kind, name, "role")
                    yield unknown(where, "role", container.role, account.roles)
    yield from _actor_references(document, world)
    yield from _organization_references(document, world)


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"there is no {what} {name!r} in this account{did_you_mean(name, known)}"


def _managed_references(document: Document, at: Where, account: Account) -> Iterator[Fault]:
    """Find managed policies and boundaries that neither the world nor AWS has."""
    for kind in ("users", "groups", "roles"):
        for name, identity in getattr(account, kind).items():
            named: list[tuple[Where, str]] = [
                ((*at, kind, name, "managed_policies", index), policy)
                for index, policy in enumerate(identity.managed_policies)
            ]
            boundary = getattr(identity, "permissions_boundary", None)
            if boundary is not None:
                named.append(((*at, kind, name, "permissions_boundary"), boundary))
            for where, policy in named:
                own = policy.removeprefix(f"arn:aws:iam::{account.id}:policy/")
                if policy.startswith("arn:aws:iam::aws:policy/"):
                    if policy not in aws_managed_policies():
                        yield document.fault(where, f"AWS has no managed policy {policy}{_meant(policy)}")
                elif own not in account.managed_policies:
                    yield document.fault(
                        where, _unknown("managed policy", policy, account.managed_policies)
                    )


@lru_cache(maxsize=1)
def aws_managed_policies() -> frozenset[str]:
    """Return the ARNs of the managed policies that moto ships."""
    known: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return frozenset(f"arn:aws:iam::aws:policy{one['Path']}{name}" for name, one in known.items())


def _meant(arn: str) -> str:
    close = difflib.get_close_matches(arn, aws_managed_policies(), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _actor_references(document: Document, world: World) -> Iterator[Fault]:
    for name, actor in world.actors.items():
        kinds = ("user", "instance", "task", "pod")
        given = [kind for kind in kinds if getattr(actor, kind) is not None]
        if len(given) != 1:
            yield document.fault(
                ("actors", name), "an actor is one user, instance, task or pod, as {user: ACCOUNT/NAME}"
            )
            continue
        kind = given[0]
        reference: str = getattr(actor, kind)
        account_name, slash, who = reference.partition("/")
        account = world.accounts.get(account_name)
        known = getattr(account, f"{kind}s") if account else {}
        if not slash or who not in known:
            everyone = [
                f"{account_name}/{one}"
                for account_name, account in world.accounts.items()
                for one in getattr(account, f"{kind}s")
            ]
            meant = did_you_mean(reference, everyone)
            yield document.fault(("actors", name, kind), f"there is no {kind} {reference!r}{meant}")


def _organization_references(document: Document, world: World) -> Iterator[Fault]:
    organization = world.organization
    if organization is None:
        return
    for index, name in enumerate(organization.accounts or ()):
        if name not in world.accounts:
            meant = did_you_mean(name, world.accounts)
            yield document.fault(
                ("organization", "accounts", index), f"there is no account {name!r}{meant}"
            )
    members = world.accounts if organization.accounts is None else organization.accounts
    seen: set[str] = set()
    for unit, names in organization.organizational_units.items():
        at: Where = ("organization", "organizational_units", unit)
        if unit == "root" or unit in world.accounts or not all(unit.split("/")):
            yield document.fault(
                at, f"{unit!r} can't be a unit's name; choose one that is neither root nor an account's"
            )
        for index, name in enumerate(names):
            if name not in members:
                yield document.fault((*at, index), f"{name!r} is not an account of the organization")
            elif name in seen:
                yield document.fault((*at, index), f"account {name!r} is in another unit already")
            seen.add(name)
    units = (one for unit in organization.organizational_units for one in with_parents(unit))
    known = ("root", *dict.fromkeys(units), *members)
    for field in ("service_control_policies", "resource_control_policies"):
        for level in getattr(organization, field):
            if level not in known:
                yield document.fault(
                    ("organization", field, level),
                    f"the organization has no account or unit {level!r}; {', '.join(known)} are right",
                )
    management = organization.management_account
    if management is not None and management not in members:
        yield document.fault(
            ("organization", "management_account"),
            f"there is no account {management!r} in the organization",
        )
