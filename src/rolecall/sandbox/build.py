"""Create in moto what a world declares.

IAM and S3 are created immediately, and every other service when the first request for it arrives. So a
world with tables and queues opens as fast as one without.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from botocore.exceptions import ClientError

from rolecall._yaml import Where
from rolecall.sandbox import moto_app
from rolecall.sandbox.containers import container_of_world
from rolecall.sandbox.instances import build_instance, instance_arn, instance_id
from rolecall.sandbox.moto_patches import patch_kms, patched_ec2_instances
from rolecall.sandbox.moto_state.iam import iam_backend, new_access_key_id, set_user_boundary
from rolecall.sandbox.moto_state.kms import give_id
from rolecall.sandbox.moto_state.organizations import build_organization
from rolecall.sandbox.moto_state.s3 import s3_backend
from rolecall.sandbox.world import Account, Role, User, World

Problem = tuple[Where, str]
"""The place of a resource in the world's file, and why it can't be created."""


class UnbuildableWorld(Exception):
    """A service rejects resources of a world."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            "; ".join(f"{'.'.join(map(str, where))}: {problem}" for where, problem in problems)
        )
        self.problems = problems


class _Problems:
    """Collects what can't be created, so that an author sees every problem after one run."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    @contextmanager
    def at(self, *where: str) -> Iterator[None]:
        """Create one resource, whose declaration is at a place of the world's file."""
        try:
            yield
        except Exception as error:
            # moto raises errors of many classes for values that it rejects, and fails on some.
            self._found.append((where, _reason(error)))

    def raise_if_any(self) -> None:
        if self._found:
            raise UnbuildableWorld(self._found)


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        found = error.response["Error"]
        return f"{found['Code']}: {found['Message']}"
    return str(error) or type(error).__name__


@dataclass(frozen=True, slots=True)
class ActorKeys:
    """A user's long-term keys; for an instance, a task, or a pod only its ARN, account, and name."""

    arn: str
    account: str
    access_key_id: str | None = None
    secret_access_key: str | None = None
    instance: str | None = None
    container: str | None = None


@dataclass(slots=True)
class Builder:
    """Build a world, and build it again after a reset with the same keys for its actors."""

    world: World
    actors: dict[str, ActorKeys] = field(default_factory=dict)
    _built: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def build(self) -> None:
        """Empty moto, and create the accounts.

        Raises
        ------
        UnbuildableWorld
            If IAM or S3 rejects something.
        """
        problems = _Problems()
        with self._lock:
            moto_app.forget_everything()
            self._built.clear()
            for name, account in self.world.accounts.items():
                _IamBuilder(name, account, self.world.region, problems).build()
                for bucket in account.buckets:
                    with problems.at("accounts", name, "buckets", bucket):
                        _build_bucket(self.world, name, bucket)
            problems.raise_if_any()
            self._create_keys()

    def ensure(self, service: str) -> None:
        """Create the resources of a further service, once.

        Raises
        ------
        UnbuildableWorld
            If the service rejects some of them.
        """
        service = _BUILT_WITH.get(service, service)
        if service in self._built or service not in (*_LATER, "organizations"):
            return
        with self._lock:
            if service not in self._built:
                if service == "organizations":
                    build_organization(self.world)
                else:
                    self._create(service)
                self._built.add(service)

    def build_everything(self) -> list[Problem]:
        """Create the resources of every further service, and return what can't be created."""
        found: list[Problem] = []
        for service, (kind, _) in _LATER.items():
            if any(getattr(account, kind) for account in self.world.accounts.values()):
                try:
                    self.ensure(service)
                except UnbuildableWorld as error:
                    found += error.problems
        return found

    def _create(self, service: str) -> None:
        kind, build = _LATER[service]
        problems = _Problems()
        if service in _PATCHES:
            _PATCHES[service]()
        for account_name, account in self.world.accounts.items():
            for name in getattr(account, kind):
                with problems.at("accounts", account_name, kind, name):
                    build(self.world, account_name, name)
        problems.raise_if_any()

    def has_built(self, service: str) -> bool:
        """Return whether the resources of a further service were created since the last reset."""
        return service in self._built

    def _create_keys(self) -> None:
        for name, actor in self.world.actors.items():
            account_name, _, who = actor.reference.partition("/")
            account = self.world.accounts[account_name].id
            region = self.world.region
            if actor.instance is not None:
                arn = instance_arn(region, account, instance_id(account_name, who))
                self.actors[name] = ActorKeys(arn, account, instance=who)
                continue
            if actor.user is None:
                arn = container_of_world(self.world, actor).arn
                self.actors[name] = ActorKeys(arn, account, container=who)
                continue
            iam = iam_backend(account)
            user = iam.users[who]
            key = iam.create_access_key(who)
            del iam.access_keys[key.access_key_id]
            kept = self.actors.get(name)
            if kept is not None:
                # The same actor keeps its keys across a reset, so that open clients continue to work.
                key.access_key_id = str(kept.access_key_id)
                key.secret_access_key = str(kept.secret_access_key)
            else:
                key.access_key_id = new_access_key_id(account, "AKIA")
            iam.access_keys[key.access_key_id] = key
            self.actors[name] = ActorKeys(user.arn, account, key.access_key_id, key.secret_access_key)


class _IamBuilder:
    def __init__(self, name: str, account: Account, region: str, problems: _Problems) -> None:
        self.name = name
        self.account = account
        self.region = region
        self.iam = iam_backend(account.id)
        self._problems = problems

    def build(self) -> None:
        account, iam = self.account, self.iam
        for name, document in account.managed_policies.items():
            with self._at("managed_policies", name):
                iam.create_policy("", "/", json.dumps(document), name, [])
        for name, group in account.groups.items():
            with self._at("groups", name):
                made = iam.create_group(name)
                self._attach(made, group.policies, group.managed_policies)
        for name, user in account.users.items():
            with self._at("users", name):
                self._create_user(name, user)
        for name, role in account.roles.items():
            with self._at("roles", name):
                self._create_role(name, role)
        for name, profile in account.instance_profiles.items():
            with self._at("instance_profiles", name):
                iam.create_instance_profile(name, "/", [profile.role] if profile.role else [])
        for name, provider in account.oidc_providers.items():
            with self._at("oidc_providers", name):
                iam.create_open_id_connect_provider(provider.url, ["0" * 40], provider.client_ids, [])
        for name in account.saml_providers:
            # The certificate is created when it is first needed. Until then there is no metadata document.
            with self._at("saml_providers", name):
                iam.create_saml_provider(name, "")

    def _at(self, kind: str, name: str) -> AbstractContextManager[None]:
        return self._problems.at("accounts", self.name, kind, name)

    def _create_user(self, name: str, user: User) -> None:
        iam = self.iam
        made = iam.create_user(self.region, name, user.path, _tags(user.tags))
        self._attach(made, user.policies, user.managed_policies)
        set_user_boundary(made, self._arn(user.permissions_boundary))
        if user.mfa:
            device = iam.create_virtual_mfa_device(name, "/")
            iam.enable_mfa_device(name, device.serial_number, "000000", "000000")
        for group_name in user.groups:
            iam.add_user_to_group(group_name, name)

    def _create_role(self, name: str, role: Role) -> None:
        made = self.iam.create_role(
            name,
            json.dumps(role.trust),
            role.path,
            self._arn(role.permissions_boundary),
            "",
            _tags(role.tags),
            str(role.max_session_duration),
        )
        self._attach(made, role.policies, role.managed_policies)

    def _attach(self, entity: Any, inline: dict[str, Any], managed: list[str]) -> None:
        for name, document in inline.items():
            entity.policies[name] = json.dumps(document)
        for reference in managed:
            arn = self._arn(reference)
            self.iam.managed_policies[str(arn)].attach_to(entity)

    def _arn(self, reference: str | None) -> str | None:
        if reference is None or reference.startswith("arn:"):
            return reference
        return f"arn:aws:iam::{self.account.id}:policy/{reference}"


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _build_bucket(world: World, account_name: str, name: str) -> None:
    account = world.accounts[account_name]
    s3, bucket = s3_backend(account.id), account.buckets[name]
    made = s3.create_bucket(name, world.region)
    if not bucket.block_public_access:
        made.public_access_block = None
    for key, text in bucket.objects.items():
        s3.put_object(name, key, text.encode())
    if bucket.policy is not None:
        s3.put_bucket_policy(name, json.dumps(bucket.policy).encode())


def _build_table(world: World, account_name: str, name: str) -> None:
    account = world.accounts[account_name]
    table, dynamodb = account.tables[name], moto_app.client("dynamodb", account.id, world.region)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": table.hash_key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": table.hash_key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in table.items:
        dynamodb.put_item(TableName=name, Item={key: {"S": value} for key, value in item.items()})
    if table.policy is not None:
        arn = f"arn:aws:dynamodb:{world.region}:{account.id}:table/{name}"
        dynamodb.put_resource_policy(ResourceArn=arn, Policy=json.dumps(table.policy))


def _build_queue(world: World, account_name: str, name: str) -> None:
    account = world.accounts[account_name]
    policy = account.queues[name].policy
    attributes = {"Policy": json.dumps(policy)} if policy else {}
    sqs = moto_app.client("sqs", account.id, world.region)
    sqs.create_queue(QueueName=name, Attributes=attributes)


def _build_topic(world: World, account_name: str, name: str) -> None:
    account = world.accounts[account_name]
    policy = account.topics[name].policy
    sns = moto_app.client("sns", account.id, world.region)
    sns.create_topic(Name=name, Attributes={"Policy": json.dumps(policy)} if policy else {})


def _build_secret(world: World, account_name: str, name: str) -> None:
    account = world.accounts[account_name]
    secret, manager = account.secrets[name], moto_app.client("secretsmanager", account.id, world.region)
    manager.create_secret(Name=name, SecretString=secret.value)
    if secret.policy is not None:
        manager.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps(secret.policy))


def _build_parameter(world: World, account_name: str, name: str) -> None:
    account = world.accounts[account_name]
    ssm = moto_app.client("ssm", account.id, world.region)
    ssm.put_parameter(Name=name, Value=account.parameters[name].value, Type="String")


def _build_key(world: World, account_name: str, name: str) -> None:
    account = world.accounts[account_name]
    key, kms = account.keys[name], moto_app.client("kms", account.id, world.region)
    policy = {"Policy": json.dumps(key.policy)} if key.policy else {}
    made = kms.create_key(Description=name, **policy)
    # A workshop makes a learner's calls again in another sandbox, where the key needs the same ID.
    key_id = key.id or str(uuid5(NAMESPACE_URL, f"{account.id}/{name}"))
    give_id(account.id, world.region, made["KeyMetadata"]["KeyId"], key_id)
    if key.alias is not None:
        kms.create_alias(AliasName=key.alias, TargetKeyId=key_id)


_LATER: dict[str, tuple[str, Callable[[World, str, str], None]]] = {
    "dynamodb": ("tables", _build_table),
    "ec2": ("instances", build_instance),
    "kms": ("keys", _build_key),
    "secretsmanager": ("secrets", _build_secret),
    "sns": ("topics", _build_topic),
    "sqs": ("queues", _build_queue),
    "ssm": ("parameters", _build_parameter),
}
"""By service, the field of its resources in an account, and what creates one of them."""
_PATCHES: dict[str, Callable[[], object]] = {"ec2": patched_ec2_instances, "kms": patch_kms}
"""By service, how to patch moto before its first request."""
_BUILT_WITH = {"autoscaling": "ec2"}
"""By service, the one that it makes its calls to."""
