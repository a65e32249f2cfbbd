"""What S3 returns for an object that doesn't exist."""

from __future__ import annotations

from rolecall.aws.authorization import Check
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_account, object_exists


class MissingKeys(Gap):
    """Without s3:ListBucket, a key that doesn't exist is a 403 and not a 404."""

    operations = frozenset({"s3.GetObject", "s3.HeadObject"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"

    def before(self, call: Call) -> None:
        """Raise AccessDenied if the caller may not list the bucket."""
        bucket, key = call.operation.text("Bucket"), call.operation.text("Key")
        if bucket is None or key is None or bucket_account(bucket) is None or object_exists(bucket, key):
            return
        self.runtime.authorizer.require(call, Check("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
