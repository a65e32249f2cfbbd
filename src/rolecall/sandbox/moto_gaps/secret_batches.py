"""BatchGetSecretValue, which needs the permission to read each secret."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rolecall.aws.authorization import Check
from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._registry import Gaps
from rolecall.sandbox.responses import Response, read_result, result_response


class SecretBatches(Gap):
    """BatchGetSecretValue returns the values that the caller may read; moto returns all of them."""

    operations = frozenset({"secretsmanager.BatchGetSecretValue"})
    rule = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"

    def connect(self, gaps: Gaps) -> None:
        """Keep the gaps that check a call to GetSecretValue."""
        self._gaps = gaps

    def before(self, call: Call) -> None:
        """Require the permission to list secrets, if the call finds them by filters."""
        if call.operation.parameters.get("Filters"):
            self.runtime.authorizer.require(call, Check("secretsmanager:ListSecrets", "*"))

    def after(self, call: Call, response: Response) -> Response:
        """Replace the secrets that the caller may not read by errors."""
        if not response.ok:
            return response
        result = read_result(call.operation, response)
        values: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for secret in result.get("SecretValues", ()):
            if denial := self._denial(call, secret["ARN"]):
                errors.append(_error(secret["ARN"], denial))
            else:
                values.append(secret)
        for error in result.get("Errors", ()):
            denial = self._denial(call, error["SecretId"])
            errors.append(_error(error["SecretId"], denial) if denial else error)
        return result_response(call.operation, {**result, "SecretValues": values, "Errors": errors})

    def _denial(self, call: Call, secret: str) -> AwsError | None:
        """Decide the call to GetSecretValue that Secrets Manager makes for a secret, and record it."""
        operation = Operation(
            "secretsmanager", "GetSecretValue", call.operation.protocol, {"SecretId": secret}
        )
        single = replace(call, operation=operation)
        try:
            self.runtime.authorizer.authorize(single)
            self._gaps.check(single)
        except AwsError as error:
            return error
        return None


def _error(secret: str, error: AwsError) -> dict[str, str]:
    return {"SecretId": secret, "ErrorCode": error.code, "Message": error.message}
