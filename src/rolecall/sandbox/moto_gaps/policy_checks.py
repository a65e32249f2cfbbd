"""The policy checks of IAM Access Analyzer: validation, and the comparison of access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.mapping import permissions
from rolecall.aws.operations import Operation, is_operation
from rolecall.aws.s3_public import public_statements
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType, Statement
from rolecall.iam.policy_checks import (
    Finding,
    Location,
    PolicyKind,
    granted_access,
    new_access,
    position,
    validate_policy,
)
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result

_PAGE = 100
_TRUST = "AWS::IAM::AssumeRolePolicyDocument"


class PolicyChecks(Gap):
    """Access Analyzer validates and compares policies; moto has no such service."""

    operations = frozenset(
        {
            "accessanalyzer.CheckAccessNotGranted",
            "accessanalyzer.CheckNoNewAccess",
            "accessanalyzer.CheckNoPublicAccess",
            "accessanalyzer.ValidatePolicy",
        }
    )
    rule = "https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html"
    answers = True

    def before(self, call: Call) -> Result:
        """Return the findings of a policy, or the result of a check."""
        match call.operation.name:
            case "ValidatePolicy":
                return _validate(call.operation)
            case "CheckNoNewAccess":
                return _no_new_access(call.operation)
            case "CheckAccessNotGranted":
                return _not_granted(call.operation)
            case _:
                return _no_public_access(call.operation)


def _validate(operation: Operation) -> Result:
    text = str(operation.parameters["policyDocument"])
    kind = _kind(operation)
    resource_type = operation.text("validatePolicyResourceType", "")
    if resource_type and kind is not PolicyKind.RESOURCE:
        raise _invalid("The validatePolicyResourceType parameter can only be used with RESOURCE_POLICY.")
    findings = validate_policy(text, kind, resource_type, action_of=_action_of)
    token = operation.text("nextToken") or "0"
    if not token.isdecimal() or int(token) > len(findings):
        raise _invalid("Invalid token.")
    start, size = int(token), int(operation.parameters.get("maxResults") or _PAGE)
    page: dict[str, Any] = {"findings": [_described(one, text) for one in findings[start : start + size]]}
    if start + size < len(findings):
        page["nextToken"] = str(start + size)
    return page


def _action_of(prefix: str, operation: str) -> str | None:
    """Return the action of an operation of S3 that has another name, which Access Analyzer suggests."""
    if prefix != "s3" or not is_operation("s3", operation):
        return None
    return permissions("s3", operation)[0].action


def _described(finding: Finding, text: str) -> dict[str, Any]:
    return {
        "findingDetails": finding.details,
        "findingType": finding.type,
        "issueCode": finding.code,
        "learnMoreLink": finding.learn_more_link,
        "locations": [_located(one, text) for one in finding.locations],
    }


def _located(location: Location, text: str) -> dict[str, Any]:
    path: list[dict[str, Any]] = [{kind: value} for kind, value in location.path]
    if location.substring is not None:
        start, length = location.substring
        path.append({"substring": {"start": start, "length": length}})
    return {
        "path": path,
        "span": {"start": _position(text, location.start), "end": _position(text, location.end)},
    }


def _position(text: str, offset: int) -> dict[str, int]:
    line, column = position(text, offset)
    return {"line": line, "column": column, "offset": offset}


def _no_new_access(operation: Operation) -> Result:
    new, existing = (_policy(operation, f"{one}PolicyDocument") for one in ("new", "existing"))
    return _result(
        new_access(new, existing),
        "The modified permissions grant new access compared to your existing policy.",
        "The modified permissions do not grant new access compared to your existing policy.",
        "New access in the statement with",
    )


def _not_granted(operation: Operation) -> Result:
    policy = _policy(operation, "policyDocument")
    access: list[Mapping[str, Any]] = operation.parameters["access"]
    actions = [one for entry in access for one in entry.get("actions") or ()]
    resources = [one for entry in access for one in entry.get("resources") or ()]
    if not actions and not resources:
        raise _invalid("Either actions or resources must be specified in the access parameter.")
    return _result(
        granted_access(policy, actions, resources),
        "The policy document grants access to perform one or more of the listed actions or resources.",
        "The policy document does not grant access to perform the listed actions or resources.",
        "One or more of the listed actions or resources in the statement with",
    )


def _no_public_access(operation: Operation) -> Result:
    type = PolicyType.TRUST if operation.text("resourceType") == _TRUST else PolicyType.RESOURCE
    return _result(
        public_statements(_parsed(str(operation.parameters["policyDocument"]), type)),
        "The resource policy grants public access for the given resource type.",
        "The resource policy does not grant public access for the given resource type.",
        "Public access granted in the following statement with",
    )


def _result(found: Iterable[Statement], failed: str, passed: str, reason: str) -> Result:
    reasons = [_reason(one, reason) for one in found]
    if not reasons:
        return {"result": "PASS", "message": passed}
    return {"result": "FAIL", "message": failed, "reasons": reasons}


def _reason(statement: Statement, text: str) -> dict[str, Any]:
    reason: dict[str, Any] = {"statementIndex": statement.index}
    if statement.sid:
        reason["statementId"] = statement.sid
        return reason | {"description": f"{text} sid: {statement.sid}."}
    return reason | {"description": f"{text} index: {statement.index}."}


def _kind(operation: Operation) -> PolicyKind:
    try:
        return PolicyKind(operation.text("policyType"))
    except ValueError:
        kinds = ", ".join(one.value for one in PolicyKind)
        raise _invalid(f"The policyType must be one of: {kinds}.") from None


def _policy(operation: Operation, parameter: str) -> Policy:
    text = str(operation.parameters[parameter])
    if _kind(operation) is PolicyKind.IDENTITY:
        return _parsed(text, PolicyType.IDENTITY)
    try:
        return Policy.parse(text, PolicyType.TRUST)
    except MalformedPolicyDocument:
        return _parsed(text, PolicyType.RESOURCE)


def _parsed(text: str, type: PolicyType) -> Policy:
    try:
        return Policy.parse(text, type)
    except MalformedPolicyDocument as error:
        raise _invalid(f"The policy is not valid: {error.message}") from None


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message, 400)
