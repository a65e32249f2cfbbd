"""Read the caller of a request, and match it against `Principal` elements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache

from rolecall.iam._arns import account_of
from rolecall.iam._variables import Context


class Kind(Enum):
    """The kind of principal that makes a request."""

    USER = "User"
    ROOT = "Account"
    SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


class Grant(IntEnum):
    """How far an `Allow` of a resource-based policy reaches, by the kind of principal that it names.

    From "Resource-based policies" in
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """

    NONE = 0
    ACCOUNT = 1
    """The policy names the account: an identity-based policy there must allow the request too."""
    LIMITED = 2
    """The policy names the role, or the user behind a federated session.

    The permissions boundary and the session policies must allow the request too.
    """
    DIRECT = 3
    """The policy names the user, the session, or everyone: no other policy must allow the request."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal of a request.

    Parameters
    ----------
    kind
        The kind of principal.
    name
        The principal's ARN, the service's name, or "anonymous".
    account
        The principal's account; None for services, identity providers, and anonymous callers.
    role_arn
        For a role session, the ARN of the role.
    role_path_known
        Whether `role_arn` includes the role's path. aws:PrincipalArn has it, the session's ARN doesn't.
    unique_id
        The ID such as AIDA… or AROA… from aws:userid. After a principal is deleted, a policy that named it
        has this ID in place of the ARN.
    issuer
        For a federated user, the ARN of the user who called GetFederationToken, if known.
    """

    kind: Kind
    name: str
    account: str | None = None
    role_arn: str | None = None
    role_path_known: bool = False
    unique_id: str | None = None
    issuer: str | None = None

    @property
    def is_federated_identity(self) -> bool:
        """Whether the caller has a token of an OIDC or SAML provider, and no AWS credentials yet."""
        return ":oidc-provider/" in self.name or ":saml-provider/" in self.name

    @property
    def is_service_linked_role(self) -> bool:
        """Whether the caller is a service-linked role, to which SCPs and RCPs don't apply."""
        if self.role_arn is None:
            return False
        resource = self.role_arn.split(":", 5)[5]
        return resource.startswith("role/aws-service-role/") or (
            not self.role_path_known and resource.startswith("role/AWSServiceRoleFor")
        )


_ASSUMED = re.compile(r"^arn:([^:]+):sts::(\d{12}):assumed-role/([^/]+)/(.+)$")
_FEDERATED = re.compile(r"^arn:[^:]+:sts::(\d{12}):federated-user/(.+)$")
_IAM = re.compile(r"^arn:[^:]+:iam::(\d{12}):(root|user/.+|role/.+|oidc-provider/.+|saml-provider/.+)$")


def parse_caller(name: str, context: Context, issuer: str | None = None) -> Caller:
    """Read the caller of a request.

    Parameters
    ----------
    name
        An ARN, a service such as ``ec2.amazonaws.com``, or ``anonymous``.
    context
        The condition keys of the request, in lower case.
    issuer
        For a federated user, the ARN of the user who called GetFederationToken.

    Raises
    ------
    ValueError
        For a name that no principal can have.
    """
    if name == "anonymous":
        return Caller(Kind.ANONYMOUS, name)
    if not name.startswith("arn:"):
        if not re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", name):
            raise ValueError(
                f"{name!r} is not a principal: use an ARN, a service like ec2.amazonaws.com, or anonymous"
            )
        return Caller(Kind.SERVICE, name)
    return _parse_arn(name, _single(context, "aws:userid"), _single(context, "aws:principalarn"), issuer)


# A request can need a thousand decisions, all for the same caller.
@lru_cache(maxsize=1024)
def _parse_arn(name: str, user_id: str | None, known: str | None, issuer: str | None) -> Caller:
    unique_id = user_id.split(":")[0] if user_id else None
    if match := _ASSUMED.match(name):
        partition, account, role, _ = match.groups()
        if known is not None and ":role/" in known:
            return Caller(Kind.SESSION, name, account, known, True, unique_id)
        derived = f"arn:{partition}:iam::{account}:role/{role}"
        return Caller(Kind.SESSION, name, account, derived, False, unique_id)
    if match := _FEDERATED.match(name):
        return Caller(Kind.FEDERATED_USER, name, match.group(1), issuer=issuer)
    if match := _IAM.match(name):
        account, resource = match.groups()
        if resource == "root":
            return Caller(Kind.ROOT, name, account)
        if resource.startswith("user/"):
            return Caller(Kind.USER, name, account, unique_id=unique_id)
        if resource.startswith("role/"):
            return Caller(Kind.SESSION, name, account, name, True, unique_id)
        # The caller of AssumeRoleWithWebIdentity or AssumeRoleWithSAML isn't a principal of AWS.
        return Caller(Kind.SERVICE, name)
    raise ValueError(
        f"{name!r} is not the ARN of a principal: use root, user/NAME, or role/NAME of iam, "
        "or assumed-role/ROLE/SESSION or federated-user/NAME of sts"
    )


def _single(context: Context, key: str) -> str | None:
    values = context.get(key)
    return values[0] if values and len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """A compiled `Principal` or `NotPrincipal`.

    Parameters
    ----------
    everyone
        `"*"` itself.
    aws_everyone
        `{"AWS": "*"}`: all AWS principals and anonymous callers, but not services.
    aws, services, federated, canonical
        The values under each key.
    accounts
        The IDs of the accounts that `aws` lists, as an ID or as a root ARN.
    negated
        Whether this is a `NotPrincipal`.
    text
        The values as a message lists them.
    """

    everyone: bool = False
    aws_everyone: bool = False
    aws: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()
    canonical: frozenset[str] = frozenset()
    negated: bool = False
    text: str = ""

    def grant(self, caller: Caller, context: Context, *, denying: bool) -> Grant:
        """Return how far the element reaches for the caller; NONE if it doesn't match.

        A `NotPrincipal` with Deny exempts a caller only if it lists all of the caller's identities: the
        session, the role, and the account. With Allow, it excludes a caller if it lists any of them.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        """
        if not self.negated:
            return self._named(caller, context)
        if self.everyone or (self.aws_everyone and caller.kind is not Kind.SERVICE):
            return Grant.NONE
        listed = self._listed(caller, context)
        spared = bool(listed) and (all(listed) if denying else any(listed))
        return Grant.NONE if spared else Grant.DIRECT

    def _named(self, caller: Caller, context: Context) -> Grant:
        if self.everyone or (self.aws_everyone and caller.kind is not Kind.SERVICE):
            return Grant.DIRECT
        if caller.kind is Kind.ANONYMOUS:
            provider = _single(context, "aws:federatedprovider")
            return Grant.DIRECT if provider in self.federated and provider else Grant.NONE
        if caller.kind is Kind.SERVICE:
            named = caller.name in self.services or caller.name in self.federated
            return Grant.DIRECT if named else Grant.NONE
        if caller.kind is Kind.SESSION:
            if caller.name in self.aws and caller.name != caller.role_arn:
                return Grant.DIRECT
            if self._names_role(caller):
                return Grant.LIMITED
        elif caller.name in self.aws or (caller.unique_id and caller.unique_id in self.aws):
            return Grant.DIRECT
        elif caller.issuer and caller.issuer in self.aws:
            return Grant.LIMITED
        return Grant.ACCOUNT if self._names_account(caller, context) else Grant.NONE

    def _listed(self, caller: Caller, context: Context) -> list[bool]:
        if caller.kind is Kind.ANONYMOUS:
            return []
        if caller.kind is Kind.SERVICE:
            return [caller.name in self.services or caller.name in self.federated]
        listed = [self._names_account(caller, context)]
        if caller.kind is Kind.SESSION:
            listed.append(self._names_role(caller))
        if caller.kind is not Kind.ROOT and caller.name != caller.role_arn:
            listed.append(caller.name in self.aws)
        return listed

    def _names_account(self, caller: Caller, context: Context) -> bool:
        if caller.account in self.accounts:
            return True
        return bool(self.canonical) and _single(context, "rolecall:canonicaluserid") in self.canonical

    def _names_role(self, caller: Caller) -> bool:
        if caller.role_arn in self.aws or (caller.unique_id and caller.unique_id in self.aws):
            return True
        if caller.role_path_known or caller.role_arn is None:
            return False
        # Without aws:PrincipalArn, the role's path is unknown; but its name is unique in the account.
        name = caller.role_arn.rsplit("/", 1)[-1]
        return any(
            ":role/" in arn and account_of(arn) == caller.account and arn.rsplit("/", 1)[-1] == name
            for arn in self.aws
        )
