"""Create in moto what a world declares.

IAM and S3 are created immediately, and every other service when the first request for it arrives. So a
world with tables and queues opens as fast as one without.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rolecall.sandbox import moto_app
from rolecall.sandbox.containers import container_of_world
from rolecall.sandbox.instances import build_instances, instance_arn, instance_id
from rolecall.sandbox.moto_patches import patch_kms
from rolecall.sandbox.moto_state.iam import iam_backend, new_access_key_id, set_user_boundary
from rolecall.sandbox.moto_state.organizations import build_organization
from rolecall.sandbox.moto_state.s3 import s3_backend
from rolecall.sandbox.world import Account, World


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
        """Empty moto, and create the accounts."""
        with self._lock:
            moto_app.forget_everything()
            self._built.clear()
            for account in self.world.accounts.values():
                _IamBuilder(account, self.world.region).build()
                _build_buckets(account, self.world.region)
            self._create_keys()

    def ensure(self, service: str) -> None:
        """Create the resources of a further service, once."""
        build = _LATER.get(service)
        if service in self._built or (build is None and service != "organizations"):
            return
        with self._lock:
            if service not in self._built:
                if build is None:
                    build_organization(self.world)
                else:
                    for name, account in self.world.accounts.items():
                        build(name, account, self.world.region)
                self._built.add(service)

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
    def __init__(self, account: Account, region: str) -> None:
        self.account = account
        self.region = region
        self.iam = iam_backend(account.id)

    def build(self) -> None:
        account, iam = self.account, self.iam
        for name, document in account.managed_policies.items():
            iam.create_policy("", "/", json.dumps(document), name, [])
        for name, group in account.groups.items():
            made = iam.create_group(name)
            self._attach(made, group.policies, group.managed_policies)
        for name, user in account.users.items():
            made_user = iam.create_user(self.region, name, user.path, _tags(user.tags))
            self._attach(made_user, user.policies, user.managed_policies)
            set_user_boundary(made_user, self._arn(user.permissions_boundary))
            if user.mfa:
                device = iam.create_virtual_mfa_device(name, "/")
                iam.enable_mfa_device(name, device.serial_number, "000000", "000000")
            for group_name in user.groups:
                iam.add_user_to_group(group_name, name)
        for name, role in account.roles.items():
            made_role = iam.create_role(
                name,
                json.dumps(role.trust),
                role.path,
                self._arn(role.permissions_boundary),
                "",
                _tags(role.tags),
                str(role.max_session_duration),
            )
            self._attach(made_role, role.policies, role.managed_policies)
        for name, profile in account.instance_profiles.items():
            iam.create_instance_profile(name, "/", [profile.role] if profile.role else [])
        for provider in account.oidc_providers.values():
            iam.create_open_id_connect_provider(provider.url, ["0" * 40], provider.client_ids, [])
        for name in account.saml_providers:
            # The certificate is created when it is first needed. Until then there is no metadata document.
            iam.create_saml_provider(name, "")

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


def _build_buckets(account: Account, region: str) -> None:
    s3 = s3_backend(account.id)
    for name, bucket in account.buckets.items():
        made = s3.create_bucket(name, region)
        if not bucket.block_public_access:
            made.public_access_block = None
        for key, text in bucket.objects.items():
            s3.put_object(name, key, text.encode())
        if bucket.policy is not None:
            s3.put_bucket_policy(name, json.dumps(bucket.policy).encode())


def _build_tables(account_name: str, account: Account, region: str) -> None:
    dynamodb = moto_app.client("dynamodb", account.id, region)
    for name, table in account.tables.items():
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": table.hash_key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": table.hash_key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for item in table.items:
            dynamodb.put_item(TableName=name, Item={key: {"S": value} for key, value in item.items()})
        if table.policy is not None:
            arn = f"arn:aws:dynamodb:{region}:{account.id}:table/{name}"
            dynamodb.put_resource_policy(ResourceArn=arn, Policy=json.dumps(table.policy))


def _build_queues(account_name: str, account: Account, region: str) -> None:
    sqs = moto_app.client("sqs", account.id, region)
    for name, queue in account.queues.items():
        attributes = {"Policy": json.dumps(queue.policy)} if queue.policy else {}
        sqs.create_queue(QueueName=name, Attributes=attributes)


def _build_topics(account_name: str, account: Account, region: str) -> None:
    sns = moto_app.client("sns", account.id, region)
    for name, topic in account.topics.items():
        sns.create_topic(Name=name, Attributes={"Policy": json.dumps(topic.policy)} if topic.policy else {})


def _build_secrets(account_name: str, account: Account, region: str) -> None:
    manager = moto_app.client("secretsmanager", account.id, region)
    for name, secret in account.secrets.items():
        manager.create_secret(Name=name, SecretString=secret.value)
        if secret.policy is not None:
            manager.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps(secret.policy))


def _build_parameters(account_name: str, account: Account, region: str) -> None:
    ssm = moto_app.client("ssm", account.id, region)
    for name, parameter in account.parameters.items():
        ssm.put_parameter(Name=name, Value=parameter.value, Type="String")


def _build_keys(account_name: str, account: Account, region: str) -> None:
    patch_kms()
    kms = moto_app.client("kms", account.id, region)
    for name, key in account.keys.items():
        policy = {"Policy": json.dumps(key.policy)} if key.policy else {}
        made = kms.create_key(Description=name, **policy)
        if key.alias is not None:
            kms.create_alias(AliasName=key.alias, TargetKeyId=made["KeyMetadata"]["KeyId"])


_LATER: dict[str, Callable[[str, Account, str], None]] = {
    "dynamodb": _build_tables,
    "ec2": build_instances,
    "kms": _build_keys,
    "secretsmanager": _build_secrets,
    "sns": _build_topics,
    "sqs": _build_queues,
    "ssm": _build_parameters,
}
