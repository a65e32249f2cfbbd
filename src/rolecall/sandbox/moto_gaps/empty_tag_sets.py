"""Objects whose tags are replaced by no tags."""

from __future__ import annotations

from dataclasses import replace

from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result

_OF_OBJECT = ("Bucket", "Key", "VersionId")


class EmptyTagSets(Gap):
    """PutObjectTagging with an empty tag set removes the tags of an object; moto fails on it."""

    operations = frozenset({"s3.PutObjectTagging"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html"
    answers = True

    def before(self, call: Call) -> Result | None:
        """Let moto delete the tags."""
        operation = call.operation
        tagging = operation.parameters.get("Tagging")
        if not isinstance(tagging, dict) or tagging.get("TagSet"):
            return None
        parameters = {name: value for name, value in operation.parameters.items() if name in _OF_OBJECT}
        delete = replace(operation, name="DeleteObjectTagging", parameters=parameters)
        return moto_app.call(delete, call.account, call.region)
