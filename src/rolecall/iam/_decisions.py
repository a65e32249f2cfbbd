"""What IAM decides: how the policy types act together, within an account and across accounts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from rolecall.iam._documents import Policy
from rolecall.iam._principals import Grant, Kind
from rolecall.iam._reference import rcp_applies, spelling
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
# GetCallerIdentity answers even where it is denied; GetSessionToken only authenticates.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
_ALWAYS_ALLOWED = {
    "sts:getcalleridentity": (Kind.USER, Kind.ROOT, Kind.SESSION, Kind.FEDERATED_USER),
    "sts:getsessiontoken": (Kind.USER, Kind.ROOT),
}


_BUCKET_POLICY_ACTIONS = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})


class Outcome(Enum):
    """The three answers, spelled as the policy simulator's API would with capitals."""

    ALLOWED = "Allowed"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    EXPLICITLY_DENIED = "ExplicitlyDenied"


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Every policy that AWS would consult for a request.

    Parameters
    ----------
    identity
        Of the user and its groups, or of the role.
    resource
        The resource-based policy; for STS on a role its trust policy.
    boundaries
        Permissions boundaries; each must allow.
    session
        What was passed when the session began; together they allow what any of them allows.
    scps, rcps
        By level, the root first; None where no organization applies.
    vpc_endpoint
        The policy of the endpoint that the request came through.
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
    """A statement and the policy that it stands in."""

    policy: Policy
    statement: Statement


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """How one statement met the request.

    Parameters
    ----------
    grant
        NONE when it did not apply.
    failures
        The elements that did not match, with what they wanted and what came.
    """

    policy: Policy
    statement: Statement
    level: int | None
    grant: Grant
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by which policy type, through which statements.

    Parameters
    ----------
    policy_type
        What decided; None where no policy did (the root user, GetCallerIdentity).
    statements
        The Deny or Allow statements that decided; empty when one was missing.
    reason
        One sentence where no policy type says it.
    """

    outcome: Outcome
    request: Request
    policies: PolicySet
    policy_type: PolicyType | None = None
    statements: tuple[StatementRef, ...] = ()
    reason: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.outcome is Outcome.ALLOWED

    @property
    def trace(self) -> tuple[StatementTrace, ...]:
        """Every statement that was looked at, with what matched and what failed."""
        return tuple(
            StatementTrace(
                policy,
                statement,
                level,
                statement.grant(self.request, bounded=bool(self.policies.boundaries)),
                statement.failures(self.request, bounded=bool(self.policies.boundaries)),
            )
            for policy, level in consulted(self.request, self.policies)
            for statement in policy.statements
        )

    @property
    def message(self) -> str:
        """The access denied message; an action that knows no resources is refused on none.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        action = spelling(self.request.action)
        text = f"User: {self.request.caller.name} is not authorized to perform: {action}"
        if self.request.resource != "*":
            text += f" on resource: {self.request.resource}"
        if self.reason or self.policy_type is None:
            return text
        if self.outcome is Outcome.EXPLICITLY_DENIED:
            article = {
                PolicyType.IDENTITY: "an",
                PolicyType.TRUST: "the",
            }.get(self.policy_type, "a")
            return f"{text} with an explicit deny in {article} {self.policy_type.value}"
        return f"{text} because no {self.policy_type.value} allows the {action} action"


def consulted(request: Request, policies: PolicySet) -> Iterator[tuple[Policy, int | None]]:
    """The policies that bear on a request, in the order in which a Deny is looked for, with their level."""
    if policies.scps is not None and _scps_apply(request):
        for level, attached in enumerate(policies.scps):
            yield from ((policy, level) for policy in attached)
    if policies.rcps is not None and _rcps_apply(request):
        for level, attached in enumerate(policies.rcps):
            yield from ((policy, level) for policy in attached)
    yield from ((policy, None) for policy in policies.vpc_endpoint)
    if request.caller.account is not None:
        yield from ((policy, None) for policy in policies.identity)
    if policies.resource is not None and not _owner_mends_bucket_policy(request):
        yield policies.resource, None
    if request.caller.account is not None:
        yield from ((policy, None) for policy in policies.boundaries)
        yield from ((policy, None) for policy in policies.session)


def _owner_mends_bucket_policy(request: Request) -> bool:
    """The root user of the bucket's account can always read, replace and delete a bucket policy.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
    """
    return (
        request.caller.kind is Kind.ROOT
        and request.caller.account == request.resource_account
        and request.action_lower in _BUCKET_POLICY_ACTIONS
    )


def decide(request: Request, policies: PolicySet) -> Decision:
    """Decides a request as AWS does.

    An explicit Deny in any policy that applies wins. Then every guardrail must let the request through,
    and an Allow must be found where the principal's and the resource's account want one.
    """
    if request.caller.kind in _ALWAYS_ALLOWED.get(request.action_lower, ()):
        return Decision(
            Outcome.ALLOWED, request, policies, reason="This call needs no permission and heeds no deny."
        )
    bounded = bool(policies.boundaries)
    for policy, _ in consulted(request, policies):
        for statement in policy.statements:
            if statement.effect == "Deny" and statement.grant(request, bounded=bounded) is not Grant.NONE:
                return Decision(
                    Outcome.EXPLICITLY_DENIED,
                    request,
                    policies,
                    policy.type,
                    (StatementRef(policy, statement),),
                )
    return _Evaluation(request, policies).implicit()


def _scps_apply(request: Request) -> bool:
    """SCPs bind the users, roles and root user of an account, but no service-linked role.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    return request.caller.account is not None and not request.caller.is_service_linked_role


def _rcps_apply(request: Request) -> bool:
    return rcp_applies(request.action_lower) and not request.caller.is_service_linked_role


class _Evaluation:
    """The part of a decision behind the search for a Deny."""

    def __init__(self, request: Request, policies: PolicySet) -> None:
        self.request = request
        self.policies = policies

    def implicit(self) -> Decision:
        guardrail = self._guardrail()
        if guardrail is not None:
            return self._denied(guardrail)
        caller = self.request.caller
        resource_grant, resource_by = self._grant()
        resource_type = self.policies.resource.type if self.policies.resource else self._resource_type()
        if caller.account is None:
            # A service or nobody: only the resource's own policy can let it in.
            if resource_grant is Grant.NONE:
                return self._denied(resource_type)
            return self._allowed(resource_type, resource_by)
        if caller.kind is Kind.ROOT and self.request.action_lower in _TRUST_ACTIONS:
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
            return self._limited() or self._allowed(resource_type, resource_by)
        if caller.kind is Kind.ROOT:
            return Decision(
                Outcome.ALLOWED, self.request, self.policies, reason="The root user may do everything."
            )
        by = self._allowing(self.policies.identity)
        if not by:
            return self._denied(PolicyType.IDENTITY)
        return self._limited() or self._allowed(PolicyType.IDENTITY, by)

    def _guardrail(self) -> PolicyType | None:
        """The organization's or the endpoint's policy type that lets nothing through, if any."""
        policies = self.policies
        if policies.rcps is not None and _rcps_apply(self.request):
            for level in policies.rcps:
                # RCPFullAWSAccess is attached everywhere and cannot be detached; customers' RCPs only deny.
                # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
                allows = any(s.effect == "Allow" for policy in level for s in policy.statements)
                if allows and not self._allowing(level):
                    return PolicyType.RCP
        if policies.scps is not None and _scps_apply(self.request):
            for level in policies.scps:
                if not self._allowing(level):
                    return PolicyType.SCP
        if policies.vpc_endpoint and not self._allowing(policies.vpc_endpoint):
            return PolicyType.VPC_ENDPOINT
        return None

    def _limited(self) -> Decision | None:
        """The denial by a boundary or the session policies, or None when both let the request through."""
        for boundary in self.policies.boundaries:
            if not self._allowing((boundary,)):
                return self._denied(PolicyType.BOUNDARY)
        # A federated user to whom no policy was passed has no permissions of its own.
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
        if (self.policies.session or self.request.caller.kind is Kind.FEDERATED_USER) and not (
            self._allowing(self.policies.session)
        ):
            return self._denied(PolicyType.SESSION)
        return None

    def _needs_resource_policy(self) -> bool:
        """Roles and KMS keys open only by their own policy.

        https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
        """
        action = self.request.action_lower
        if action in _TRUST_ACTIONS:
            return True
        resource = self.request.resource.split(":", 5)
        return action.startswith("kms:") and len(resource) == 6 and resource[5].startswith("key/")

    def _resource_type(self) -> PolicyType:
        return PolicyType.TRUST if self.request.action_lower in _TRUST_ACTIONS else PolicyType.RESOURCE

    def _grant(self) -> tuple[Grant, tuple[StatementRef, ...]]:
        """How far the resource-based policy's Allow statements reach, and the one that reaches farthest."""
        best = Grant.NONE
        by: tuple[StatementRef, ...] = ()
        policy = self.policies.resource
        for statement in policy.statements if policy else ():
            if policy and statement.effect == "Allow":
                grant = statement.grant(self.request)
                if grant > best:
                    best, by = grant, (StatementRef(policy, statement),)
        return best, by

    def _allowing(self, policies: Iterable[Policy]) -> tuple[StatementRef, ...]:
        for policy in policies:
            for statement in policy.statements:
                if statement.effect == "Allow" and statement.grant(self.request) is not Grant.NONE:
                    return (StatementRef(policy, statement),)
        return ()

    def _allowed(self, type: PolicyType, by: tuple[StatementRef, ...]) -> Decision:
        return Decision(Outcome.ALLOWED, self.request, self.policies, type, by)

    def _denied(self, type: PolicyType) -> Decision:
        return Decision(Outcome.IMPLICITLY_DENIED, self.request, self.policies, type)
