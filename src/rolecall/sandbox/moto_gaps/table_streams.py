"""Streams of DynamoDB tables, and the positions in them."""

from __future__ import annotations

from rolecall.aws.arns import region_of
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.dynamodb import has_iterator, stream_shard


class TableStreams(Gap):
    """DynamoDB reports streams, shards, and iterators that don't exist; moto shows another, or fails."""

    operations = frozenset(
        {
            "dynamodbstreams.DescribeStream",
            "dynamodbstreams.GetRecords",
            "dynamodbstreams.GetShardIterator",
        }
    )
    rule = (
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html"
    )

    def before(self, call: Call) -> None:
        """Raise ResourceNotFoundException or ValidationException."""
        operation = call.operation
        if operation.name == "GetRecords":
            if not has_iterator(call.account, call.region, operation.text("ShardIterator", "")):
                raise AwsError("ValidationException", "Invalid ShardIterator", 400)
            return
        arn = operation.text("StreamArn", "")
        shard = stream_shard(call.account, call.region, arn) if region_of(arn) == call.region else None
        if shard is None:
            message = f"Requested resource not found: Stream: {arn} not found"
            raise AwsError("ResourceNotFoundException", message, 400)
        named = operation.text("ShardId", shard)
        if named != shard:
            message = f"Requested resource not found: Shard does not exist: {named}"
            raise AwsError("ResourceNotFoundException", message, 400)
