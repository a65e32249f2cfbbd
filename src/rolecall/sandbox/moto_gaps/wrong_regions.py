"""Requests to S3 that are signed for another Region than the bucket's."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_region

# GetBucketLocation finds out in which Region a bucket is, and works from every Region.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
_FROM_EVERY_REGION = frozenset({"CreateBucket", "GetBucketLocation", "ListBuckets"})
# The Region of the endpoint without a Region in its name, which leads to the bucket's own Region.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html#deprecated-global-endpoint
_GLOBAL = "us-east-1"
_OTHER_ENDPOINT = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. "
    "Please send all future requests to this endpoint."
)


class WrongRegions(Gap):
    """S3 redirects requests for a bucket of another Region; moto finds a bucket from every Region."""

    operations = frozenset({"s3.*"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"

    def validate(self, call: Call) -> None:
        """Raise what S3 answers to a client that isn't configured for the bucket's Region."""
        signature = call.signature
        if signature is None or not signature.region or call.operation.name in _FROM_EVERY_REGION:
            return
        bucket = call.operation.text("Bucket", "")
        region = bucket_region(bucket)
        if region is None or region == signature.region:
            return
        headers = {"x-amz-bucket-region": region}
        if signature.region != _GLOBAL:
            details = {"Endpoint": f"{bucket}.s3.{region}.amazonaws.com", "Bucket": bucket}
            raise AwsError("PermanentRedirect", _OTHER_ENDPOINT, 301, details, headers)
        wrong = f"the region '{signature.region}' is wrong; expecting '{region}'"
        if signature.expires is not None:
            code = "AuthorizationQueryParametersError"
            message = f"Error parsing the X-Amz-Credential parameter; {wrong}"
        else:
            code = "AuthorizationHeaderMalformed"
            message = f"The authorization header is malformed; {wrong}"
        raise AwsError(code, message, 400, {"Region": region}, headers)
