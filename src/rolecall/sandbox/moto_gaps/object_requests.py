"""Parameters of requests about objects that S3 rejects."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import upload_completed, upload_exists
from rolecall.sandbox.responses import Response, result_response

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
_LONGEST_KEY = 1024
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
_MOST_METADATA = 2048
_LARGEST_NUMBER = 2**31 - 1
_OF_UPLOADS = frozenset(
    {"AbortMultipartUpload", "CompleteMultipartUpload", "ListParts", "UploadPart", "UploadPartCopy"}
)
_NO_UPLOAD = (
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
    "aborted or completed."
)
_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
# All buckets have this since January 2023.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
_DEFAULT_ENCRYPTION = {
    "ServerSideEncryptionConfiguration": {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                "BucketKeyEnabled": False,
            }
        ]
    }
}


class ObjectRequests(Gap):
    """S3 rejects long keys, other digests, and duplicate tags, and encrypts each bucket; moto doesn't."""

    operations = frozenset(
        {
            "s3.AbortMultipartUpload",
            "s3.CompleteMultipartUpload",
            "s3.CopyObject",
            "s3.CreateMultipartUpload",
            "s3.GetBucketEncryption",
            "s3.ListObjects",
            "s3.ListObjectVersions",
            "s3.ListObjectsV2",
            "s3.ListParts",
            "s3.PutBucketTagging",
            "s3.PutBucketVersioning",
            "s3.PutObject",
            "s3.PutObjectTagging",
            "s3.UploadPart",
            "s3.UploadPartCopy",
        }
    )
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"

    def before(self, call: Call) -> None:
        """Raise the error for a key, a digest, an upload, tags, or a number that S3 rejects."""
        parameters, name = call.operation.parameters, call.operation.name
        key = call.operation.text("Key", "").encode("utf-8", "replace")
        if len(key) > _LONGEST_KEY:
            details = {"Size": str(len(key)), "MaxSizeAllowed": str(_LONGEST_KEY)}
            raise AwsError("KeyTooLongError", "Your key is too long", 400, details)
        _check_metadata(parameters.get("Metadata") or {})
        if name == "PutObject":
            _check_digest(call)
        if name in _OF_UPLOADS:
            _check_upload(call)
        tagging = parameters.get("Tagging")
        # PutObject and CopyObject take the tags as the text of a header.
        tags = tagging.get("TagSet") if isinstance(tagging, dict) else None
        keys = [tag.get("Key") for tag in tags or ()]
        if len(keys) != len(set(keys)):
            raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key", 400)
        if name.startswith("ListObject"):
            _check_listing(parameters)
        versioning = parameters.get("VersioningConfiguration")
        if versioning and versioning.get("Status") not in ("Enabled", "Suspended"):
            raise AwsError("MalformedXML", _MALFORMED, 400)

    def after(self, call: Call, response: Response) -> Response:
        """Return the default encryption of a bucket that has no other."""
        if call.name == "s3.GetBucketEncryption" and response.error == (
            "ServerSideEncryptionConfigurationNotFoundError"
        ):
            return result_response(call.operation, _DEFAULT_ENCRYPTION)
        return response


def _check_upload(call: Call) -> None:
    operation = call.operation
    upload = operation.text("UploadId", "")
    named = operation.text("Bucket", ""), operation.text("Key", ""), upload
    if upload_exists(*named):
        return
    # A client may complete an upload again, if it hasn't received the first response.
    if operation.name != "CompleteMultipartUpload" or not upload_completed(*named):
        raise AwsError("NoSuchUpload", _NO_UPLOAD, 404, {"UploadId": upload})


def _check_metadata(metadata: dict[str, Any]) -> None:
    size = sum(len(f"{name}{value}".encode("utf-8", "replace")) for name, value in metadata.items())
    if size > _MOST_METADATA:
        details = {"Size": str(size), "MaxSizeAllowed": str(_MOST_METADATA)}
        message = "Your metadata headers exceed the maximum allowed metadata size"
        raise AwsError("MetadataTooLarge", message, 400, details)


def _check_digest(call: Call) -> None:
    """Check the digest of a body. One that is sent in chunks is checked by their signatures."""
    digest = call.operation.text("ContentMD5")
    if digest is None or "aws-chunked" in call.request.headers.get("content-encoding", ""):
        return
    try:
        expected = base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        expected = b""
    if len(expected) != hashlib.md5(usedforsecurity=False).digest_size:
        message = "The Content-MD5 you specified was invalid."
        raise AwsError("InvalidDigest", message, 400, {"Content-MD5": digest})
    found = hashlib.md5(call.request.body, usedforsecurity=False).digest()
    if found != expected:
        details = {"ExpectedDigest": digest, "CalculatedDigest": base64.b64encode(found).decode()}
        message = "The Content-MD5 you specified did not match what we received."
        raise AwsError("BadDigest", message, 400, details)


def _check_listing(parameters: Any) -> None:
    most = parameters.get("MaxKeys")
    if isinstance(most, int) and not 0 <= most <= _LARGEST_NUMBER:
        message = f"Argument maxKeys must be an integer between 0 and {_LARGEST_NUMBER}"
        details = {"ArgumentName": "maxKeys", "ArgumentValue": str(most)}
        raise AwsError("InvalidArgument", message, 400, details)
    encoding = parameters.get("EncodingType")
    if encoding not in (None, "", "url"):
        details = {"ArgumentName": "encoding-type", "ArgumentValue": str(encoding)}
        raise AwsError("InvalidArgument", "Invalid Encoding Method specified in Request", 400, details)
