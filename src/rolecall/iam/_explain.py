"""Explain in sentences why a request was allowed or denied."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from rolecall.iam._decisions import Decision, Outcome
from rolecall.iam._gates import Gate, gates
from rolecall.iam._principals import Grant, Kind
from rolecall.iam._reference import spelling
from rolecall.iam._smallest_change import Change, smallest_change
from rolecall.iam._types import PolicyType

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a request was allowed or denied.

    Parameters
    ----------
    decision
        The decision that is explained.
    summary
        One sentence: the caller, the action, the resource, and the outcome.
    because
        The reasons, one sentence each.
    gates
        The gates of the request, in the order in which AWS evaluates them.
    near_misses
        The Allow statements that nearly applied, with the elements that didn't match; at most three.
    statement
        The statement that decided, as JSON; None if an Allow was missing.
    changes
        The smallest change after which a denied request is allowed; empty if it was allowed, or if no small
        change helps.
    after
        The decision after those changes, which proves that they help; None without changes.
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
            lines += [
                "Policy types, in evaluation order:",
                *(f"  {gate.status.sign} {gate}" for gate in self.gates),
            ]
        if self.near_misses:
            lines += ["Nearest statements:", *(f"  - {one}" for one in self.near_misses)]
        if self.statement:
            lines += ["Deciding statement:", *(f"  {line}" for line in self.statement.splitlines())]
        if self.changes:
            lines.append("The smallest change that would allow it:")
        for change in self.changes:
            lines.append(f"  - {change}")
            lines += [f"      {line}" for line in (change.statement or "").splitlines()]
        return "\n".join(lines)


def explain(decision: Decision) -> Explanation:
    """Explain a decision: its gates, the statements that decided or nearly applied, the smallest change."""
    return Explanation(
        decision,
        _summary(decision),
        because(decision),
        gates(decision) if not decision.reason else (),
        () if decision.allowed else _near_misses(decision),
        json.dumps(decision.statements[0].source, indent=2) if decision.statements else None,
        *smallest_change(decision),
    )


def because(decision: Decision) -> tuple[str, ...]:
    """Return the reasons of a decision, one sentence each."""
    return tuple(_because(decision))


def _summary(decision: Decision) -> str:
    request = decision.request
    verdict = {
        Outcome.ALLOWED: "allowed",
        Outcome.IMPLICITLY_DENIED: "denied, because nothing allows it",
        Outcome.EXPLICITLY_DENIED: "denied by an explicit Deny",
    }[decision.outcome]
    anonymous = request.caller.kind is Kind.ANONYMOUS
    who = "An anonymous caller" if anonymous else request.caller.name
    return f"{who} asked for {spelling(request.action)} on {request.resource}: {verdict}."


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
    """Add what a reader should know about the policy type that lacks an Allow."""
    request, policies = decision.request, decision.policies
    match decision.policy_type:
        case PolicyType.TRUST | PolicyType.RESOURCE if policies.resource is None:
            yield (
                "The role doesn't exist, or doesn't trust the caller: AWS returns the same error for both."
                if decision.policy_type is PolicyType.TRUST
                else f"{request.resource} has no resource-based policy."
            )
        case PolicyType.IDENTITY if not policies.identity:
            yield f"{request.caller.name} has no identity-based policy."
        case PolicyType.IDENTITY if policies.resource is not None and _delegates(decision):
            yield (
                f"{policies.resource.name} allows the request for the account, so that an "
                "identity-based policy must allow it too."
            )
        case PolicyType.SESSION if not policies.session:
            yield "A federated user has no permissions without a session policy, and none was passed."
        case _:
            pass


def _delegates(decision: Decision) -> bool:
    """Return whether the resource-based policy allows the request for the account only."""
    policy = decision.policies.resource
    return policy is not None and policy.farthest_allow(decision.request)[0] is Grant.ACCOUNT


def _near_misses(decision: Decision) -> tuple[str, ...]:
    """Describe the Allow statements of the deciding policy type that fail on the fewest elements."""
    if decision.outcome is not Outcome.IMPLICITLY_DENIED:
        return ()
    missed = [
        trace
        for trace in decision.trace
        if trace.policy.type is decision.policy_type
        and trace.statement.effect == "Allow"
        and trace.failures
    ]
    missed.sort(key=lambda trace: len(trace.failures))
    return tuple(f"{one.ref}: {'; '.join(map(str, one.failures))}" for one in missed[:_NEAREST])
