"""Policies that AWS Organizations rejects, and types of policies that aren't enabled."""

from __future__ import annotations

import json

from rolecall.aws.errors import AwsError
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.organizations import (
    enable_service_control_policies,
    policy_type_is_enabled,
    type_of_policy,
)
from rolecall.sandbox.responses import Response

_TYPES = {"SERVICE_CONTROL_POLICY": PolicyType.SCP, "RESOURCE_CONTROL_POLICY": PolicyType.RCP}


class OrganizationPolicies(Gap):
    """A new root has SCPs enabled, and Organizations rejects malformed policies and types that aren't."""

    operations = frozenset(
        f"organizations.{name}"
        for name in ("AttachPolicy", "CreateOrganization", "CreatePolicy", "UpdatePolicy")
    )
    rule = "https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html"

    def before(self, call: Call) -> None:
        """Raise MalformedPolicyDocumentException or PolicyTypeNotEnabledException."""
        operation = call.operation
        policy_id = operation.text("PolicyId", "")
        if operation.name == "AttachPolicy":
            if not policy_type_is_enabled(call.account, policy_id):
                raise AwsError(
                    "PolicyTypeNotEnabledException",
                    "This operation can be performed only for enabled policy types.",
                    400,
                )
            return
        if operation.name == "CreateOrganization":
            return
        type = _TYPES.get(operation.text("Type") or type_of_policy(call.account, policy_id))
        content = operation.text("Content")
        if type is None or content is None:
            return
        try:
            Policy.parse(content, type)
            if type is PolicyType.RCP:
                _check_rcp(content)
        except MalformedPolicyDocument:
            raise AwsError(
                "MalformedPolicyDocumentException",
                "The provided policy document does not meet the requirements of the specified policy type.",
                400,
            ) from None

    def after(self, call: Call, response: Response) -> Response:
        """Enable service control policies in a new organization with all features.

        https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
        """
        is_new = call.operation.name == "CreateOrganization" and response.ok
        if is_new and call.operation.text("FeatureSet", "ALL") == "ALL":
            enable_service_control_policies(call.account)
        return response


def _check_rcp(content: str) -> None:
    """Check what only a resource control policy must be: it denies, and its principal is everyone.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html

    Raises
    ------
    MalformedPolicyDocument
        For a statement that is different.
    """
    statements = json.loads(content)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement["Effect"] != "Deny" or statement.get("Principal") != "*" or "NotAction" in statement:
            raise MalformedPolicyDocument("A resource control policy denies actions for everyone.")
