"""IAM users, groups, roles, policies, instance profiles, and identity providers."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import IAMBackend, iam_backends
from moto.iam.utils import generate_access_key_id_from_account_id

from rolecall.aws.arns import account_of
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox._principals import PRINCIPAL_ARN
from rolecall.sandbox.moto_state._documents import parse_kept_policy
from rolecall.sandbox.moto_state.kms import key_arn
from rolecall.sandbox.moto_state.secretsmanager import secret_arn

_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}")
_ID_ALPHABET = string.ascii_uppercase + string.digits


def new_unique_id(prefix: str) -> str:
    """Make a unique id such as AIDA….

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    return prefix + "".join(secrets.choice(_ID_ALPHABET) for _ in range(17))


def new_access_key_id(account: str, prefix: str) -> str:
    """Make an access key id that includes its account, as AWS's do."""
    key: str = generate_access_key_id_from_account_id(account, prefix=prefix)
    return key


@dataclass(frozen=True, slots=True)
class UserFacts:
    """An IAM user as it is now."""

    account: str
    name: str
    arn: str
    unique_id: str
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """An IAM role as it is now."""

    account: str
    name: str
    arn: str
    unique_id: str
    trust: str
    max_session_duration: int
    tags: dict[str, str]

    @property
    def trust_policy(self) -> Policy | None:
        """The trust policy; None if AWS would have rejected it."""
        try:
            return Policy.parse(self.trust, PolicyType.TRUST, f"trust policy of {self.name}")
        except MalformedPolicyDocument:
            return None


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """An OpenID Connect identity provider of an account."""

    arn: str
    client_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A user's access key."""

    user: UserFacts
    secret: str
    active: bool


class IamState:
    """Read users, roles, and their policies from moto.

    Parameters
    ----------
    accounts
        The account ids of the world.
    """

    def __init__(self, accounts: frozenset[str]) -> None:
        self.accounts = accounts

    def key(self, access_key_id: str) -> KeyFacts | None:
        """Return a user's access key in any account, or None."""
        for account in self.accounts:
            for user in list(iam_backend(account).users.values()):
                for key in user.access_keys:
                    if key.access_key_id == access_key_id:
                        facts = _user_facts(account, user)
                        return KeyFacts(facts, key.secret_access_key, key.status == "Active")
        return None

    def user(self, account: str, name: str) -> UserFacts | None:
        """Return a user by name, or None."""
        user = iam_backend(account).users.get(name) if account in self.accounts else None
        return _user_facts(account, user) if user else None

    def role(self, arn: str) -> RoleFacts | None:
        """Return a role by its ARN, or None."""
        parts = arn.split(":")
        if len(parts) != 6 or parts[4] not in self.accounts:
            return None
        role = next((one for one in list(iam_backend(parts[4]).roles.values()) if one.arn == arn), None)
        return _role_facts(parts[4], role) if role else None

    def roles(self, account: str) -> list[RoleFacts]:
        """Return every role of an account."""
        return [_role_facts(account, role) for role in list(iam_backend(account).roles.values())]

    def role_named(self, account: str, name: str) -> RoleFacts | None:
        """Return a role by its name, or None."""
        role = next((one for one in list(iam_backend(account).roles.values()) if one.name == name), None)
        return _role_facts(account, role) if role else None

    def principal_id(self, arn: str) -> str | None:
        """Return the unique id of a user or role of the world, by its exact ARN; None if there is none."""
        match = PRINCIPAL_ARN.fullmatch(arn)
        if match is None:
            return None
        if match["kind"] == "user":
            user = self.user(match["account"], match["name"])
            return user.unique_id if user and user.arn == arn else None
        role = self.role(arn)
        return role.unique_id if role else None

    def may_be_principal(self, principal: str) -> bool:
        """Whether a user or role exists; True for one of an account that isn't in the sandbox.

        Parameters
        ----------
        principal
            What a policy names: an ARN, an account ID, or a unique ID.
        """
        if _UNIQUE_ID.fullmatch(principal):
            return any(principal in principal_ids(account) for account in self.accounts)
        match = PRINCIPAL_ARN.fullmatch(principal)
        if match is None or match["account"] not in self.accounts:
            return True
        return self.principal_id(principal) is not None

    def profile_role(self, account: str, profile: str) -> RoleFacts | None:
        """Return the role in an instance profile, or None."""
        found = iam_backend(account).instance_profiles.get(_profile_id(account, profile))
        return _role_facts(account, found.roles[0]) if found and found.roles else None

    def profile_id(self, account: str, profile: str) -> str:
        """Return the unique id of an instance profile, AIPA…."""
        found = iam_backend(account).instance_profiles.get(_profile_id(account, profile))
        return str(found.id) if found else ""

    def profile_role_arn(self, account: str, profile: str) -> str | None:
        """Return the ARN of the role in an instance profile, given by its name or ARN."""
        role = self.profile_role(account, profile.rpartition("/")[2])
        return role.arn if role else None

    def full_arn(self, service: str, account: str, region: str, name: str) -> str | None:
        """Return the ARN of a KMS key given by id or alias, or of a secret given by name, or None."""
        return key_arn(account, region, name) if service == "kms" else secret_arn(account, region, name)

    def oidc_provider(self, account: str, issuer: str) -> ProviderFacts | None:
        """Return an account's provider for an issuer's address, or None."""
        if account not in self.accounts:
            return None
        arn = f"arn:aws:iam::{account}:oidc-provider/{issuer.partition('://')[2]}"
        found = iam_backend(account).open_id_providers.get(arn)
        return ProviderFacts(arn, tuple(found.client_id_list)) if found else None

    def saml_metadata(self, arn: str) -> str | None:
        """Return the metadata document of a SAML provider, or None if there is no such provider."""
        account = account_of(arn)
        found = _saml_provider(account, arn) if account in self.accounts else None
        return str(found.saml_metadata_document) if found else None

    def set_saml_metadata(self, account: str, arn: str, document: str) -> None:
        """Give a provider of the world its metadata document, unless it has one already."""
        found = _saml_provider(account, arn)
        if found is not None and not found.saml_metadata_document:
            found.saml_metadata_document = document

    def mfa_seeds(self, account: str, user: str) -> dict[str, str]:
        """Return the seeds of the virtual MFA devices that are enabled for a user, by serial number."""
        state = iam_backend(account)
        found = state.users.get(user)
        return {
            serial: state.virtual_mfa_devices[serial].base32_string_seed
            for serial in (found.mfa_devices if found else {})
            if serial in state.virtual_mfa_devices
        }

    def user_policies(self, account: str, name: str) -> tuple[Policy, ...]:
        """Return the inline and managed policies of a user and of its groups."""
        user = iam_backend(account).users[name]
        policies = list(_attached(user, f"user {name}"))
        for group in list(iam_backend(account).groups.values()):
            if user in group.users:
                policies += _attached(group, f"group {group.name}")
        return tuple(policies)

    def role_policies(self, account: str, name: str) -> tuple[Policy, ...]:
        """Return the inline and managed policies of a role."""
        return tuple(_attached(iam_backend(account).get_role(name), f"role {name}"))

    def group_policies(self, account: str, name: str) -> tuple[Policy, ...] | None:
        """Return the inline and managed policies of a group, or None if there is no such group."""
        group = iam_backend(account).groups.get(name)
        return tuple(_attached(group, f"group {name}")) if group else None

    def user_boundary(self, account: str, name: str) -> tuple[Policy, ...]:
        """Return a user's permissions boundary."""
        return self._boundary(account, iam_backend(account).users[name])

    def role_boundary(self, account: str, name: str) -> tuple[Policy, ...]:
        """Return a role's permissions boundary."""
        return self._boundary(account, iam_backend(account).get_role(name))

    def _boundary(self, account: str, entity: Any) -> tuple[Policy, ...]:
        arn = getattr(entity, "permissions_boundary_arn", None)
        if not arn:
            return ()
        policy = self.managed_policy(account, arn, PolicyType.BOUNDARY)
        # A boundary whose policy was deleted allows nothing.
        return (policy or Policy(f"missing boundary {arn}", PolicyType.BOUNDARY, "{}", ()),)

    def managed_policy(self, account: str, arn: str, type: PolicyType) -> Policy | None:
        """Return a managed policy in its default version, or None."""
        policy = iam_backend(account).managed_policies.get(arn)
        if policy is None:
            return None
        return parse_kept_policy(_default(policy), type, f"managed policy {policy.name}", arn)

    def iam_arn(self, account: str, type: str, name: str) -> str:
        """Return the ARN of a user, role, group or instance profile, with the path that it has."""
        state = iam_backend(account)
        found: Any = None
        if type == "user":
            found = state.users.get(name)
        elif type == "group":
            found = state.groups.get(name)
        elif type == "role":
            found = next((one for one in list(state.roles.values()) if one.name == name), None)
        elif type == "instance-profile":
            found = state.instance_profiles.get(_profile_id(account, name))
        return str(found.arn) if found else f"arn:aws:iam::{account}:{type}/{name}"

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a user, role, policy, virtual MFA device, or SAML provider."""
        parts = arn.split(":")
        if len(parts) != 6 or parts[4] not in self.accounts:
            return {}
        account, (kind, _, path) = parts[4], parts[5].partition("/")
        name = path.rpartition("/")[2]
        if kind == "user":
            user = self.user(account, name)
            return user.tags if user else {}
        if kind == "role":
            role = self.role(arn)
            return role.tags if role else {}
        if kind == "policy":
            policy = iam_backend(account).managed_policies.get(arn)
            return {tag["Key"]: tag["Value"] for tag in policy.get_tags()} if policy else {}
        return entity_tags(account, arn) or {}


def iam_backend(account: str) -> IAMBackend:
    """Find moto's IAM of an account."""
    return iam_backends[account]["aws"]


def entity_tags(account: str, arn: str) -> dict[str, str] | None:
    """Return the tags of a virtual MFA device or a SAML provider; None if there is no such entity."""
    found = _tagged_entity(account, arn)
    return None if found is None else dict(getattr(found, "tags_by_key", {}))


def set_entity_tags(account: str, arn: str, tags: dict[str, str]) -> None:
    """Replace the tags of a virtual MFA device or a SAML provider that exists; moto's have none."""
    _tagged_entity(account, arn).tags_by_key = tags


def _tagged_entity(account: str, arn: str) -> Any:
    return iam_backend(account).virtual_mfa_devices.get(arn) or _saml_provider(account, arn)


def principal_ids(account: str) -> set[str]:
    """Return the unique ids of all users and roles of an account."""
    state = iam_backend(account)
    return {str(one.id) for one in (*state.users.values(), *state.roles.values())}


def rewrite_trust_policies(account: str, rewrite: Callable[[str], str]) -> None:
    """Replace the text of each trust policy of an account by what a function returns for it."""
    for role in list(iam_backend(account).roles.values()):
        role.assume_role_policy_document = rewrite(role.assume_role_policy_document)


def _saml_provider(account: str, arn: str) -> Any:
    return next((one for one in list(iam_backend(account).saml_providers.values()) if one.arn == arn), None)


def set_user_boundary(user: Any, arn: str | None) -> None:
    """Set or remove a user's permissions boundary, under the names that moto uses for a role's."""
    user.permissions_boundary_arn = arn
    user.permissions_boundary = arn and {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": arn,
    }


def set_entity_fields(account: str, kind: str, name: str, properties: Mapping[str, Any]) -> None:
    """Set the fields of a user or a role that moto doesn't read from the properties in a template.

    Parameters
    ----------
    kind
        ``User`` or ``Role``.
    """
    backend = iam_backend(account)
    tags, boundary = list(properties.get("Tags") or ()), properties.get("PermissionsBoundary")
    if kind == "User":
        user = backend.users[name]
        set_user_boundary(user, boundary)
        backend.tagger.delete_all_tags_for_resource(user.arn)
        backend.tag_user(name, tags)
        return
    role = backend.get_role(name)
    role.permissions_boundary_arn = boundary
    role.description = properties.get("Description", "")
    role.max_session_duration = int(properties.get("MaxSessionDuration") or 3600)
    role.tags = tags


def keep_versions(account: str, arn: str, count: int) -> None:
    """Delete the oldest versions of a managed policy, but not the default one, until so many are left."""
    backend = iam_backend(account)
    if (policy := backend.managed_policies.get(arn)) is None:
        return
    oldest = [version.version_id for version in policy.versions if not version.is_default]
    for version in oldest[: max(0, len(policy.versions) - count)]:
        backend.delete_policy_version(arn, version)


def _profile_id(account: str, name: str) -> str:
    for identifier, profile in list(iam_backend(account).instance_profiles.items()):
        if profile.name == name:
            return str(identifier)
    return name


def _user_facts(account: str, user: Any) -> UserFacts:
    tags = {tag["Key"]: tag["Value"] for tag in user.tags or []}
    return UserFacts(account, user.name, user.arn, user.id, tags)


def _role_facts(account: str, role: Any) -> RoleFacts:
    tags = {tag["Key"]: tag["Value"] for tag in role.tags or []}
    return RoleFacts(
        account,
        role.name,
        role.arn,
        role.id,
        role.assume_role_policy_document,
        int(role.max_session_duration or 3600),
        tags,
    )


def _attached(entity: Any, owner: str) -> Iterator[Policy]:
    for name, document in entity.policies.items():
        yield parse_kept_policy(document, PolicyType.IDENTITY, f"inline policy {name} of {owner}")
    for policy in entity.managed_policies.values():
        yield parse_kept_policy(
            _default(policy), PolicyType.IDENTITY, f"managed policy {policy.name} of {owner}", policy.arn
        )


def _default(policy: Any) -> str:
    """Return the document of a managed policy's default version."""
    return next(str(one.document) for one in policy.versions if one.version_id == policy.default_version_id)
