"""Find the smallest change after which a denied request is allowed, and verify it by deciding again.

Changes follow least privilege: they allow only this caller, this action, and this resource. An existing
statement is widened only if that allows nothing else.
"""

from __future__ import annotations

import copy
import heapq
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from rolecall.iam._decisions import Decision, Outcome, PolicySet, StatementRef, decide
from rolecall.iam._documents import Policy
from rolecall.iam._errors import MalformedPolicyDocument
from rolecall.iam._gates import principal_element, with_policy
from rolecall.iam._reference import spelling
from rolecall.iam._requests import Request
from rolecall.iam._statements import Failure
from rolecall.iam._types import PolicyType

_MOST_CHANGES = 4
_MOST_TRIED = 400

# The cost of each kind of change; the smallest change has the smallest sum.
_SET_IN_REQUEST, _WIDEN_ELEMENT, _ADD_VALUE, _ADD_STATEMENT, _EXEMPT_CALLER, _REMOVE_DENY = 1, 2, 3, 3, 4, 6
_ALLOWS_MORE = 4

# Condition keys whose value the caller chooses, with how to set it.
_CALLER_SETS = {
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
        The policy, with its statement if there is one, or "the request".
    what
        What to do, as an instruction.
    statement
        The statement after the change, as JSON; None if a statement is removed or the request changes.
    """

    where: str
    what: str
    statement: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Step:
    """A change, its cost, and the request and policies after it."""

    cost: int
    change: Change
    request: Request
    policies: PolicySet


def smallest_change(decision: Decision) -> tuple[tuple[Change, ...], Decision | None]:
    """Return the smallest changes after which the request is allowed, and the decision after them.

    Returns
    -------
    tuple
        No changes and None if the request is allowed already, or if no small change helps.
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
    for trace in decision.trace:
        nearly = trace.statement.effect == "Allow" and not trace.applies
        if nearly and trace.policy.type is decision.policy_type and trace.level == decision.level:
            yield from _widened(decision, trace.ref, trace.failures)
    yield from _new_statement(decision)


def _widened(decision: Decision, near: StatementRef, failures: tuple[Failure, ...]) -> Iterator[_Step]:
    """Change each element of a near miss, or the request, so that the statement applies."""
    after = copy.deepcopy(dict(near.source))
    request = decision.request
    instructions: list[str] = []
    cost = 0
    for failure in failures:
        changed = _set_in_request(request, failure)
        if changed is not None:
            request, instruction = changed
            instructions.append(instruction)
            cost += _SET_IN_REQUEST
            continue
        fitted = _fit(after, failure, decision)
        if fitted is None:
            return
        instruction, price = fitted
        instructions.append(instruction)
        cost += price
    what = "; ".join(instructions)
    if after == near.source:
        yield _Step(cost, Change("the request", what), request, decision.policies)
        return
    cost += _ALLOWS_MORE * _allows_more(near.source, failures, decision)
    policies = _replaced(decision.policies, near, after)
    if policies is not None:
        yield _Step(cost, Change(str(near), what, json.dumps(after, indent=2)), request, policies)


def _allows_more(source: Mapping[str, Any], failures: tuple[Failure, ...], decision: Decision) -> int:
    """Count the elements through which a widened statement would allow more than this request."""
    failed = {failure.element for failure in failures}
    more = 0
    for element, asked in (("Action", decision.request.action), ("Resource", decision.request.resource)):
        if f"Not{element}" in source:
            more += 1
            continue
        values = _listed(source.get(element, asked))
        only_this = [str(value).lower() for value in values] == [asked.lower()]
        if element not in failed and not only_this:
            more += 1
        elif element in failed and len(failed - {element}) > 0:
            # Adding a value to two elements allows every combination of them.
            more += 1
    return more


def _fit(after: dict[str, Any], failure: Failure, decision: Decision) -> tuple[str, int] | None:
    """Change one element of a statement so that it matches; return the instruction and its cost."""
    request = decision.request
    if failure.element == "Principal":
        principal = principal_element(request.caller)
        if principal is None or not isinstance(after["Principal"], dict):
            return None
        ((kind, name),) = principal.items()
        after["Principal"][kind] = _and(after["Principal"].get(kind), name)
        return f'add "{name}" to Principal', _WIDEN_ELEMENT
    if failure.element in ("Action", "Resource"):
        value = spelling(request.action) if failure.element == "Action" else request.resource
        if value == "*":
            return None
        after[failure.element] = _and(after[failure.element], value)
        return f'add "{value}" to {failure.element}', _WIDEN_ELEMENT
    lists_allowed_values = (
        failure.operator.startswith(("String", "Arn", "ForA")) and "Not" not in failure.operator
    )
    if failure.element == "Condition" and failure.actual and lists_allowed_values:
        block = after["Condition"][failure.operator]
        block[failure.key] = _and(block[failure.key], *failure.actual)
        shown = ", ".join(f'"{value}"' for value in failure.actual)
        return f"add {shown} to {failure.operator} {failure.key}", _ADD_VALUE
    return None


def _set_in_request(request: Request, failure: Failure) -> tuple[Request, str] | None:
    """Return the request with the value that a condition requires, if the caller chooses that value."""
    key = failure.key.lower()
    if failure.element != "Condition" or key not in _CALLER_SETS or not failure.expected:
        return None
    value = failure.expected[0]
    if any(character in value for character in "*?$") or "Not" in failure.operator:
        return None
    return _with_key(request, key, value), _instruction(failure.key, value)


def _instruction(key: str, value: str) -> str:
    return f'set {key} to "{value}" in the request: {_CALLER_SETS[key.lower()]}'


def _with_key(request: Request, key: str, value: str) -> Request:
    return replace(request, context={**request.context, key: (value,)})


def _new_statement(decision: Decision) -> Iterator[_Step]:
    """Add an Allow for just this request to a policy of the deciding type, or to a new policy."""
    request, type = decision.request, decision.policy_type
    assert type is not None
    statement: dict[str, Any] = {"Effect": "Allow", "Action": spelling(request.action)}
    if type is not PolicyType.TRUST:
        statement["Resource"] = request.resource
    if type in (PolicyType.TRUST, PolicyType.RESOURCE):
        principal = principal_element(request.caller)
        if principal is None:
            return
        statement["Principal"] = principal
    if type in (PolicyType.RCP, PolicyType.VPC_ENDPOINT):
        # AWS accepts only "*" here, so that a condition has to name the caller.
        statement["Principal"] = "*"
        statement["Condition"] = {
            "ArnEquals": {"aws:PrincipalArn": request.caller.role_arn or request.caller.name}
        }
    host = _host(decision, type)
    source = json.dumps(statement, indent=2)
    if host is None:
        document = {"Version": "2012-10-17", "Statement": [statement]}
        added = Policy.parse(document, type, f"a new {type.value}")
        policies = with_policy(decision.policies, added, decision.level)
        change = Change(added.name, "with this statement", source)
    else:
        document = json.loads(host.text) | {"Statement": [*host.statement_sources(), statement]}
        policies = _swapped(decision.policies, host, Policy.parse(document, type, host.name))
        change = Change(host.name, "add this statement", source)
    yield _Step(_ADD_STATEMENT, change, request, policies)


def _host(decision: Decision, type: PolicyType) -> Policy | None:
    """Return the policy to add a statement to: the first of the type and level that has statements."""
    policies = decision.policies
    candidates: tuple[Policy, ...] = ()
    match type:
        case PolicyType.TRUST | PolicyType.RESOURCE:
            candidates = (policies.resource,) if policies.resource else ()
        case PolicyType.IDENTITY:
            # Other principals may use a managed policy too, so the statement goes into an inline policy.
            candidates = tuple(
                one for one in policies.identity if not one.name.startswith("managed policy")
            )
        case PolicyType.BOUNDARY:
            candidates = tuple(
                one for one in policies.boundaries if one.first_allow(decision.request) is None
            )
        case PolicyType.SESSION:
            candidates = policies.session
        case PolicyType.VPC_ENDPOINT:
            candidates = policies.vpc_endpoint
        case PolicyType.SCP:
            candidates = (policies.scps or ((),))[decision.level or 0]
        case PolicyType.RCP:
            candidates = (policies.rcps or ((),))[decision.level or 0]
    return next((one for one in candidates if one.statements), None)


def _past_deny(decision: Decision) -> Iterator[_Step]:
    """Change the request so that the Deny doesn't apply, exempt this caller, or remove the Deny."""
    (deny,) = decision.statements
    yield from _avoiding(decision, deny)
    caller = decision.request.caller
    if caller.account is not None and "ArnNotEquals" not in deny.source.get("Condition", {}):
        exempting = copy.deepcopy(dict(deny.source))
        name = caller.role_arn or caller.name
        exempting.setdefault("Condition", {})["ArnNotEquals"] = {"aws:PrincipalArn": name}
        policies = _replaced(decision.policies, deny, exempting)
        if policies is not None:
            what = f'exempt this caller with the condition ArnNotEquals aws:PrincipalArn "{name}"'
            change = Change(str(deny), what, json.dumps(exempting, indent=2))
            yield _Step(_EXEMPT_CALLER, change, decision.request, policies)
    policies = _replaced(decision.policies, deny, None)
    if policies is not None:
        change = Change(str(deny), "remove this Deny if no one needs it")
        yield _Step(_REMOVE_DENY, change, decision.request, policies)


def _avoiding(decision: Decision, deny: StatementRef) -> Iterator[_Step]:
    """Change the request so that a condition of the Deny no longer holds."""
    for condition in deny.statement.conditions:
        key = condition.key.lower()
        if key not in _CALLER_SETS:
            continue
        denied = condition.values[0] if condition.values else ""
        value = {"true": "false", "false": "true"}.get(denied.lower(), denied)
        request = _with_key(decision.request, key, value)
        if not condition.holds(request.context):
            change = Change("the request", _instruction(condition.key, value))
            yield _Step(_SET_IN_REQUEST, change, request, decision.policies)


def _replaced(policies: PolicySet, ref: StatementRef, statement: dict[str, Any] | None) -> PolicySet | None:
    """Return the policies with a statement replaced or removed; None if AWS rejects the new document."""
    statements = ref.policy.statement_sources()
    index = ref.statement.index
    statements[index : index + 1] = [statement] if statement else []
    if not statements:
        return _swapped(policies, ref.policy, None)
    document = json.loads(ref.policy.text) | {"Statement": statements}
    try:
        changed = Policy.parse(document, ref.policy.type, ref.policy.name)
    except MalformedPolicyDocument:
        return None
    return _swapped(policies, ref.policy, changed)


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
