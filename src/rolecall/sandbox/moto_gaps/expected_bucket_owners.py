"""The account that a request expects to own a bucket."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.aws.s3 import copied_object
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_account


class ExpectedBucketOwners(Gap):
    """S3 denies a request whose ExpectedBucketOwner isn't the owner of the bucket; moto ignores it."""

    operations = frozenset({"s3.*"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html"

    def before(self, call: Call) -> None:
        """Raise AccessDenied."""
        operation = call.operation
        source = _source_bucket(operation.text("CopySource", ""))
        for parameter, bucket in (
            ("ExpectedBucketOwner", operation.text("Bucket", "")),
            ("ExpectedSourceBucketOwner", source),
        ):
            expected = operation.text(parameter)
            if expected is not None and bucket and expected != bucket_account(bucket):
                raise AwsError("AccessDenied", "Access Denied", 403)


def _source_bucket(copy_source: str) -> str:
    path, _ = copied_object(copy_source)
    return path.partition("/")[0]
