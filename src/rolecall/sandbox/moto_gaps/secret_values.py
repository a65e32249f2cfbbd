"""Names and values of secrets."""

from __future__ import annotations

import re

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
_BAD_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
    "-/_+=.@!"
)
_BOTH = "You can't specify both a binary secret value and a string secret value in the same secret."
_DELETED = "You can't perform this operation on the secret because it was marked for deletion."
_NO_STAGE = "Secrets Manager can't find the specified secret value for staging label: "


class SecretValues(Gap):
    """Secrets Manager rejects other names and two values, and names a missing stage; moto doesn't."""

    operations = frozenset(
        {
            "secretsmanager.CreateSecret",
            "secretsmanager.GetSecretValue",
            "secretsmanager.PutSecretValue",
            "secretsmanager.UpdateSecret",
        }
    )
    rule = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"

    def before(self, call: Call) -> None:
        """Raise ValidationException or InvalidParameterException."""
        operation = call.operation
        if operation.name == "CreateSecret" and not _NAME.fullmatch(operation.text("Name", "")):
            raise AwsError("ValidationException", _BAD_NAME, 400)
        if operation.text("SecretString") and operation.parameters.get("SecretBinary"):
            raise AwsError("InvalidParameterException", _BOTH, 400)

    def after(self, call: Call, response: Response) -> Response:
        """Put the message of AWS in the place of moto's."""
        if response.error == "InvalidRequestException" and b"marked deleted" in response.body:
            raise AwsError("InvalidRequestException", _DELETED, 400)
        stage = call.operation.text("VersionStage")
        if (
            stage
            and response.error == "ResourceNotFoundException"
            and b"for staging label" in response.body
        ):
            raise AwsError("ResourceNotFoundException", f"{_NO_STAGE}{stage}", 400)
        return response
