"""Attribute-based access control for S3 buckets."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import abac_is_enabled, set_abac
from rolecall.sandbox.responses import Result

_USE_TAG_RESOURCE = (
    "ABAC is enabled for this bucket. Use TagResource and UntagResource of S3 Control to change its tags."
)


class BucketAbac(Gap):
    """The tags of a bucket count in conditions if ABAC is enabled; moto doesn't have the setting."""

    operations = frozenset(
        {"s3.DeleteBucketTagging", "s3.GetBucketAbac", "s3.PutBucketAbac", "s3.PutBucketTagging"}
    )
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html"
    answers = True

    def before(self, call: Call) -> Result | None:
        """Set or return the status, which is Disabled for a new bucket.

        Once it is enabled, only TagResource and UntagResource change the tags. AWS documents no error code.
        """
        bucket = call.operation.text("Bucket", "")
        if call.operation.name.endswith("BucketTagging"):
            if abac_is_enabled(bucket):
                raise AwsError("MethodNotAllowed", _USE_TAG_RESOURCE, 405)
            return None
        if call.operation.name == "PutBucketAbac":
            status = (call.operation.parameters.get("AbacStatus") or {}).get("Status")
            set_abac(bucket, enabled=status == "Enabled")
            return {}
        return {"AbacStatus": {"Status": "Enabled" if abac_is_enabled(bucket) else "Disabled"}}
