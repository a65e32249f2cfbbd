"""The gates that a request has to pass, one for each policy type that AWS consults, and how each stood.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from rolecall.iam._decisions import Decision, Outcome, PolicySet, StatementRef, consulted, decide
from rolecall.iam._documents import Policy
from rolecall.iam._principals import Caller, Grant, Kind
from rolecall.iam._types import PolicyType

_ORDER = {
    PolicyType.RCP: -3,
    PolicyType.SCP: -2,
    PolicyType.VPC_ENDPOINT: -1,
    PolicyType.TRUST: 0,
    PolicyType.RESOURCE: 0,
    PolicyType.IDENTITY: 1,
    PolicyType.BOUNDARY: 2,
    PolicyType.SESSION: 3,
}


class GateStatus(Enum):
    """How a gate stood."""

    ALLOWS = "allows"
    LACKS_ALLOW = "does not allow"
    DENIES = "denies"
    SILENT = "says nothing"
    """Nothing in it applies, and nothing had to."""

    @property
    def sign(self) -> str:
        """A mark that does without colour."""
        return {
            GateStatus.ALLOWS: "✔",
            GateStatus.LACKS_ALLOW: "✘",
            GateStatus.DENIES: "⛔",
            GateStatus.SILENT: "·",
        }[self]


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate.

    Parameters
    ----------
    type
        The policy type.
    level
        For SCPs and RCPs which level, 0 the root; else None.
    by
        The statement that opened or closed it.
    delegates
        Whether it opens only for the account, which must pass the permission on.
    """

    type: PolicyType
    status: GateStatus
    level: int | None = None
    by: StatementRef | None = None
    delegates: bool = False

    @property
    def title(self) -> str:
        """How a reader knows it."""
        name = self.type.value[0].upper() + self.type.value[1:]
        if self.level is None:
            return name
        return f"{name}, {'root' if self.level == 0 else f'level {self.level + 1}'}"

    def __str__(self) -> str:
        told = f"{self.title}: {self.status.value}"
        if self.by is not None:
            told += f" ({self.by.policy.name}, statement {self.by.statement.label})"
        if self.delegates:
            told += ", for the account: an identity-based policy must pass it on"
        return told


def gates(decision: Decision) -> tuple[Gate, ...]:
    """Every gate that the request met, in the order in which AWS looks at them."""
    shut = set(_shut(decision))
    return tuple(_gate(decision, type, level, shut) for type, level in _met(decision, shut))


def _gate(
    decision: Decision,
    type: PolicyType,
    level: int | None,
    shut: set[tuple[PolicyType, int | None]],
) -> Gate:
    allow: StatementRef | None = None
    farthest = Grant.NONE
    for one in decision.trace:
        if one.policy.type is not type or one.level != level or one.grant is Grant.NONE:
            continue
        if one.statement.effect == "Deny":
            return Gate(type, GateStatus.DENIES, level, StatementRef(one.policy, one.statement))
        if one.grant > farthest:
            farthest, allow = one.grant, StatementRef(one.policy, one.statement)
    if (type, level) in shut:
        return Gate(type, GateStatus.LACKS_ALLOW, level)
    if allow is not None:
        return Gate(type, GateStatus.ALLOWS, level, allow, delegates=farthest is Grant.ACCOUNT)
    return Gate(type, GateStatus.SILENT, level)


def _met(
    decision: Decision, shut: set[tuple[PolicyType, int | None]]
) -> Iterator[tuple[PolicyType, int | None]]:
    present = {(policy.type, level) for policy, level in consulted(decision.request, decision.policies)}
    yield from sorted(present | shut, key=lambda one: (_ORDER[one[0]], one[1] or 0))


def _shut(decision: Decision) -> Iterator[tuple[PolicyType, int | None]]:
    """The gates that kept the request out: each is opened in thought, to see which one stops it next."""
    request, policies = decision.request, decision.policies
    for _ in range(2 * len(PolicyType) + len(policies.scps or ()) + len(policies.rcps or ())):
        if decision.outcome is not Outcome.IMPLICITLY_DENIED or decision.policy_type is None:
            return
        level = shut_level(decision)
        yield decision.policy_type, level
        policies = _opened(policies, decision.policy_type, level, request.caller)
        decision = decide(request, policies)


def shut_level(decision: Decision) -> int | None:
    """The first level of SCPs or RCPs that allows nothing, where such a policy type decided."""
    levels = {PolicyType.SCP: decision.policies.scps, PolicyType.RCP: decision.policies.rcps}.get(
        decision.policy_type or PolicyType.IDENTITY
    )
    for index, level in enumerate(levels or ()):
        allowing = (
            statement.effect == "Allow" and statement.grant(decision.request) is not Grant.NONE
            for policy in level
            for statement in policy.statements
        )
        if not any(allowing):
            return index
    return None


def principal_element(caller: Caller) -> dict[str, str] | None:
    """How a policy names a caller; None for the anonymous, whom only everyone includes."""
    if caller.kind is Kind.ANONYMOUS:
        return None
    if caller.kind is Kind.SERVICE:
        return {"Service": caller.name}
    return {"AWS": caller.role_arn or caller.name}


def _opened(policies: PolicySet, type: PolicyType, level: int | None, caller: Caller) -> PolicySet:
    statement: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if type in (PolicyType.TRUST, PolicyType.RESOURCE):
        statement["Principal"] = principal_element(caller) or "*"
    if type is PolicyType.TRUST:
        statement["Action"] = "sts:*"
        del statement["Resource"]
    document = {"Version": "2012-10-17", "Statement": statement}
    return with_policy(policies, Policy.parse(document, type, "in thought"), level)


def with_policy(policies: PolicySet, added: Policy, level: int | None = None) -> PolicySet:
    """A set with one more policy of some type; a resource-based one takes the place of what was there."""
    match added.type:
        case PolicyType.TRUST | PolicyType.RESOURCE:
            return replace(policies, resource=added)
        case PolicyType.IDENTITY:
            return replace(policies, identity=(*policies.identity, added))
        case PolicyType.BOUNDARY:
            return replace(policies, boundaries=(added,))
        case PolicyType.SESSION:
            return replace(policies, session=(*policies.session, added))
        case PolicyType.VPC_ENDPOINT:
            return replace(policies, vpc_endpoint=(*policies.vpc_endpoint, added))
        case PolicyType.SCP:
            return replace(policies, scps=_with(policies.scps, added, level))
        case PolicyType.RCP:
            return replace(policies, rcps=_with(policies.rcps, added, level))


def _with(
    levels: tuple[tuple[Policy, ...], ...] | None, added: Policy, level: int | None
) -> tuple[tuple[Policy, ...], ...]:
    return tuple(
        (*policies, added) if index == level else policies for index, policies in enumerate(levels or ((),))
    )
