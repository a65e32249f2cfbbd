"""Destinations of subscription filters, which CloudWatch Logs tests when they are set."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.deliveries import Source, may_deliver
from rolecall.sandbox.moto_gaps._gap import Gap

_FUNCTION = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute "
    "your function."
)
_STREAM = (
    "Could not deliver test message to specified {} stream. Check if the given {} stream is in ACTIVE "
    "state."
)
_NAMES = {"kinesis": "Kinesis", "firehose": "Firehose"}


class LogDestinations(Gap):
    """CloudWatch Logs refuses a subscription filter if it may not deliver to the destination."""

    operations = frozenset({"logs.PutSubscriptionFilter"})
    rule = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html"

    def before(self, call: Call) -> None:
        """Raise InvalidParameterException for a function or a stream that can't be used."""
        operation = call.operation
        destination = operation.text("destinationArn", "")
        group = operation.text("logGroupName", "")
        arn = f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}:*"
        source = Source("logs.amazonaws.com", arn, call.account, operation.text("roleArn", ""))
        service = destination.split(":")[2] if destination.count(":") > 4 else ""
        if service not in ("lambda", *_NAMES) or may_deliver(source, destination):
            return
        message = _FUNCTION if service == "lambda" else _STREAM.replace("{}", _NAMES[service])
        raise AwsError("InvalidParameterException", message, 400)
