"""The IAM policy simulator, answered by the evaluator that decides everything else here.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.iam import (
    Decision,
    MalformedPolicyDocument,
    Outcome,
    Policy,
    PolicySet,
    PolicyType,
    Request,
    context_keys,
    decide,
    statement_span,
)
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.iam_state import IamState

_DECISIONS = {
    Outcome.ALLOWED: "allowed",
    Outcome.IMPLICITLY_DENIED: "implicitDeny",
    Outcome.EXPLICITLY_DENIED: "explicitDeny",
}


class Simulator:
    """Answers the simulator's four operations."""

    def __init__(self, iam: IamState, guardrails: Guardrails) -> None:
        self._iam = iam
        self._guardrails = guardrails
        self.operations: Mapping[str, Callable[[Operation, Caller], dict[str, Any]]] = {
            "GetContextKeysForCustomPolicy": self._keys_of_custom,
            "GetContextKeysForPrincipalPolicy": self._keys_of_principal,
            "SimulateCustomPolicy": self._custom,
            "SimulatePrincipalPolicy": self._principal,
        }

    def _custom(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        policies = PolicySet(
            identity=_documents(operation, "PolicyInputList", PolicyType.IDENTITY),
            boundaries=_documents(operation, "PermissionsBoundaryPolicyInputList", PolicyType.BOUNDARY),
        )
        principal = operation.text("CallerArn") or f"arn:aws:iam::{caller.account}:user/simulated"
        return _results(operation, principal, policies)

    def _principal(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        source = operation.text("PolicySourceArn") or ""
        identity, boundaries = self._of(source)
        own = _documents(operation, "PermissionsBoundaryPolicyInputList", PolicyType.BOUNDARY)
        policies = PolicySet(
            identity=identity + _documents(operation, "PolicyInputList", PolicyType.IDENTITY),
            boundaries=own or boundaries,
            scps=self._guardrails.scps(source.split(":")[4]),
        )
        principal = operation.text("CallerArn") or source
        if ":group/" in principal:
            principal = f"arn:aws:iam::{source.split(':')[4]}:user/simulated"
        return _results(operation, principal, policies)

    def _keys_of_custom(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        documents = _documents(operation, "PolicyInputList", PolicyType.IDENTITY)
        return {"ContextKeyNames": list(context_keys(documents))}

    def _keys_of_principal(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        identity, _ = self._of(operation.text("PolicySourceArn") or "")
        extra = _documents(operation, "PolicyInputList", PolicyType.IDENTITY)
        return {"ContextKeyNames": list(context_keys(identity + extra))}

    def _of(self, arn: str) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
        """The identity-based policies and boundary of a user, group or role."""
        parts = arn.split(":", 5)
        kind, _, path = parts[5].partition("/") if len(parts) == 6 else ("", "", "")
        name = path.rpartition("/")[2]
        account = parts[4] if len(parts) == 6 else ""
        if account in self._iam.accounts:
            if kind == "user" and self._iam.user(account, name):
                return self._iam.user_policies(account, name), self._iam.user_boundary(account, name)
            if kind == "role" and self._iam.role_named(account, name):
                return self._iam.role_policies(account, name), self._iam.role_boundary(account, name)
            if kind == "group" and (policies := self._iam.group_policies(account, name)) is not None:
                return policies, ()
        raise AwsError(
            "NoSuchEntity", f"The {kind or 'principal'} with name {name or arn} cannot be found.", 404
        )


def _documents(operation: Operation, parameter: str, type: PolicyType) -> tuple[Policy, ...]:
    texts = operation.parameters.get(parameter) or []
    try:
        return tuple(Policy.parse(text, type, f"{parameter}.{i}") for i, text in enumerate(texts, start=1))
    except MalformedPolicyDocument as error:
        raise AwsError("InvalidInput", f"Invalid policy in {parameter}: {error.message}", 400) from None


def _results(operation: Operation, principal: str, policies: PolicySet) -> dict[str, Any]:
    context = {
        str(entry.get("ContextKeyName")): [str(value) for value in entry.get("ContextKeyValues") or []]
        for entry in operation.parameters.get("ContextEntries") or []
    }
    text = operation.text("ResourcePolicy")
    if text is not None:
        (resource_policy,) = _documents(
            Operation("iam", operation.name, "query", {"ResourcePolicy": [text]}),
            "ResourcePolicy",
            PolicyType.RESOURCE,
        )
        policies = replace(policies, resource=resource_policy)
    owner = operation.text("ResourceOwner")
    account = owner.split(":")[4] if owner and owner.startswith("arn:") else owner
    results = []
    for action in operation.parameters.get("ActionNames") or []:
        for resource in operation.parameters.get("ResourceArns") or ["*"]:
            try:
                request = Request.of(principal, action, resource, resource_account=account, context=context)
            except ValueError as error:
                raise AwsError("InvalidInput", str(error), 400) from None
            results.append(_result(decide(request, policies), resource, context))
    return {"EvaluationResults": results, "IsTruncated": False}


def _result(decision: Decision, resource: str, context: Mapping[str, list[str]]) -> dict[str, Any]:
    policies = decision.policies
    given = {key.lower() for key in (*context, *decision.request.context)}
    result: dict[str, Any] = {
        "EvalActionName": decision.request.action,
        "EvalResourceName": resource,
        "EvalDecision": _DECISIONS[decision.outcome],
        "MatchedStatements": [_matched(one.policy, one.statement) for one in decision.statements],
        "MissingContextValues": [
            key for key in context_keys(policies.identity) if key.lower() not in given
        ],
    }
    if policies.scps is not None:
        barred = decision.policy_type is PolicyType.SCP and not decision.allowed
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": not barred}
    if policies.boundaries:
        barred = decision.policy_type is PolicyType.BOUNDARY and not decision.allowed
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": not barred}
    return result


def _matched(policy: Policy, statement: Any) -> dict[str, Any]:
    (line, column), (end_line, end_column) = statement_span(policy, statement)
    return {
        "SourcePolicyId": policy.name,
        "SourcePolicyType": "Resource Policy" if policy.type is PolicyType.RESOURCE else "IAM Policy",
        "StartPosition": {"Line": line, "Column": column},
        "EndPosition": {"Line": end_line, "Column": end_column},
    }
