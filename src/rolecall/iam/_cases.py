"""Read and write cases for `rolecall iam decide`: a request and its policies, as one JSON object.

The sandbox records each decision as a case, so that it can be decided and explained again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rolecall.iam._decisions import Decision, PolicySet, decide
from rolecall.iam._documents import Policy
from rolecall.iam._errors import MalformedPolicyDocument
from rolecall.iam._requests import Request
from rolecall.iam._types import PolicyType

_REQUEST_FIELDS = {"principal", "action", "resource", "resource_account", "context", "issuer"}
_CASE_FIELDS = {
    "id",
    "request",
    "identity_policies",
    "permissions_boundaries",
    "session_policies",
    "resource_policy",
    "service_control_policies",
    "resource_control_policies",
    "vpc_endpoint_policies",
    "names",
}


class BadCase(ValueError):
    """A case that can't be read; the message names the field and what it should be."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and the policies to evaluate for it.

    Parameters
    ----------
    id
        The ID that the result repeats.
    request
        The request.
    policies
        The policies.
    """

    id: str | int
    request: Request
    policies: PolicySet

    def decide(self) -> Decision:
        """Evaluate the request."""
        return decide(self.request, self.policies)


def parse_case(value: object) -> Case:
    """Read a case.

    Parameters
    ----------
    value
        The value of one line of JSON.

    Raises
    ------
    BadCase
        If a field is missing, unknown, or wrong.
    """
    case = _object(value, "A case")
    _known(case, _CASE_FIELDS, "a case")
    identifier = case.get("id")
    if not isinstance(identifier, (str, int)) or isinstance(identifier, bool):
        raise BadCase("id: a case needs an id, a string or a number")
    request = _request(case.get("request"))
    names = case.get("names", {})
    reader = _Policies(case, names if isinstance(names, dict) else {})
    try:
        return Case(identifier, request, reader.read(request))
    except RecursionError:
        raise BadCase("a policy is nested too deeply") from None


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise BadCase(f"{what} must be a JSON object, not {type(value).__name__}")
    return value


def _known(value: Mapping[str, object], fields: set[str], what: str) -> None:
    for key in value:
        if key not in fields:
            raise BadCase(f"{key}: not a field of {what}; use one of {', '.join(sorted(fields))}")


def _request(value: object) -> Request:
    if value is None:
        raise BadCase("request: a case needs a request with principal, action, and resource")
    fields = _object(value, "request")
    _known(fields, _REQUEST_FIELDS, "request")
    for key in ("principal", "action", "resource"):
        if not isinstance(fields.get(key), str) or not fields[key]:
            raise BadCase(f"request.{key}: must be a string")
    if ":" not in str(fields["action"]):
        raise BadCase("request.action: must be a service and an action, such as s3:GetObject")
    for key in ("resource_account", "issuer"):
        if not isinstance(fields.get(key), (str, type(None))):
            raise BadCase(f"request.{key}: must be a string")
    context = _object(fields.get("context") or {}, "request.context")
    values: dict[str, str | Sequence[str]] = {}
    for key, raw in context.items():
        listed = raw if isinstance(raw, list) else [raw]
        if not all(isinstance(one, (str, bool, int, float)) for one in listed):
            raise BadCase(f"request.context.{key}: must be a string or a list of strings")
        texts = [one if isinstance(one, str) else json.dumps(one) for one in listed]
        values[key] = texts if isinstance(raw, list) else texts[0]
    account, issuer = fields.get("resource_account"), fields.get("issuer")
    try:
        return Request.of(
            str(fields["principal"]),
            str(fields["action"]),
            str(fields["resource"]),
            resource_account=account if isinstance(account, str) else None,
            context=values,
            issuer=issuer if isinstance(issuer, str) else None,
        )
    except ValueError as error:
        raise BadCase(f"request.principal: {error}") from None


class _Policies:
    def __init__(self, case: Mapping[str, object], names: Mapping[str, object]) -> None:
        self.case = case
        self.names = names

    def read(self, request: Request) -> PolicySet:
        trust = request.action_lower.startswith("sts:")
        resource = self.case.get("resource_policy")
        return PolicySet(
            identity=self._list("identity_policies", PolicyType.IDENTITY),
            resource=None
            if resource is None
            else self._one(resource, PolicyType.TRUST if trust else PolicyType.RESOURCE, "resource_policy"),
            boundaries=self._list("permissions_boundaries", PolicyType.BOUNDARY),
            session=self._list("session_policies", PolicyType.SESSION),
            scps=self._levels("service_control_policies", PolicyType.SCP),
            rcps=self._levels("resource_control_policies", PolicyType.RCP),
            vpc_endpoint=self._list("vpc_endpoint_policies", PolicyType.VPC_ENDPOINT),
        )

    def _one(self, document: object, type: PolicyType, field: str) -> Policy:
        name = self.names.get(field)
        try:
            return Policy.parse(document, type, name if isinstance(name, str) else field)
        except MalformedPolicyDocument as error:
            raise BadCase(f"{field}: MalformedPolicyDocument: {error}") from None

    def _list(self, field: str, type: PolicyType) -> tuple[Policy, ...]:
        documents = self.case.get(field)
        if documents is None:
            return ()
        if not isinstance(documents, list):
            raise BadCase(f"{field}: must be a list of policy documents")
        return tuple(self._one(one, type, f"{field}[{i}]") for i, one in enumerate(documents))

    def _levels(self, field: str, type: PolicyType) -> tuple[tuple[Policy, ...], ...] | None:
        levels = self.case.get(field)
        if levels is None or levels == []:
            return None
        if not isinstance(levels, list) or not all(isinstance(level, list) for level in levels):
            raise BadCase(f"{field}: must be a list of levels, the root first, each a list of documents")
        return tuple(
            tuple(self._one(one, type, f"{field}[{i}][{j}]") for j, one in enumerate(level))
            for i, level in enumerate(levels)
        )


def case_document(identifier: str | int, request: Request, policies: PolicySet) -> dict[str, object]:
    """Return the case as a JSON object that `parse_case` can read, with the names of the policies."""
    names: dict[str, str] = {}

    def document(policy: Policy, field: str) -> object:
        names[field] = policy.name
        return json.loads(policy.text)

    def listed(field: str, attached: Sequence[Policy]) -> list[object]:
        return [document(policy, f"{field}[{i}]") for i, policy in enumerate(attached)]

    case: dict[str, object] = {
        "id": identifier,
        "request": {
            "principal": request.caller.name,
            "action": request.action,
            "resource": request.resource,
            "resource_account": request.resource_account,
            "context": {key: list(values) for key, values in request.context.items()},
            "issuer": request.caller.issuer,
        },
        "identity_policies": listed("identity_policies", policies.identity),
        "permissions_boundaries": listed("permissions_boundaries", policies.boundaries),
        "session_policies": listed("session_policies", policies.session),
        "vpc_endpoint_policies": listed("vpc_endpoint_policies", policies.vpc_endpoint),
    }
    if policies.resource is not None:
        case["resource_policy"] = document(policies.resource, "resource_policy")
    for field, levels in (
        ("service_control_policies", policies.scps),
        ("resource_control_policies", policies.rcps),
    ):
        if levels is not None:
            case[field] = [listed(f"{field}[{i}]", level) for i, level in enumerate(levels)]
    return case | {"names": names}


def decide_lines(lines: Iterator[str] | Sequence[str]) -> Iterator[tuple[int, Decision | None, str]]:
    """Evaluate the cases in JSON Lines, one by one.

    Yields
    ------
    tuple
        The number of the line, counted from 1; the decision, or None for a bad line; and the ID as JSON, or
        what is wrong with the line.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.strip())
        except (ValueError, RecursionError) as error:
            yield number, None, f"this is not JSON: {error}"
            continue
        try:
            case = parse_case(value)
        except BadCase as error:
            yield number, None, str(error)
            continue
        yield number, case.decide(), json.dumps(case.id)
