"""A world: AWS accounts as they stand when a hands-on cell starts, read from YAML.

Field names follow boto3 and IAM terms in snake_case; policy documents are IAM JSON written as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rolecall._yaml import BadFile, Document, Fault, Where, read_yaml, validate
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType

PolicyDocument = dict[str, Any]


def _account_id(value: str) -> str:
    if not re.fullmatch(r"\d{12}", value):
        raise ValueError(f'{value!r} is no account id; twelve digits in quotes are, such as "111122223333"')
    return value


def _of_alphabet(value: str) -> str:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    if not re.fullmatch(r"[\w+=,.@-]{1,64}", value, re.ASCII):
        raise ValueError(f"{value!r} is no IAM name; letters, digits and +=,.@-_ are right, 64 at most")
    return value


Name = Annotated[str, AfterValidator(_of_alphabet)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Identity(_Model):
    policies: dict[Name, PolicyDocument] = {}
    managed_policies: list[str] = []
    permissions_boundary: str | None = None
    tags: dict[str, str] = {}
    path: str = "/"


class User(_Identity):
    """An IAM user; `mfa` gives it a virtual MFA device."""

    groups: list[str] = []
    mfa: bool = False


class Group(_Model):
    """An IAM group."""

    policies: dict[Name, PolicyDocument] = {}
    managed_policies: list[str] = []


class Role(_Identity):
    """An IAM role."""

    trust: PolicyDocument
    max_session_duration: int = Field(default=3600, ge=3600, le=43200)


class InstanceProfile(_Model):
    """An instance profile; it holds one role at most."""

    role: str | None = None


class MetadataOptions(_Model):
    """How an instance answers for its metadata."""

    http_tokens: Literal["required", "optional"] = "required"
    http_put_response_hop_limit: int = Field(default=1, ge=1, le=64)
    http_endpoint: Literal["enabled", "disabled"] = "enabled"


class Instance(_Model):
    """An EC2 instance."""

    instance_profile: str | None = None
    metadata_options: MetadataOptions = MetadataOptions()
    tags: dict[str, str] = {}


class Bucket(_Model):
    """An S3 bucket with its objects, by key."""

    objects: dict[str, str] = {}
    policy: PolicyDocument | None = None


class Table(_Model):
    """A DynamoDB table."""

    hash_key: str
    items: list[dict[str, str]] = []
    policy: PolicyDocument | None = None


class Queue(_Model):
    """An SQS queue."""

    policy: PolicyDocument | None = None


class Topic(_Model):
    """An SNS topic."""

    policy: PolicyDocument | None = None


class Secret(_Model):
    """A Secrets Manager secret."""

    value: str
    policy: PolicyDocument | None = None


class Parameter(_Model):
    """An SSM parameter."""

    value: str


class Key(_Model):
    """A KMS key."""

    alias: str | None = None
    policy: PolicyDocument | None = None


class OidcProvider(_Model):
    """An OpenID Connect identity provider."""

    url: str
    client_ids: list[str] = []


class Account(_Model):
    """One AWS account with everything in it."""

    id: Annotated[str, AfterValidator(_account_id)]
    users: dict[Name, User] = {}
    groups: dict[Name, Group] = {}
    managed_policies: dict[Name, PolicyDocument] = {}
    roles: dict[Name, Role] = {}
    instance_profiles: dict[Name, InstanceProfile] = {}
    instances: dict[str, Instance] = {}
    buckets: dict[str, Bucket] = {}
    tables: dict[str, Table] = {}
    queues: dict[str, Queue] = {}
    topics: dict[str, Topic] = {}
    secrets: dict[str, Secret] = {}
    parameters: dict[str, Parameter] = {}
    keys: dict[str, Key] = {}
    oidc_providers: dict[str, OidcProvider] = {}


class Organization(_Model):
    """The organization's policies: for `root`, and for each account by its name in the world."""

    service_control_policies: dict[str, list[PolicyDocument]] = {}
    resource_control_policies: dict[str, list[PolicyDocument]] = {}
    management_account: str | None = None


class Actor(_Model):
    """Whom a learner can act as: a user or an instance, as ACCOUNT/NAME."""

    user: str | None = None
    instance: str | None = None


class World(_Model):
    """Accounts, an organization, and the actors."""

    world: str
    title: str = ""
    region: str = "us-east-1"
    accounts: dict[str, Account] = Field(min_length=1)
    organization: Organization | None = None
    actors: dict[str, Actor] = {}


def load_world(path: Path) -> World:
    """Reads and checks a world file.

    Raises
    ------
    BadFile
        With every fault: its file, line, column and what would be right.
    """
    document = read_yaml(path)
    world = validate(document, World)
    faults = [*_policies(document, world), *_references(document, world)]
    if faults:
        raise BadFile(faults)
    return world


def _policies(document: Document, world: World) -> Iterator[Fault]:
    """Every policy document that AWS would refuse."""
    for where, policy, type in _documents(world):
        try:
            Policy.parse(policy, type)
        except MalformedPolicyDocument as error:
            told = f"{error.message} {error.detail}".strip()
            yield document.fault((*where, *error.path), f"MalformedPolicyDocument: {told}")


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


def _references(document: Document, world: World) -> Iterator[Fault]:
    """Every name that nothing answers to."""

    def unknown(where: Where, what: str, name: str, known: object) -> Fault:
        names = ", ".join(sorted(known)) if isinstance(known, dict) and known else "none"
        return document.fault(where, f"there is no {what} {name!r}; the world has {names}")

    for account_name, account in world.accounts.items():
        at: Where = ("accounts", account_name)
        for name, user in account.users.items():
            for index, group in enumerate(user.groups):
                if group not in account.groups:
                    yield unknown((*at, "users", name, "groups", index), "group", group, account.groups)
        for kind, identities in (
            ("users", account.users),
            ("groups", account.groups),
            ("roles", account.roles),
        ):
            for name, identity in identities.items():
                for index, policy in enumerate(identity.managed_policies):
                    if not policy.startswith("arn:") and policy not in account.managed_policies:
                        where: Where = (*at, kind, name, "managed_policies", index)
                        yield unknown(where, "managed policy", policy, account.managed_policies)
                boundary = getattr(identity, "permissions_boundary", None)
                if (
                    boundary
                    and not boundary.startswith("arn:")
                    and boundary not in account.managed_policies
                ):
                    where = (*at, kind, name, "permissions_boundary")
                    yield unknown(where, "managed policy", boundary, account.managed_policies)
        for name, profile in account.instance_profiles.items():
            if profile.role is not None and profile.role not in account.roles:
                yield unknown((*at, "instance_profiles", name, "role"), "role", profile.role, account.roles)
        for name, instance in account.instances.items():
            wanted = instance.instance_profile
            if wanted is not None and wanted not in account.instance_profiles:
                where = (*at, "instances", name, "instance_profile")
                yield unknown(where, "instance profile", wanted, account.instance_profiles)
    yield from _actor_references(document, world)
    yield from _organization_references(document, world)


def _actor_references(document: Document, world: World) -> Iterator[Fault]:
    for name, actor in world.actors.items():
        given = [kind for kind in ("user", "instance") if getattr(actor, kind) is not None]
        if len(given) != 1:
            yield document.fault(
                ("actors", name), "an actor is one user or one instance, as {user: ACCOUNT/NAME}"
            )
            continue
        kind = given[0]
        account_name, slash, who = getattr(actor, kind).partition("/")
        account = world.accounts.get(account_name)
        known = getattr(account, f"{kind}s") if account else {}
        if not slash or who not in known:
            everyone = [
                f"{account_name}/{one}"
                for account_name, account in world.accounts.items()
                for one in getattr(account, f"{kind}s")
            ]
            yield document.fault(
                ("actors", name, kind),
                f"there is no {kind} {getattr(actor, kind)!r}; there are {', '.join(everyone) or 'none'}",
            )


def _organization_references(document: Document, world: World) -> Iterator[Fault]:
    if world.organization is None:
        return
    for field in ("service_control_policies", "resource_control_policies"):
        for level in getattr(world.organization, field):
            if level != "root" and level not in world.accounts:
                yield document.fault(
                    ("organization", field, level),
                    f"there is no account {level!r}; root and {', '.join(world.accounts)} are right",
                )
    management = world.organization.management_account
    if management is not None and management not in world.accounts:
        yield document.fault(("organization", "management_account"), f"there is no account {management!r}")
