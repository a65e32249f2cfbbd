"""Execution roles that can't read the event source of a function."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.deliveries import missing_permissions
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.awslambda import event_source, function_facts

_STREAM = (
    "Cannot access stream {}. Please ensure the role can perform the GetRecords, GetShardIterator, "
    "DescribeStream, {} Actions on your stream in IAM."
)
_LISTING = {"kinesis": "ListShards, and ListStreams", "dynamodb": "and ListStreams"}


class EventSourcePermissions(Gap):
    """Lambda refuses an event source mapping whose execution role can't read the queue or the stream."""

    operations = frozenset({"lambda.CreateEventSourceMapping", "lambda.UpdateEventSourceMapping"})
    rule = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"

    def before(self, call: Call) -> None:
        """Raise InvalidParameterValueException with the first permission that the role lacks."""
        operation = call.operation
        source = operation.text("EventSourceArn")
        if source is None:
            source = event_source(call.account, call.region, operation.text("UUID", ""))
        name = operation.text("FunctionName")
        function = function_facts(call.account, call.region, name, None) if name else None
        if source is None or function is None:
            return
        missing = missing_permissions(function, source)
        if not missing:
            return
        service = source.split(":")[2]
        api = missing[0].partition(":")[2]
        message = f"The function execution role does not have permissions to call {api} on SQS"
        if service != "sqs":
            message = _STREAM.replace("{}", source, 1).replace("{}", _LISTING[service])
        raise AwsError("InvalidParameterValueException", message, 400)
