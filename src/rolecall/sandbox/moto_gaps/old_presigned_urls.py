"""URLs that are presigned with Signature Version 2."""

from __future__ import annotations

from rolecall.aws import sigv2
from rolecall.aws.errors import AwsError
from rolecall.aws.sigv4 import OldSignature
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_region


class OldPresignedUrls(Gap):
    """Regions that are younger than January 2014 require Signature Version 4."""

    operations = frozenset({"s3.*"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingAWSSDK.html"

    def validate(self, call: Call) -> None:
        """Raise InvalidRequest for a bucket in such a Region."""
        signature = call.signature
        if signature is None or signature.algorithm != sigv2.ALGORITHM:
            return
        region = bucket_region(call.operation.text("Bucket", "")) or call.region
        if region not in sigv2.REGIONS:
            raise AwsError("InvalidRequest", str(OldSignature()), 400)
