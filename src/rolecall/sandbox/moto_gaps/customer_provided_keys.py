"""Uploads that are encrypted with keys that the customer provides (SSE-C)."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response
from rolecall.sandbox.runtime import Runtime

_SETTINGS = frozenset({"s3.DeleteBucket", "s3.PutBucketEncryption"})


class CustomerProvidedKeys(Gap):
    """S3 rejects uploads with SSE-C unless the bucket's encryption settings allow it; moto accepts them."""

    operations = _SETTINGS | {"s3.CopyObject", "s3.CreateMultipartUpload", "s3.PutObject"}
    rule = (
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html"
    )

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._allowing: set[str] = set()

    def before(self, call: Call) -> None:
        """Raise AccessDenied for an upload with SSE-C to a bucket that doesn't allow it."""
        if call.name in _SETTINGS or not call.operation.text("SSECustomerAlgorithm"):
            return
        if call.operation.text("Bucket") not in self._allowing:
            raise AwsError("AccessDenied", "Access Denied", 403)

    def after(self, call: Call, response: Response) -> Response:
        """Remember whether the settings of a bucket allow SSE-C."""
        if call.name in _SETTINGS and response.ok:
            bucket = call.operation.text("Bucket", "")
            settings = call.operation.parameters.get("ServerSideEncryptionConfiguration") or {}
            blocked = [rule.get("BlockedEncryptionTypes") or {} for rule in settings.get("Rules") or []]
            if any("NONE" in (one.get("EncryptionType") or []) for one in blocked):
                self._allowing.add(bucket)
            else:
                self._allowing.discard(bucket)
        return response

    def reset(self) -> None:
        """Forget the settings of all buckets."""
        self._allowing.clear()
