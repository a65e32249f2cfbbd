"""The tags that a Kinesis data stream is created with."""

from __future__ import annotations

from rolecall.aws.condition_keys import request_tags
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.responses import Response


class StreamTags(Gap):
    """CreateStream tags the stream that it creates; moto ignores the tags."""

    operations = frozenset({"kinesis.CreateStream"})
    rule = "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html"

    def after(self, call: Call, response: Response) -> Response:
        """Tag a stream that was created."""
        tags = request_tags(call.operation.parameters)
        if response.status < 300 and tags:
            streams = backend("kinesis", call.account, call.region)
            streams.add_tags_to_stream(None, call.operation.text("StreamName"), tags)
        return response
