"""Says in sentences why a request was allowed or denied."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from rolecall.iam._decisions import Decision, Outcome, StatementTrace
from rolecall.iam._gates import Gate, gates
from rolecall.iam._principals import Grant, Kind
from rolecall.iam._reference import spelling
from rolecall.iam._smallest_change import Change, smallest_change
from rolecall.iam._types import PolicyType

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a request was decided as it was.

    Parameters
    ----------
    summary
        Who asked for what, and the answer.
    because
        One sentence for each thing that led to it.
    gates
        The gates that the request met, and how each stood.
    near_misses
        Statements that almost applied, and the element each failed on.
    statement
        The deciding statement as JSON, or None when one was missing.
    changes
        The smallest change that flips a denial; empty when it was allowed, or nothing would.
    after
        The decision once those changes are made, which is what verified them.
    """

    decision: Decision
    summary: str
    because: tuple[str, ...]
    gates: tuple[Gate, ...]
    near_misses: tuple[str, ...]
    statement: str | None
    changes: tuple[Change, ...]
    after: Decision | None

    def __str__(self) -> str:
        lines = [self.summary, *(f"  - {one}" for one in self.because)]
        if len(self.gates) > 1:
            lines += ["Gates:", *(f"  {gate.status.sign} {gate}" for gate in self.gates)]
        if self.near_misses:
            lines += ["Nearest statements:", *(f"  - {one}" for one in self.near_misses)]
        if self.statement:
            lines += ["StatementRef statement:", *(f"  {line}" for line in self.statement.splitlines())]
        if self.changes:
            lines.append("The smallest change that would allow it:")
        for change in self.changes:
            lines.append(f"  - {change}")
            lines += [f"      {line}" for line in (change.statement or "").splitlines()]
        return "\n".join(lines)


def explain(decision: Decision) -> Explanation:
    """Explains a decision: its gates, the statement that decided or what came near, what would flip it."""
    request = decision.request
    verdict = {
        Outcome.ALLOWED: "allowed",
        Outcome.IMPLICITLY_DENIED: "denied, because nothing allows it",
        Outcome.EXPLICITLY_DENIED: "denied by an explicit Deny",
    }[decision.outcome]
    summary = f"{_who(decision)} asked for {spelling(request.action)} on {request.resource}: {verdict}."
    statement = None
    if decision.statements:
        deciding = decision.statements[0]
        document = json.loads(deciding.policy.text)["Statement"]
        source = document[deciding.statement.index] if isinstance(document, list) else document
        statement = json.dumps(source, indent=2)
    return Explanation(
        decision,
        summary,
        tuple(_because(decision)),
        gates(decision) if not decision.reason else (),
        () if decision.allowed else _near_misses(decision),
        statement,
        *smallest_change(decision),
    )


def because(decision: Decision) -> tuple[str, ...]:
    """The reasons of a decision, one sentence each."""
    return tuple(_because(decision))


def _who(decision: Decision) -> str:
    caller = decision.request.caller
    return "An anonymous caller" if caller.kind is Kind.ANONYMOUS else caller.name


def _because(decision: Decision) -> Iterable[str]:
    if decision.reason:
        yield decision.reason
        return
    action = spelling(decision.request.action)
    for deciding in decision.statements:
        verb = "denies" if decision.outcome is Outcome.EXPLICITLY_DENIED else "allows"
        yield (
            f"Statement {deciding.statement.label} of {deciding.policy.name} "
            f"({deciding.policy.type.value}) {verb} {action}."
        )
    if decision.outcome is Outcome.IMPLICITLY_DENIED and decision.policy_type is not None:
        yield f"No {decision.policy_type.value} allows {action} on {decision.request.resource}."
        yield from _missing(decision)


def _missing(decision: Decision) -> Iterable[str]:
    """What a learner needs to know about the gate that stayed shut."""
    request, policies = decision.request, decision.policies
    match decision.policy_type:
        case PolicyType.TRUST | PolicyType.RESOURCE if policies.resource is None:
            yield (
                "There is no such role, or none that trusts the caller: AWS answers both alike."
                if decision.policy_type is PolicyType.TRUST
                else f"{request.resource} has no resource-based policy."
            )
        case PolicyType.IDENTITY if not policies.identity:
            yield f"{request.caller.name} has no identity-based policy at all."
        case PolicyType.IDENTITY if policies.resource is not None and _delegates(decision):
            yield (
                f"{policies.resource.name} names the account, which leaves it to an "
                "identity-based policy to allow this."
            )
        case PolicyType.SESSION if not policies.session:
            yield "No session policy was passed, and a federated user has no permissions without one."
        case _:
            pass


def _delegates(decision: Decision) -> bool:
    policy = decision.policies.resource
    return policy is not None and any(
        one.policy is policy and one.grant is Grant.ACCOUNT and one.statement.effect == "Allow"
        for one in decision.trace
    )


def _near_misses(decision: Decision) -> tuple[str, ...]:
    """The Allow statements of the gate that stayed shut which failed on the fewest elements."""
    if decision.outcome is not Outcome.IMPLICITLY_DENIED:
        return ()
    missed = [
        one
        for one in decision.trace
        if one.policy.type is decision.policy_type and one.statement.effect == "Allow" and one.failures
    ]
    missed.sort(key=lambda one: len(one.failures))
    return tuple(_near_miss(one) for one in missed[:_NEAREST])


def _near_miss(one: StatementTrace) -> str:
    return f"{one.policy.name}, statement {one.statement.label}: " + "; ".join(
        str(failure) for failure in one.failures
    )
