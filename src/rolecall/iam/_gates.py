"""The gates that a request must pass, one for each policy type, and the status of each.

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


_Place = tuple[PolicyType, int | None]
"""A policy type, with the level for SCPs and RCPs."""


class GateStatus(Enum):
    """Whether a gate lets the request pass."""

    ALLOWS = "allows"
    LACKS_ALLOW = "does not allow"
    DENIES = "denies"
    SILENT = "says nothing"
    """No statement applies, and the request doesn't need one here."""

    @property
    def sign(self) -> str:
        """A mark that can be understood without color."""
        return {
            GateStatus.ALLOWS: "✔",
            GateStatus.LACKS_ALLOW: "✘",
            GateStatus.DENIES: "⊘",
            GateStatus.SILENT: "·",
        }[self]


@dataclass(frozen=True, slots=True)
class Gate:
    """The policies of one type, or of one level of SCPs or RCPs, and whether they let the request pass.

    Parameters
    ----------
    type
        The policy type.
    status
        Whether the policies let the request pass.
    level
        For SCPs and RCPs, the level of the organization: 0 for the root. None for other policy types.
    by
        The statement that allows or denies the request, if there is one.
    delegates
        Whether the statement allows only the account, so that an identity-based policy must allow it too.
    """

    type: PolicyType
    status: GateStatus
    level: int | None = None
    by: StatementRef | None = None
    delegates: bool = False

    @property
    def title(self) -> str:
        """The policy type, with the level of an SCP or RCP."""
        name = self.type.value[0].upper() + self.type.value[1:]
        if self.level is None:
            return name
        return f"{name}, {'root' if self.level == 0 else f'level {self.level + 1}'}"

    def __str__(self) -> str:
        text = f"{self.title}: {self.status.value}"
        if self.by is not None:
            text += f" ({self.by})"
        if self.delegates:
            text += ", for the account: an identity-based policy must allow it too"
        return text


def gates(decision: Decision) -> tuple[Gate, ...]:
    """Return every gate of a request, in the order in which AWS evaluates them."""
    lacking = set(_lacking_an_allow(decision))
    present = {(policy.type, level) for policy, level in consulted(decision.request, decision.policies)}
    ordered = sorted(present | lacking, key=lambda place: (_ORDER[place[0]], place[1] or 0))
    return tuple(_gate(decision, place, lacking) for place in ordered)


def _gate(decision: Decision, place: _Place, lacking: set[_Place]) -> Gate:
    type, level = place
    allow: StatementRef | None = None
    farthest = Grant.NONE
    for trace in decision.trace:
        if (trace.policy.type, trace.level) != place or not trace.applies:
            continue
        if trace.statement.effect == "Deny":
            return Gate(type, GateStatus.DENIES, level, trace.ref)
        if trace.grant > farthest:
            farthest, allow = trace.grant, trace.ref
    if place in lacking:
        return Gate(type, GateStatus.LACKS_ALLOW, level)
    if allow is not None:
        return Gate(type, GateStatus.ALLOWS, level, allow, delegates=farthest is Grant.ACCOUNT)
    return Gate(type, GateStatus.SILENT, level)


def _lacking_an_allow(decision: Decision) -> Iterator[_Place]:
    """Iterate over the gates that lack an Allow.

    A decision names only the first. To find the next, decide again with an Allow for everything there.
    """
    request, policies = decision.request, decision.policies
    for _ in range(2 * len(PolicyType) + len(policies.scps or ()) + len(policies.rcps or ())):
        if decision.outcome is not Outcome.IMPLICITLY_DENIED or decision.policy_type is None:
            return
        yield decision.policy_type, decision.level
        policies = _allowing_all(policies, decision.policy_type, decision.level, request.caller)
        decision = decide(request, policies)


def principal_element(caller: Caller) -> dict[str, str] | None:
    """Return the `Principal` element that names a caller; None for an anonymous caller, who has no name."""
    if caller.kind is Kind.ANONYMOUS:
        return None
    if caller.kind is Kind.SERVICE:
        return {"Service": caller.name}
    return {"AWS": caller.role_arn or caller.name}


def _allowing_all(policies: PolicySet, type: PolicyType, level: int | None, caller: Caller) -> PolicySet:
    statement: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if type in (PolicyType.TRUST, PolicyType.RESOURCE):
        statement["Principal"] = principal_element(caller) or "*"
    if type is PolicyType.TRUST:
        statement["Action"] = "sts:*"
        del statement["Resource"]
    document = {"Version": "2012-10-17", "Statement": statement}
    return with_policy(policies, Policy.parse(document, type, "allow everything"), level)


def with_policy(policies: PolicySet, added: Policy, level: int | None = None) -> PolicySet:
    """Return the policies with one more; a resource-based policy or a boundary replaces the one before."""
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
