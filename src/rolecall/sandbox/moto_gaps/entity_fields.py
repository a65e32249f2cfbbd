"""The fields that IAM returns of roles and policies, and those that it doesn't."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend
from rolecall.sandbox.responses import Response, read_result, result_response


class EntityFields(Gap):
    """IAM returns other fields of an entity that it creates or lists than of one that it gets."""

    operations = frozenset(
        {
            "iam.CreatePolicy",
            "iam.CreateRole",
            "iam.GetAccountAuthorizationDetails",
            "iam.GetPolicy",
            "iam.ListRoles",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html"

    def after(self, call: Call, response: Response) -> Response:
        """Add and remove the fields in which moto differs."""
        if not response.ok:
            return response
        result = read_result(call.operation, response)
        _CORRECTIONS[call.operation.name](call.account, result)
        return result_response(call.operation, result)


def _created_role(account: str, result: dict[str, Any]) -> None:
    for only_read in ("MaxSessionDuration", "RoleLastUsed"):
        result["Role"].pop(only_read, None)


def _listed_roles(account: str, result: dict[str, Any]) -> None:
    documents = {
        role.name: role.assume_role_policy_document for role in list(iam_backend(account).roles.values())
    }
    for role in result["Roles"]:
        document = documents[role["RoleName"]]
        # Documents are URL-encoded; moto leaves an encoded part of a document as it is.
        role["AssumeRolePolicyDocument"] = quote(
            document if isinstance(document, str) else json.dumps(document)
        )


def _policy(account: str, result: dict[str, Any]) -> None:
    arn = result["Policy"]["Arn"]
    state = iam_backend(account)
    entities = (*state.users.values(), *state.roles.values())
    bounded = [one for one in entities if getattr(one, "permissions_boundary_arn", None) == arn]
    result["Policy"]["PermissionsBoundaryUsageCount"] = len(bounded)


def _account_details(account: str, result: dict[str, Any]) -> None:
    known = iam_backend(account).managed_policies
    for policy in result.get("Policies", []):
        policy["PolicyName"] = policy["Arn"].rpartition("/")[2]
        policy["PolicyId"] = known[policy["Arn"]].id


_CORRECTIONS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "CreateRole": _created_role,
    "ListRoles": _listed_roles,
    "CreatePolicy": _policy,
    "GetPolicy": _policy,
    "GetAccountAuthorizationDetails": _account_details,
}
