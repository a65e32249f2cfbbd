"""The Regions of a secret's replicas, and its ARN in the responses about them."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.aws.regions import is_region
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.secretsmanager import secret_arn
from rolecall.sandbox.responses import Response, read_result, result_response

_WITH_ARN = ("ListSecretVersionIds", "RemoveRegionsFromReplication", "ReplicateSecretToRegions")


class SecretReplicas(Gap):
    """Secrets Manager rejects what is no Region, and returns the ARN of the secret; moto, its name."""

    operations = frozenset(f"secretsmanager.{name}" for name in ("CreateSecret", *_WITH_ARN))
    rule = (
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html"
    )

    def before(self, call: Call) -> None:
        """Raise InvalidParameterException for a replica that is in no Region."""
        for replica in call.operation.parameters.get("AddReplicaRegions") or ():
            if not is_region(str(replica.get("Region"))):
                raise AwsError("InvalidParameterException", "Invalid replica region.", 400)

    def after(self, call: Call, response: Response) -> Response:
        """Put the ARN of the secret in the place of what the request called it."""
        if call.operation.name not in _WITH_ARN or not response.ok:
            return response
        arn = secret_arn(call.account, call.region, call.operation.text("SecretId", ""))
        result = {**read_result(call.operation, response), "ARN": arn}
        if not result.get("NextToken"):
            result.pop("NextToken", None)
        return result_response(call.operation, result)
