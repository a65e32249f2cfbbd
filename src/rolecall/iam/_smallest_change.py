"""The smallest change that flips a denial, found among the near misses and verified by deciding again.

Least privilege comes first: a change says just this principal, this action, this resource. A statement that
exists is widened only where that gives nothing beyond what was asked for.
"""

from __future__ import annotations

import copy
import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from rolecall.iam._decisions import Decision, Outcome, PolicySet, StatementRef, decide
from rolecall.iam._documents import Policy
from rolecall.iam._errors import MalformedPolicyDocument
from rolecall.iam._gates import principal_element, shut_level, with_policy
from rolecall.iam._principals import Grant
from rolecall.iam._reference import spelling
from rolecall.iam._requests import Request
from rolecall.iam._statements import Failure
from rolecall.iam._types import PolicyType

_MOST_CHANGES = 4
_MOST_TRIED = 400

# What each kind of change costs; the cheapest sum is the smallest change.
_BRING, _WIDEN, _VALUE, _NEW, _SPARE, _REMOVE = 1, 2, 3, 3, 4, 6
_GIVES_MORE = 4

# Condition keys that a caller decides by how it calls.
_BROUGHT = {
    "sts:externalid": "pass it as ExternalId",
    "sts:rolesessionname": "choose that RoleSessionName",
    "sts:sourceidentity": "pass it as SourceIdentity",
    "aws:multifactorauthpresent": "sign in with MFA first",
    "s3:prefix": "list with that Prefix",
    "aws:requestedregion": "call that Region",
    "aws:securetransport": "call over TLS",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a policy, or to the request itself.

    Parameters
    ----------
    where
        The policy's name, or "the request".
    what
        What to do, as an instruction.
    statement
        The statement as it is afterwards, as JSON; None where one goes or the request changes.
    """

    where: str
    what: str
    statement: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Step:
    """A change with what it makes of the case."""

    cost: int
    change: Change
    request: Request
    policies: PolicySet


def smallest_change(decision: Decision) -> tuple[tuple[Change, ...], Decision | None]:
    """The cheapest changes after which the request is allowed, and that decision.

    No changes, and None, when none would help or none is due.
    """
    if decision.allowed:
        return (), None
    ticket = count()
    waiting: list[tuple[int, int, tuple[Change, ...], Decision]] = [(0, next(ticket), (), decision)]
    for _ in range(_MOST_TRIED):
        if not waiting:
            break
        cost, _, changes, current = heapq.heappop(waiting)
        if current.allowed:
            return changes, current
        if len(changes) == _MOST_CHANGES:
            continue
        for step in _steps(current):
            after = decide(step.request, step.policies)
            heapq.heappush(waiting, (cost + step.cost, next(ticket), (*changes, step.change), after))
    return (), None


def _steps(decision: Decision) -> Iterator[_Step]:
    if decision.policy_type is None:
        return
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        yield from _past_deny(decision)
        return
    for one in decision.trace:
        bears = one.policy.type is decision.policy_type and one.level == shut_level(decision)
        if bears and one.statement.effect == "Allow" and one.grant is Grant.NONE:
            yield from _widened(decision, StatementRef(one.policy, one.statement), one.failures)
    yield from _new_statement(decision)


def _widened(decision: Decision, near: StatementRef, failures: tuple[Failure, ...]) -> Iterator[_Step]:
    """The near miss with each failing element made to fit."""
    source = _source(near)
    after = copy.deepcopy(source)
    request = decision.request
    told: list[str] = []
    cost = 0
    for failure in failures:
        brought = _bring(request, failure)
        if brought is not None:
            request, what = brought
            told.append(what)
            cost += _BRING
            continue
        fitted = _fit(after, failure, decision)
        if fitted is None:
            return
        what, price = fitted
        told.append(what)
        cost += price
    if after != source:
        cost += _GIVES_MORE * _gives_more(source, failures, decision)
        policies = _replaced(decision.policies, near, after)
        if policies is None:
            return
        where, statement = _place(near), json.dumps(after, indent=2)
    else:
        policies, where, statement = decision.policies, "the request", None
    yield _Step(cost, Change(where, "; ".join(told), statement), request, policies)


def _gives_more(source: dict[str, Any], failures: tuple[Failure, ...], decision: Decision) -> int:
    """How many elements of a widened statement reach beyond this request."""
    failed = {failure.element for failure in failures}
    more = 0
    for element, wanted in (("Action", decision.request.action), ("Resource", decision.request.resource)):
        if f"Not{element}" in source:
            more += 1
            continue
        values = _listed(source.get(element, wanted))
        alone = [str(value).lower() for value in values] == [wanted.lower()]
        if element not in failed and not alone:
            more += 1
        elif element in failed and len(failed - {element}) > 0:
            # What is added to two elements makes a product of them.
            more += 1
    return more


def _fit(after: dict[str, Any], failure: Failure, decision: Decision) -> tuple[str, int] | None:
    """Makes one element of a statement fit; returns the instruction and its cost."""
    request = decision.request
    if failure.element == "Principal":
        named = principal_element(request.caller)
        if named is None or not isinstance(after["Principal"], dict):
            return None
        ((kind, name),) = named.items()
        after["Principal"][kind] = _and(after["Principal"].get(kind), name)
        return f'add "{name}" to Principal', _WIDEN
    if failure.element in ("Action", "Resource"):
        value = spelling(request.action) if failure.element == "Action" else request.resource
        if value == "*":
            return None
        after[failure.element] = _and(after[failure.element], value)
        return f'add "{value}" to {failure.element}', _WIDEN
    lists_what_may_be = (
        failure.operator.startswith(("String", "Arn", "ForA")) and "Not" not in failure.operator
    )
    if failure.element == "Condition" and failure.actual and lists_what_may_be:
        block = after["Condition"][failure.operator]
        block[failure.key] = _and(block[failure.key], *failure.actual)
        shown = ", ".join(f'"{value}"' for value in failure.actual)
        return f"add {shown} to {failure.operator} {failure.key}", _VALUE
    return None


def _bring(request: Request, failure: Failure) -> tuple[Request, str] | None:
    """The request with what a condition asks for, where the caller decides that."""
    key = failure.key.lower()
    if failure.element != "Condition" or key not in _BROUGHT or not failure.wanted:
        return None
    wanted = failure.wanted[0]
    if any(character in wanted for character in "*?$") or "Not" in failure.operator:
        return None
    return _with_key(request, key, wanted), f'have {failure.key} "{wanted}" in the request: {_BROUGHT[key]}'


def _with_key(request: Request, key: str, value: str) -> Request:
    return replace(request, context={**request.context, key: (value,)})


def _new_statement(decision: Decision) -> Iterator[_Step]:
    request, type = decision.request, decision.policy_type
    assert type is not None
    statement: dict[str, Any] = {"Effect": "Allow", "Action": spelling(request.action)}
    if type is not PolicyType.TRUST:
        statement["Resource"] = request.resource
    if type in (PolicyType.TRUST, PolicyType.RESOURCE):
        named = principal_element(request.caller)
        if named is None:
            return
        statement["Principal"] = named
    if type in (PolicyType.RCP, PolicyType.VPC_ENDPOINT):
        # Only everyone may stand there; the condition says whom it is for.
        statement["Principal"] = "*"
        statement["Condition"] = {
            "ArnEquals": {"aws:PrincipalArn": request.caller.role_arn or request.caller.name}
        }
    level = shut_level(decision)
    host = _host(decision, type, level)
    written = json.dumps(statement, indent=2)
    if host is None:
        document = {"Version": "2012-10-17", "Statement": [statement]}
        policies = with_policy(
            decision.policies, Policy.parse(document, type, f"a new {type.value}"), level
        )
        change = Change(f"a new {type.value}", "with this statement", written)
    else:
        document = json.loads(host.text)
        document["Statement"] = [*_listed(document["Statement"]), statement]
        policies = _swapped(decision.policies, host, Policy.parse(document, type, host.name))
        change = Change(host.name, "add this statement", written)
    yield _Step(_NEW, change, request, policies)


def _host(decision: Decision, type: PolicyType, level: int | None) -> Policy | None:
    """The policy that a new statement goes into: the first inline one of the type and level."""
    policies = decision.policies
    candidates: tuple[Policy, ...] = ()
    match type:
        case PolicyType.TRUST | PolicyType.RESOURCE:
            candidates = (policies.resource,) if policies.resource else ()
        case PolicyType.IDENTITY:
            # A managed policy is shared with others; what is missing goes into one of the caller's own.
            candidates = tuple(
                one for one in policies.identity if not one.name.startswith("managed policy")
            )
        case PolicyType.BOUNDARY:
            candidates = tuple(one for one in policies.boundaries if not _allows(one, decision.request))
        case PolicyType.SESSION:
            candidates = policies.session
        case PolicyType.VPC_ENDPOINT:
            candidates = policies.vpc_endpoint
        case PolicyType.SCP:
            candidates = (policies.scps or ((),))[level or 0]
        case PolicyType.RCP:
            candidates = (policies.rcps or ((),))[level or 0]
    return next((one for one in candidates if one.statements), None)


def _allows(policy: Policy, request: Request) -> bool:
    return any(
        statement.effect == "Allow" and statement.grant(request) is not Grant.NONE
        for statement in policy.statements
    )


def _past_deny(decision: Decision) -> Iterator[_Step]:
    """Ways past the Deny that decided: satisfy its condition, spare this caller, or take it away."""
    (deciding,) = decision.statements
    source = _source(deciding)
    yield from _not_meeting(decision, deciding)
    caller = decision.request.caller
    if caller.account is not None and "ArnNotEquals" not in source.get("Condition", {}):
        spared = copy.deepcopy(source)
        name = caller.role_arn or caller.name
        spared.setdefault("Condition", {})["ArnNotEquals"] = {"aws:PrincipalArn": name}
        policies = _replaced(decision.policies, deciding, spared)
        if policies is not None:
            change = Change(
                _place(deciding),
                f'spare this caller: a condition ArnNotEquals aws:PrincipalArn "{name}"',
                json.dumps(spared, indent=2),
            )
            yield _Step(_SPARE, change, decision.request, policies)
    policies = _replaced(decision.policies, deciding, None)
    if policies is not None:
        change = Change(_place(deciding), "take this Deny away, if nobody needs it")
        yield _Step(_REMOVE, change, decision.request, policies)


def _not_meeting(decision: Decision, deciding: StatementRef) -> Iterator[_Step]:
    """The request brought so that a condition of the Deny no longer holds."""
    for condition in deciding.statement.conditions:
        key = condition.key.lower()
        if key not in _BROUGHT:
            continue
        wanted = condition.values[0] if condition.values else ""
        value = {"true": "false", "false": "true"}.get(wanted.lower(), wanted)
        request = _with_key(decision.request, key, value)
        if not condition.holds(request.context):
            what = f'have {condition.key} "{value}" in the request: {_BROUGHT[key]}'
            yield _Step(_BRING, Change("the request", what), request, decision.policies)


def _source(deciding: StatementRef) -> dict[str, Any]:
    statements = _listed(json.loads(deciding.policy.text)["Statement"])
    source: dict[str, Any] = statements[deciding.statement.index]
    return source


def _place(deciding: StatementRef) -> str:
    return f"{deciding.policy.name}, statement {deciding.statement.label}"


def _replaced(
    policies: PolicySet, deciding: StatementRef, statement: dict[str, Any] | None
) -> PolicySet | None:
    """The set with one statement changed, or taken out; None where AWS would not take the document."""
    document = json.loads(deciding.policy.text)
    statements = _listed(document["Statement"])
    index = deciding.statement.index
    document["Statement"] = [
        *statements[:index],
        *([statement] if statement else []),
        *statements[index + 1 :],
    ]
    if not document["Statement"]:
        return _swapped(policies, deciding.policy, None)
    try:
        changed = Policy.parse(document, deciding.policy.type, deciding.policy.name)
    except MalformedPolicyDocument:
        return None
    return _swapped(policies, deciding.policy, changed)


def _swapped(policies: PolicySet, old: Policy, new: Policy | None) -> PolicySet:
    def swap(listed: tuple[Policy, ...]) -> tuple[Policy, ...]:
        return tuple(new if one is old else one for one in listed if one is not old or new is not None)  # type: ignore[misc]

    return PolicySet(
        identity=swap(policies.identity),
        resource=new if policies.resource is old else policies.resource,
        boundaries=swap(policies.boundaries),
        session=swap(policies.session),
        scps=tuple(map(swap, policies.scps)) if policies.scps is not None else None,
        rcps=tuple(map(swap, policies.rcps)) if policies.rcps is not None else None,
        vpc_endpoint=swap(policies.vpc_endpoint),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _and(values: Any, *added: str) -> list[Any]:
    present = [] if values is None else _listed(values)
    return [*present, *(one for one in added if one not in present)]


__all__ = ["Change", "smallest_change"]
