"""The ARNs that SNS is given: texts that are no ARNs, and topics that don't exist."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.sns import topic_exists

_PARAMETERS = ("TopicArn", "TargetArn", "SubscriptionArn", "EndpointArn", "PlatformApplicationArn")


class TopicArns(Gap):
    """SNS rejects texts that are no ARNs and topics that don't exist; moto fails, or names an endpoint."""

    operations = frozenset({"sns.*"})
    rule = "https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"

    def validate(self, call: Call) -> None:
        """Raise InvalidParameter for a text with fewer parts than an ARN has."""
        for name in _PARAMETERS:
            arn = call.operation.parameters.get(name)
            if arn is not None and len(parts := str(arn).split(":")) < 6:
                reason = f"An ARN must have at least 6 elements, not {len(parts)}"
                raise AwsError("InvalidParameter", f"Invalid parameter: {name} Reason: {reason}", 400)

    def before(self, call: Call) -> None:
        """Raise NotFound for a topic that doesn't exist, or InvalidParameter for one of another Region."""
        if not call.operation.name.startswith("Publish"):
            return
        name = "TopicArn" if call.operation.text("TopicArn") else "TargetArn"
        arn = call.operation.text(name)
        if arn is None or "/" in arn:
            return
        if arn.split(":")[3] != call.region:
            raise AwsError("InvalidParameter", f"Invalid parameter: {name}", 400)
        if not topic_exists(arn):
            raise AwsError("NotFound", "Topic does not exist", 404)
