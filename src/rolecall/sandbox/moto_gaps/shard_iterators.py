"""Shard iterators of Kinesis."""

from __future__ import annotations

from rolecall.aws.conversions import stream_of_iterator
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class ShardIterators(Gap):
    """Kinesis rejects the iterator of a stream that isn't the named one; moto reads that stream."""

    operations = frozenset({"kinesis.GetRecords"})
    rule = "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html"

    def before(self, call: Call) -> None:
        """Raise InvalidArgumentException."""
        arn = call.operation.text("StreamARN")
        name = stream_of_iterator(call.operation.text("ShardIterator", ""))
        if arn is not None and name != arn.rpartition("/")[2]:
            raise AwsError(
                "InvalidArgumentException", f"The shard iterator is not for the stream {arn}.", 400
            )
