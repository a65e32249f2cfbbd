"""The IAM policy simulator, answered by the evaluator that decides everything else in the sandbox.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rolecall.aws.arns import account_of
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
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result

# The service and the operation, without wildcards.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
_USUAL_ITEMS = 100
_ACCOUNT = re.compile(r"\d{12}")
_ACTION = re.compile(r"[a-zA-Z0-9-]+:[a-zA-Z0-9_-]+")
_DECISIONS = {
    Outcome.ALLOWED: "allowed",
    Outcome.IMPLICITLY_DENIED: "implicitDeny",
    Outcome.EXPLICITLY_DENIED: "explicitDeny",
}


class PolicySimulator(Gap):
    """IAM has a policy simulator; moto has none that evaluates policies."""

    operations = frozenset(
        {
            "iam.GetContextKeysForCustomPolicy",
            "iam.GetContextKeysForPrincipalPolicy",
            "iam.SimulateCustomPolicy",
            "iam.SimulatePrincipalPolicy",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html"
    answers = True

    def before(self, call: Call) -> Result:
        """Return the simulator's result."""
        match call.operation.name:
            case "SimulateCustomPolicy":
                return self._simulate_custom(call.operation, call.account)
            case "SimulatePrincipalPolicy":
                return self._simulate_principal(call.operation)
            case "GetContextKeysForCustomPolicy":
                return _context_keys(_documents(call.operation, "PolicyInputList", PolicyType.IDENTITY))
            case _:
                identity, _ = self._policies_of(call.operation.text("PolicySourceArn", ""))
                further = _documents(call.operation, "PolicyInputList", PolicyType.IDENTITY)
                return _context_keys(identity + further)

    def _simulate_custom(self, operation: Operation, account: str) -> Result:
        _check_caller(operation)
        policies = PolicySet(
            identity=_documents(operation, "PolicyInputList", PolicyType.IDENTITY),
            boundaries=_documents(operation, "PermissionsBoundaryPolicyInputList", PolicyType.BOUNDARY),
        )
        principal = operation.text("CallerArn") or f"arn:aws:iam::{account}:user/simulated"
        return _results(operation, principal, policies)

    def _simulate_principal(self, operation: Operation) -> Result:
        source = operation.text("PolicySourceArn", "")
        _check_caller(operation, source)
        identity, boundaries = self._policies_of(source)
        given = _documents(operation, "PermissionsBoundaryPolicyInputList", PolicyType.BOUNDARY)
        policies = PolicySet(
            identity=identity + _documents(operation, "PolicyInputList", PolicyType.IDENTITY),
            boundaries=given or boundaries,
            scps=self.runtime.guardrails.scps(source.split(":")[4]),
        )
        principal = operation.text("CallerArn") or source
        if ":group/" in principal:
            principal = f"arn:aws:iam::{source.split(':')[4]}:user/simulated"
        return _results(operation, principal, policies)

    def _policies_of(self, arn: str) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
        """Return the identity-based policies and the permissions boundary of a user, group, or role."""
        iam = self.runtime.iam
        parts = arn.split(":", 5)
        kind, _, path = parts[5].partition("/") if len(parts) == 6 else ("", "", "")
        name = path.rpartition("/")[2]
        account = parts[4] if len(parts) == 6 else ""
        if account in iam.accounts:
            if kind == "user" and iam.user(account, name):
                return iam.user_policies(account, name), iam.user_boundary(account, name)
            if kind == "role" and iam.role_named(account, name):
                return iam.role_policies(account, name), iam.role_boundary(account, name)
            if kind == "group" and (policies := iam.group_policies(account, name)) is not None:
                return policies, ()
        if kind not in ("user", "role", "group") or not name:
            # https://github.com/aws-containers/amazon-ecs-exec-checker/pull/10
            message = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
            raise AwsError("InvalidInput", message, 400)
        raise AwsError("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)


def _account(owner: str) -> str:
    """Return the account that the simulation takes for the owner of the resources."""
    account = account_of(owner) or owner
    if not _ACCOUNT.fullmatch(account):
        # https://github.com/boto/botocore/issues/1346
        raise AwsError("InvalidInput", f"'{owner}' is not a valid as a Resource Owner.", 400)
    return account


def _documents(operation: Operation, parameter: str, type: PolicyType) -> tuple[Policy, ...]:
    texts = operation.parameters.get(parameter) or []
    try:
        return tuple(Policy.parse(text, type, f"{parameter}.{i}") for i, text in enumerate(texts, start=1))
    except MalformedPolicyDocument as error:
        raise AwsError("InvalidInput", f"Invalid policy in {parameter}: {error.message}", 400) from None


def _context_keys(policies: tuple[Policy, ...]) -> Result:
    return {"ContextKeyNames": list(context_keys(policies))}


def _results(operation: Operation, principal: str, policies: PolicySet) -> Result:
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
    account = _account(owner) if owner else None
    results = []
    for action in operation.parameters.get("ActionNames") or []:
        if not _ACTION.fullmatch(action):
            # https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
            raise AwsError("InvalidInput", f"Invalid action name: {action}", 400)
        for resource in operation.parameters.get("ResourceArns") or ["*"]:
            try:
                request = Request.of(principal, action, resource, resource_account=account, context=context)
            except ValueError as error:
                raise AwsError("InvalidInput", str(error), 400) from None
            decision = decide(request, _for_request(request, policies))
            results.append(_result(decision, resource, context))
    return _page(operation, results)


def _page(operation: Operation, results: list[dict[str, Any]]) -> Result:
    """Return the results from the marker on, as many as were asked for."""
    start = int(operation.text("Marker", "0"))
    end = start + int(operation.parameters.get("MaxItems") or _USUAL_ITEMS)
    page: dict[str, Any] = {"EvaluationResults": results[start:end], "IsTruncated": end < len(results)}
    return page | ({"Marker": str(end)} if page["IsTruncated"] else {})


def _check_caller(operation: Operation, source: str = "") -> None:
    """Check that the simulated caller is a user, if a resource-based policy depends on it.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    """
    caller = operation.text("CallerArn")
    if caller is not None and ":user/" not in caller:
        raise AwsError("InvalidInput", f"The CallerArn {caller} is not the ARN of an IAM user.", 400)
    if caller is None and operation.text("ResourcePolicy") and ":user/" not in source:
        message = "The CallerArn of an IAM user is required with a ResourcePolicy."
        raise AwsError("InvalidInput", message, 400)


def _for_request(request: Request, policies: PolicySet) -> PolicySet:
    """Return the policies for one action.

    The simulator has no trust policies: for assuming a role it ignores the resource-based policy that it is
    given. Without one it decides by the other policies, as if the resource's policy named the account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
    https://github.com/aws/aws-cli/issues/10314
    """
    account = request.caller.account
    assumes = request.action_lower.startswith("sts:assume")
    if account is None or not (assumes or (policies.resource is None and _is_on_key(request))):
        return policies
    delegating: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*"}
    document = {"Version": "2012-10-17", "Statement": delegating}
    return replace(policies, resource=Policy.parse(document, PolicyType.RESOURCE))


def _is_on_key(request: Request) -> bool:
    return request.action_lower.startswith("kms:") and ":key/" in request.resource


def _result(decision: Decision, resource: str, context: Mapping[str, list[str]]) -> dict[str, Any]:
    policies = decision.policies
    given = {key.lower() for key in (*context, *decision.request.context)}
    matched = [_matched(one.policy, one.statement) for one in decision.statements]
    result: dict[str, Any] = {
        "EvalActionName": decision.request.action,
        "EvalResourceName": resource,
        "EvalDecision": _DECISIONS[decision.outcome],
        "MatchedStatements": matched,
        "EvalDecisionDetails": {},
        "MissingContextValues": [
            key for key in context_keys(policies.identity) if key.lower() not in given
        ],
    }
    result["ResourceSpecificResults"] = [
        {
            "EvalResourceName": resource,
            "EvalResourceDecision": result["EvalDecision"],
            "MatchedStatements": matched,
            "MissingContextValues": result["MissingContextValues"],
        }
    ]
    denied = decision.policy_type is PolicyType.SCP and not decision.allowed
    result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": not denied}
    if policies.boundaries:
        denied = decision.policy_type is PolicyType.BOUNDARY and not decision.allowed
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": not denied}
    return result


def _matched(policy: Policy, statement: Any) -> dict[str, Any]:
    (line, column), (end_line, end_column) = statement_span(policy, statement)
    return {
        "SourcePolicyId": policy.name,
        "SourcePolicyType": "Resource Policy" if policy.type is PolicyType.RESOURCE else "IAM Policy",
        # The simulator counts the column after the statement's opening brace.
        "StartPosition": {"Line": line, "Column": column + 1},
        "EndPosition": {"Line": end_line, "Column": end_column},
    }
