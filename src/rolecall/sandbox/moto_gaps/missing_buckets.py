"""What S3 returns for a bucket that doesn't exist, or isn't the expected account's."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_account

_WITHOUT_BUCKET = frozenset({"CreateBucket", "ListBuckets", "ListDirectoryBuckets"})
# Preflight requests have an error of their own.
_PREFLIGHT = frozenset({"BucketCORSPreflightCheck", "ObjectCORSPreflightCheck"})


class MissingBuckets(Gap):
    """S3 finds the bucket before it evaluates policies, so that every caller gets NoSuchBucket."""

    operations = frozenset({"s3.*"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"

    def validate(self, call: Call) -> None:
        """Raise NoSuchBucket."""
        operation = call.operation
        bucket = operation.text("Bucket")
        if bucket is None or operation.name in _WITHOUT_BUCKET | _PREFLIGHT:
            return
        if bucket_account(bucket) is None:
            message = "The specified bucket does not exist"
            raise AwsError("NoSuchBucket", message, 404, {"BucketName": bucket})
