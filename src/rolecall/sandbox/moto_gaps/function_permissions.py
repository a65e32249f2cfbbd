"""The statements that AddPermission and AddLayerVersionPermission add to a policy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.service_principals import is_service_principal
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.awslambda import has_statement, replace_statement
from rolecall.sandbox.responses import Response, read_result, result_response

_ACCOUNT = re.compile(r"\d{12}")
# Parameters that become conditions: the operator and the key.
_CONDITIONS = {
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "OrganizationId": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


class FunctionPermissions(Gap):
    """Lambda writes the principal and the conditions as IAM reads them; moto writes the parameters."""

    operations = frozenset({"lambda.AddPermission", "lambda.AddLayerVersionPermission"})
    rule = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"

    def before(self, call: Call) -> None:
        """Raise an error for a principal that doesn't exist, or for a statement ID that does.

        https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
        """
        principal = _principal(call.operation.text("Principal", ""))
        if isinstance(principal, dict) and not (
            self.runtime.iam.may_be_principal(principal.get("AWS", ""))
            and is_service_principal(principal.get("Service", "lambda.amazonaws.com"))
        ):
            message = "The provided principal was invalid. Please check the principal and try again."
            raise AwsError("InvalidParameterValueException", message, 400)
        operation = call.operation
        identifier = operation.text("StatementId", "")
        qualifier = operation.text("Qualifier", "")
        if call.name == "lambda.AddPermission" and has_statement(
            call.account, call.region, operation.text("FunctionName", ""), qualifier, identifier
        ):
            message = (
                f"The statement id ({identifier}) provided already exists. Please provide a new statement "
                "id, or remove the existing statement."
            )
            raise AwsError("ResourceConflictException", message, 409)

    def after(self, call: Call, response: Response) -> Response:
        """Replace the statement in the policy and in the response."""
        if not response.ok:
            return response
        result = read_result(call.operation, response)
        made = json.loads(result["Statement"])
        resource, statement = str(made["Resource"]), _statement(call.operation.parameters)
        if "LayerName" in call.operation.parameters:
            resource = resource.removesuffix(":$LATEST").removesuffix(":")
        name = resource.split(":", 5)[5]
        written = {**statement, "Resource": resource}
        replace_statement(call.account, call.region, name, str(made["Sid"]), written)
        result["Statement"] = json.dumps({"Sid": made["Sid"], **written}, separators=(",", ":"))
        return result_response(call.operation, result)


def _statement(parameters: Mapping[str, Any]) -> dict[str, Any]:
    conditions: dict[str, dict[str, str]] = {}
    for parameter, (operator, key) in _CONDITIONS.items():
        value = parameters.get(parameter)
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            conditions.setdefault(operator, {})[key] = text
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": _principal(str(parameters.get("Principal", ""))),
        "Action": str(parameters.get("Action", "")),
    }
    return {**statement, "Condition": conditions} if conditions else statement


def _principal(text: str) -> str | dict[str, str]:
    if text == "*":
        return "*"
    if _ACCOUNT.fullmatch(text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    return {"AWS": text} if text.startswith("arn:") else {"Service": text}
