"""The ARNs of consumers of Kinesis streams."""

from __future__ import annotations

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.kinesis import rename_consumer
from rolecall.sandbox.responses import Response, read_result, result_response


class StreamConsumers(Gap):
    """The ARN of a consumer ends with the time when it was registered; moto leaves that out."""

    operations = frozenset({"kinesis.RegisterStreamConsumer"})
    rule = "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Consumer.html"

    def after(self, call: Call, response: Response) -> Response:
        """Complete the ARN."""
        if not response.ok:
            return response
        result = read_result(call.operation, response)
        consumer = result["Consumer"]
        arn = consumer["ConsumerARN"]
        consumer["ConsumerARN"] = f"{arn}:{int(consumer['ConsumerCreationTimestamp'].timestamp())}"
        rename_consumer(call.account, call.region, arn, consumer["ConsumerARN"])
        return result_response(call.operation, result)
