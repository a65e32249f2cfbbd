"""The names that buckets can have."""

from __future__ import annotations

import re

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]([a-z0-9-]|\.(?!\.))*[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_RESERVED = re.compile(r"(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)")


class BucketNames(Gap):
    """S3 rejects names with other characters, addresses, and reserved prefixes; moto checks the length."""

    operations = frozenset({"s3.CreateBucket"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"

    def before(self, call: Call) -> None:
        """Raise InvalidBucketName."""
        name = call.operation.text("Bucket", "")
        if not _NAME.fullmatch(name) or _ADDRESS.fullmatch(name) or _RESERVED.fullmatch(name):
            message = "The specified bucket is not valid."
            raise AwsError("InvalidBucketName", message, 400, {"BucketName": name})
