"""Who calls, and whom a `Principal` element means.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum

from rolecall.iam._arns import account_of
from rolecall.iam._variables import Context


class Kind(Enum):
    """What sort of principal makes a request."""

    USER = "User"
    ROOT = "Account"
    SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


class Grant(IntEnum):
    """How far an `Allow` of a resource-based policy reaches, by the form of principal it names.

    From "Resource-based policies" in
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """

    NONE = 0
    ACCOUNT = 1
    """The account is named: it may pass the permission on, and must do so in an identity-based policy."""
    LIMITED = 2
    """The role (or the user behind a federated session) is named: boundary and session policy limit."""
    DIRECT = 3
    """The user or the session itself is named, or everyone: implicit denies elsewhere do not matter."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal of a request.

    Parameters
    ----------
    kind
        What sort of principal it is.
    name
        Its ARN, the service's name, or "anonymous".
    account
        Its account, if it has one.
    role_arn
        For a session the role's ARN; with its path when the context's aws:PrincipalArn tells it.
    role_path_known
        Whether that path is known; a session's ARN does not hold it.
    unique_id
        AIDA…, AROA… when the context's aws:userid tells it: what a deleted principal leaves in a policy.
    issuer
        For a federated user the ARN of the user who called GetFederationToken, when known.
    """

    kind: Kind
    name: str
    account: str | None = None
    role_arn: str | None = None
    role_path_known: bool = False
    unique_id: str | None = None
    issuer: str | None = None

    @property
    def is_service_linked_role(self) -> bool:
        """Service-linked roles are exempt from service and resource control policies."""
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
    """Reads the principal of a request from its ARN, a service's name, or "anonymous".

    Raises
    ------
    ValueError
        For an ARN that no principal can have.
    """
    if name == "anonymous":
        return Caller(Kind.ANONYMOUS, name)
    if not name.startswith("arn:"):
        if not re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", name):
            raise ValueError(
                f"{name!r} is no principal: give an ARN, a service such as ec2.amazonaws.com, or anonymous"
            )
        return Caller(Kind.SERVICE, name)
    user_id = _single(context, "aws:userid")
    unique_id = user_id.split(":")[0] if user_id else None
    if match := _ASSUMED.match(name):
        partition, account, role, _ = match.groups()
        known = _single(context, "aws:principalarn")
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
        # A web identity or SAML call is made by nobody in AWS; the provider vouches for it.
        return Caller(Kind.SERVICE, name)
    raise ValueError(
        f"{name!r} is no principal's ARN: root, user/NAME and role/NAME of iam, "
        "assumed-role/ROLE/SESSION and federated-user/NAME of sts are"
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
        `{"AWS": "*"}`: all AWS principals and the anonymous, but no service.
    aws, accounts, services, federated, canonical
        What is listed under each key; account ids apart from ARNs.
    negated
        Whether this is a `NotPrincipal`.
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
        """Whether the element means the caller, and by which form of its name.

        A `NotPrincipal` beside Deny spares only a caller whose every identity is listed: the session, its
        role and their account. Beside Allow it leaves out a caller of whom any is listed.
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
        # Without aws:PrincipalArn the path is unknown; a role's name is unique in its account.
        name = caller.role_arn.rsplit("/", 1)[-1]
        return any(
            ":role/" in arn and account_of(arn) == caller.account and arn.rsplit("/", 1)[-1] == name
            for arn in self.aws
        )
