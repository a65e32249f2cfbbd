"""Functions that rotate secrets."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.deliveries import Source, may_deliver
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.awslambda import function_facts
from rolecall.sandbox.moto_state.secretsmanager import secret_arn

_DENIED = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
    "access to the principal secretsmanager.amazonaws.com."
)


class SecretRotations(Gap):
    """A function rotates a secret only if its policy allows Secrets Manager; in moto, always."""

    operations = frozenset({"secretsmanager.RotateSecret"})
    rule = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html"

    def before(self, call: Call) -> None:
        """Raise AccessDeniedException."""
        function = call.operation.text("RotationLambdaARN")
        secret = secret_arn(call.account, call.region, call.operation.text("SecretId", ""))
        if not function or not secret or not function_facts(call.account, call.region, function, None):
            return
        if not may_deliver(Source("secretsmanager.amazonaws.com", secret, call.account), function):
            raise AwsError("AccessDeniedException", _DENIED, 400)
