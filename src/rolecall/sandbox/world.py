"""A world: AWS accounts as they are when a hands-on cell starts, read from YAML.

Field names follow boto3 and IAM terms in snake_case; policy documents are IAM JSON written as YAML.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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
    """The metadata options of an instance."""

    http_tokens: Literal["required", "optional"] = "required"
    http_put_response_hop_limit: int = Field(default=1, ge=1, le=64)
    http_endpoint: Literal["enabled", "disabled"] = "enabled"


class Instance(_Model):
    """An EC2 instance."""

    instance_profile: str | None = None
    metadata_options: MetadataOptions = MetadataOptions()
    tags: dict[str, str] = {}


class Task(_Model):
    """An ECS task with its task role."""

    role: str
    cluster: str = "main"


class Pod(_Model):
    """A pod with a role of EKS Pod Identity."""

    role: str
    cluster: str = "main"
    namespace: str = "default"
    service_account: str = "default"


class Bucket(_Model):
    """An S3 bucket with its objects, by key.

    Like a bucket that is created with the API, it has Block Public Access on, and access control lists off.
    """

    objects: dict[str, str] = {}
    policy: PolicyDocument | None = None
    block_public_access: bool = True


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


def _key_id(value: str) -> str:
    # https://docs.aws.amazon.com/kms/latest/developerguide/concepts-key-id.html
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        raise ValueError(f"{value!r} is no key ID; one such as 1234abcd-12ab-34cd-56ef-1234567890ab is")
    return value


class Key(_Model):
    """A KMS key.

    Parameters
    ----------
    id
        The key ID, which PutKeyPolicy and the key's ARN require. By default, it is derived from the
        key's name.
    """

    id: Annotated[str, AfterValidator(_key_id)] | None = None
    alias: str | None = None
    policy: PolicyDocument | None = None


class OidcProvider(_Model):
    """An OpenID Connect identity provider."""

    url: str
    client_ids: list[str] = []


class SamlProvider(_Model):
    """A SAML 2.0 identity provider."""

    entity_id: str


class Account(_Model):
    """One AWS account with everything in it."""

    id: Annotated[str, AfterValidator(_account_id)]
    users: dict[Name, User] = {}
    groups: dict[Name, Group] = {}
    managed_policies: dict[Name, PolicyDocument] = {}
    roles: dict[Name, Role] = {}
    instance_profiles: dict[Name, InstanceProfile] = {}
    instances: dict[str, Instance] = {}
    tasks: dict[Name, Task] = {}
    pods: dict[Name, Pod] = {}
    buckets: dict[str, Bucket] = {}
    tables: dict[str, Table] = {}
    queues: dict[str, Queue] = {}
    topics: dict[str, Topic] = {}
    secrets: dict[str, Secret] = {}
    parameters: dict[str, Parameter] = {}
    keys: dict[str, Key] = {}
    oidc_providers: dict[str, OidcProvider] = {}
    saml_providers: dict[Name, SamlProvider] = {}


class Organization(_Model):
    """The organization: its accounts, and its policies for `root`, each unit, and each account by its name.

    `accounts` are the members; by default all accounts of the world. A unit's name with a slash, such as
    `workloads/prod`, is a unit inside another one.
    """

    accounts: list[str] | None = None
    organizational_units: dict[str, list[str]] = {}
    service_control_policies: dict[str, list[PolicyDocument]] = {}
    resource_control_policies: dict[str, list[PolicyDocument]] = {}
    management_account: str | None = None


class Actor(_Model):
    """An identity that a learner uses: a user, an instance, a task, or a pod, as ACCOUNT/NAME."""

    user: str | None = None
    instance: str | None = None
    task: str | None = None
    pod: str | None = None

    @property
    def reference(self) -> str:
        """The reference that is set, as ACCOUNT/NAME."""
        return self.user or self.instance or self.task or self.pod or ""


class World(_Model):
    """Accounts, an organization, and the actors."""

    world: str
    title: str = ""
    region: str = "us-east-1"
    accounts: dict[str, Account] = Field(min_length=1)
    organization: Organization | None = None
    actors: dict[str, Actor] = {}

    def container(self, actor: Actor) -> Task | Pod:
        """Return the task or pod that an actor is."""
        account, _, name = actor.reference.partition("/")
        found = self.accounts[account]
        return found.tasks[name] if actor.task is not None else found.pods[name]
