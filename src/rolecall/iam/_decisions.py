"""Combine the policy types into one decision, within an account and across accounts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rolecall.iam._documents import Policy
from rolecall.iam._principals import Grant, Kind
from rolecall.iam._protected import protection
from rolecall.iam._reference import rcp_applies
from rolecall.iam._requests import Request
from rolecall.iam._statements import Failure, Statement
from rolecall.iam._types import PolicyType

Levels = tuple[tuple[Policy, ...], ...]

_TRUST_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
    }
)
# No policy can deny GetCallerIdentity, and GetSessionToken needs no permission.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
_ALWAYS_ALLOWED = {
    "sts:getcalleridentity": (Kind.USER, Kind.ROOT, Kind.SESSION, Kind.FEDERATED_USER),
    "sts:getsessiontoken": (Kind.USER, Kind.ROOT),
}
_BUCKET_POLICY_ACTIONS = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})


class Outcome(Enum):
    """The three results of an evaluation, as `rolecall iam decide` prints them."""

    ALLOWED = "Allowed"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    EXPLICITLY_DENIED = "ExplicitlyDenied"


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Every policy that AWS evaluates for a request.

    Parameters
    ----------
    identity
        The identity-based policies of the user and its groups, or of the role.
    resource
        The resource-based policy; for STS actions on a role, the role's trust policy.
    boundaries
        Permissions boundaries; every one must allow the request.
    session
        The session policies, passed when the session was created; one of them must allow the request.
    scps, rcps
        One tuple of policies per level of the organization, the root first; None outside an organization.
    vpc_endpoint
        The policies of the VPC endpoint that the request went through.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundaries: tuple[Policy, ...] = ()
    session: tuple[Policy, ...] = ()
    scps: Levels | None = None
    rcps: Levels | None = None
    vpc_endpoint: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement, and the policy that contains it."""

    policy: Policy
    statement: Statement

    @property
    def source(self) -> Mapping[str, Any]:
        """The statement as the policy's author wrote it."""
        return self.policy.statement_sources()[self.statement.index]

    def __str__(self) -> str:
        return f"{self.policy.name}, statement {self.statement.label}"


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """How one statement matched the request.

    Parameters
    ----------
    policy, statement
        The statement, and the policy that contains it.
    level
        For SCPs and RCPs, the level of the organization: 0 for the root. None for other policy types.
    grant
        How far the statement reaches; NONE if it doesn't apply.
    failures
        The elements that didn't match, with the expected and the actual values.
    """

    policy: Policy
    statement: Statement
    level: int | None
    grant: Grant
    failures: tuple[Failure, ...]

    @property
    def applies(self) -> bool:
        """Whether every element matched the request."""
        return self.grant is not Grant.NONE

    @property
    def ref(self) -> StatementRef:
        """The statement and its policy, without the result."""
        return StatementRef(self.policy, self.statement)


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of an evaluation, with the policy type and the statements that decided it.

    Parameters
    ----------
    outcome
        Allowed, implicitly denied, or explicitly denied.
    request, policies
        What was evaluated.
    policy_type
        The policy type that decided; None if no policy did (the root user, GetCallerIdentity).
    statements
        The Deny or Allow statements that decided; empty if an Allow was missing.
    reason
        One sentence, if a rule other than a policy decided; else empty.
    level
        For an SCP or RCP that decided by lacking an Allow, its level in the organization: 0 for the root.
    error_code
        The error code of the denial, if it differs from the one with which the service denies requests.
    """

    outcome: Outcome
    request: Request
    policies: PolicySet
    policy_type: PolicyType | None = None
    statements: tuple[StatementRef, ...] = ()
    reason: str = ""
    level: int | None = None
    error_code: str = ""

    @property
    def allowed(self) -> bool:
        """Whether AWS performs the request."""
        return self.outcome is Outcome.ALLOWED

    @property
    def trace(self) -> tuple[StatementTrace, ...]:
        """Every statement that was evaluated, with the elements that didn't match."""
        has_boundary = bool(self.policies.boundaries)
        return tuple(
            StatementTrace(
                policy,
                statement,
                level,
                statement.grant(self.request, has_boundary=has_boundary),
                statement.failures(self.request, has_boundary=has_boundary),
            )
            for policy, level in consulted(self.request, self.policies)
            for statement in policy.statements
        )


def consulted(request: Request, policies: PolicySet) -> Iterator[tuple[Policy, int | None]]:
    """Iterate over the policies that apply to a request, in the order in which `decide` looks for a Deny.

    Yields
    ------
    tuple
        The policy, and for SCPs and RCPs its level in the organization.
    """
    if policies.scps is not None and _scps_apply(request):
        for level, attached in enumerate(policies.scps):
            yield from ((policy, level) for policy in attached)
    if policies.rcps is not None and _rcps_apply(request):
        for level, attached in enumerate(policies.rcps):
            yield from ((policy, level) for policy in attached)
    yield from ((policy, None) for policy in policies.vpc_endpoint)
    if request.caller.account is not None:
        yield from ((policy, None) for policy in policies.identity)
    if policies.resource is not None and not _root_repairs_bucket_policy(request):
        yield policies.resource, None
    if request.caller.account is not None:
        yield from ((policy, None) for policy in policies.boundaries)
        yield from ((policy, None) for policy in policies.session)


def _root_repairs_bucket_policy(request: Request) -> bool:
    """Return whether a bucket policy doesn't apply, because the root user of its account manages it.

    That root user can always read, replace, and delete the bucket policy, even one that denies everyone.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
    """
    return (
        request.caller.kind is Kind.ROOT
        and request.caller.account == request.resource_account
        and request.action_lower in _BUCKET_POLICY_ACTIONS
    )


def decide(request: Request, policies: PolicySet) -> Decision:
    """Evaluate a request as AWS does.

    An explicit Deny in any policy that applies decides. Otherwise, SCPs, RCPs, and VPC endpoint policies
    must allow the request, and so must the policies of the principal's account, of the resource's account,
    or of both. No policy allows a change to a role that only AWS manages.
    """
    if request.caller.kind in _ALWAYS_ALLOWED.get(request.action_lower, ()):
        return Decision(
            Outcome.ALLOWED,
            request,
            policies,
            reason="This call needs no permission, and no policy can deny it.",
        )
    has_boundary = bool(policies.boundaries)
    for policy, _ in consulted(request, policies):
        for statement in policy.statements:
            if (
                statement.effect == "Deny"
                and statement.grant(request, has_boundary=has_boundary) is not Grant.NONE
            ):
                return Decision(
                    Outcome.EXPLICITLY_DENIED,
                    request,
                    policies,
                    policy.type,
                    (StatementRef(policy, statement),),
                )
    decision = _Evaluation(request, policies).decide()
    protected = protection(request.action_lower, request.resource) if decision.allowed else None
    if protected is not None:
        return Decision(
            Outcome.IMPLICITLY_DENIED,
            request,
            policies,
            reason=protected.reason,
            error_code=protected.error_code,
        )
    return decision


def _needs_trust(request: Request) -> bool:
    """Return whether a role's trust policy must allow a request.

    Session tags for a federated user need no trust policy, because there is no role.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    return request.action_lower in _TRUST_ACTIONS and ":federated-user/" not in request.resource


def _scps_apply(request: Request) -> bool:
    """Return whether SCPs apply: to users, roles, and the root user, but not to service-linked roles.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    return request.caller.account is not None and not request.caller.is_service_linked_role


def _rcps_apply(request: Request) -> bool:
    return rcp_applies(request.action_lower) and not request.caller.is_service_linked_role


class _Evaluation:
    """The evaluation of a request that no Deny applies to."""

    def __init__(self, request: Request, policies: PolicySet) -> None:
        self.request = request
        self.policies = policies

    def decide(self) -> Decision:
        """Find the Allow statements that the request needs, or the first policy type that lacks one."""
        denied = self._denied_by_guardrail()
        if denied is not None:
            return denied
        caller = self.request.caller
        resource_grant, resource_by = self._resource_grant()
        resource_type = self._resource_type()
        if caller.account is None:
            # AWS services and anonymous callers have no identity-based policies.
            if resource_grant is Grant.NONE:
                return self._denied(resource_type)
            return self._allowed(resource_type, resource_by)
        if caller.kind is Kind.ROOT and _needs_trust(self.request):
            # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
            return Decision(
                Outcome.IMPLICITLY_DENIED,
                self.request,
                self.policies,
                reason="Roles may not be assumed by root accounts.",
            )
        same_account = caller.account == self.request.resource_account
        if same_account and resource_grant is Grant.DIRECT:
            return self._allowed(resource_type, resource_by)
        if resource_grant is Grant.NONE and (not same_account or self._needs_resource_policy()):
            return self._denied(resource_type)
        if same_account and resource_grant is Grant.LIMITED:
            return self._denied_by_limit() or self._allowed(resource_type, resource_by)
        if caller.kind is Kind.ROOT:
            return Decision(
                Outcome.ALLOWED, self.request, self.policies, reason="The root user may do everything."
            )
        by = self._allow_in(self.policies.identity)
        if not by:
            return self._denied(PolicyType.IDENTITY)
        return self._denied_by_limit() or self._allowed(PolicyType.IDENTITY, by)

    def _denied_by_guardrail(self) -> Decision | None:
        """Return the denial by the first RCPs, SCPs, or endpoint policies that lack an Allow, if any."""
        policies = self.policies
        if policies.rcps is not None and _rcps_apply(self.request):
            for index, level in enumerate(policies.rcps):
                # RCPFullAWSAccess is attached everywhere and can't be detached; customers' RCPs only deny.
                # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
                has_allow = any(s.effect == "Allow" for policy in level for s in policy.statements)
                if has_allow and not self._allow_in(level):
                    return self._denied(PolicyType.RCP, index)
        if policies.scps is not None and _scps_apply(self.request):
            for index, level in enumerate(policies.scps):
                if not self._allow_in(level):
                    return self._denied(PolicyType.SCP, index)
        if policies.vpc_endpoint and not self._allow_in(policies.vpc_endpoint):
            return self._denied(PolicyType.VPC_ENDPOINT)
        return None

    def _denied_by_limit(self) -> Decision | None:
        """Return the denial by a permissions boundary or the session policies, if one lacks an Allow."""
        for boundary in self.policies.boundaries:
            if not self._allow_in((boundary,)):
                return self._denied(PolicyType.BOUNDARY)
        # A federated user session has no permissions unless a session policy was passed.
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
        has_session_policies = self.policies.session or self.request.caller.kind is Kind.FEDERATED_USER
        if has_session_policies and not self._allow_in(self.policies.session):
            return self._denied(PolicyType.SESSION)
        return None

    def _needs_resource_policy(self) -> bool:
        """Return whether only the resource's own policy can give access: for roles and KMS keys.

        https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
        """
        action = self.request.action_lower
        if _needs_trust(self.request):
            return True
        resource = self.request.resource.split(":", 5)
        return action.startswith("kms:") and len(resource) == 6 and resource[5].startswith("key/")

    def _resource_type(self) -> PolicyType:
        if self.policies.resource is not None:
            return self.policies.resource.type
        return PolicyType.TRUST if _needs_trust(self.request) else PolicyType.RESOURCE

    def _resource_grant(self) -> tuple[Grant, tuple[StatementRef, ...]]:
        """Return how far the resource-based policy reaches, and the statement that reaches so far."""
        policy = self.policies.resource
        if policy is None:
            return Grant.NONE, ()
        grant, statement = policy.farthest_allow(self.request)
        return grant, (StatementRef(policy, statement),) if statement else ()

    def _allow_in(self, policies: Iterable[Policy]) -> tuple[StatementRef, ...]:
        """Return the first Allow statement that applies, alone in a tuple; empty if there is none."""
        for policy in policies:
            statement = policy.first_allow(self.request)
            if statement is not None:
                return (StatementRef(policy, statement),)
        return ()

    def _allowed(self, type: PolicyType, by: tuple[StatementRef, ...]) -> Decision:
        return Decision(Outcome.ALLOWED, self.request, self.policies, type, by)

    def _denied(self, type: PolicyType, level: int | None = None) -> Decision:
        return Decision(Outcome.IMPLICITLY_DENIED, self.request, self.policies, type, level=level)
