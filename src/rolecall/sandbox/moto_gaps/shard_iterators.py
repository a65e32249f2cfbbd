"""Shard iterators of Kinesis."""

from __future__ import annotations

import base64

from rolecall.aws.conversions import stream_of_iterator
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response, read_result, result_response


class ShardIterators(Gap):
    """Kinesis rejects the iterator of a stream that isn't the named one; moto reads that stream.

    moto also forgets the stream in an iterator that is requested with the ARN of the stream.
    """

    operations = frozenset({"kinesis.GetRecords", "kinesis.GetShardIterator"})
    rule = "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html"

    def before(self, call: Call) -> None:
        """Raise InvalidArgumentException."""
        if call.operation.name != "GetRecords":
            return
        arn = call.operation.text("StreamARN")
        name = stream_of_iterator(call.operation.text("ShardIterator", ""))
        if arn is not None and name != arn.rpartition("/")[2]:
            raise AwsError(
                "InvalidArgumentException", f"The shard iterator is not for the stream {arn}.", 400
            )

    def after(self, call: Call, response: Response) -> Response:
        """Put the name of the stream into a new iterator."""
        arn = call.operation.text("StreamARN")
        if call.operation.name != "GetShardIterator" or arn is None or not response.ok:
            return response
        result = read_result(call.operation, response)
        _, _, rest = base64.b64decode(result["ShardIterator"]).decode().partition(":")
        iterator = f"{arn.rpartition('/')[2]}:{rest}"
        return result_response(
            call.operation, {"ShardIterator": base64.b64encode(iterator.encode()).decode()}
        )
