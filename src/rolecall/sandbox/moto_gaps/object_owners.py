"""The canonical user IDs of accounts in S3, and objects that another account than the bucket's owns."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from rolecall.aws.errors import AwsError
from rolecall.aws.s3_public import named_canonical_users
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_account
from rolecall.sandbox.moto_state.s3_owners import (
    MOTO_OWNER,
    canonical_user_id,
    grant_to_bucket_owner,
    object_owner,
    set_writer,
)
from rolecall.sandbox.responses import Response, read_result
from rolecall.sandbox.runtime import Runtime

# S3 stopped to return display names in 2025.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Owner.html
_DISPLAY_NAME = re.compile(rb"<DisplayName>[^<]*</DisplayName>|<DisplayName ?/>")
_OWNER = re.compile(rb"(<Owner>\s*<ID>)[^<]*")
_ID = re.compile(r"[0-9a-f]{64}")
_SHOWS_OWNER = frozenset(
    {
        "GetBucketAcl",
        "GetObjectAcl",
        "ListBuckets",
        "ListMultipartUploads",
        "ListObjectVersions",
        "ListObjects",
        "ListObjectsV2",
        "ListParts",
    }
)
_WRITES = frozenset({"CompleteMultipartUpload", "CopyObject", "PutObject"})
_SETS_ACL = frozenset(
    {"CopyObject", "CreateBucket", "CreateMultipartUpload", "PutBucketAcl", "PutObject", "PutObjectAcl"}
)


class _Upload(NamedTuple):
    """Who created a multipart upload, with which canned ACL."""

    account: str | None
    acl: str


class ObjectOwners(Gap):
    """Each account has a canonical user ID, and owns what it writes; moto has one owner for everything."""

    operations = frozenset(f"s3.{name}" for name in _SHOWS_OWNER | _WRITES | _SETS_ACL)
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._uploads: dict[str, _Upload] = {}

    def reset(self) -> None:
        """Forget the uploads that aren't complete."""
        self._uploads.clear()

    def before(self, call: Call) -> None:
        """Raise InvalidArgument for a grantee that can't be a canonical user ID."""
        name = call.operation.name
        if name in _SETS_ACL and not all(map(_ID.fullmatch, named_canonical_users(call.operation))):
            raise AwsError("InvalidArgument", "Invalid id", 400)

    def after(self, call: Call, response: Response) -> Response:
        """Keep who wrote an object, and show the IDs of the accounts in place of moto's."""
        operation = call.operation
        if not response.ok:
            return response
        bucket, key = operation.text("Bucket", ""), operation.text("Key", "")
        if operation.name == "CreateMultipartUpload":
            upload = str(read_result(operation, response)["UploadId"])
            self._uploads[upload] = _Upload(call.caller.account, operation.text("ACL", ""))
        elif operation.name in _WRITES:
            own = _Upload(call.caller.account, operation.text("ACL", ""))
            writer = self._uploads.pop(operation.text("UploadId", ""), own)
            if writer.account is not None:
                set_writer(bucket, key, writer.account, writer.acl)
            grant_to_bucket_owner(bucket, key, writer.acl)
        elif operation.name == "PutObjectAcl":
            grant_to_bucket_owner(bucket, key, operation.text("ACL", ""))
        elif operation.name in _SHOWS_OWNER:
            owner = (
                object_owner(bucket, key) if operation.name == "GetObjectAcl" else bucket_account(bucket)
            )
            return _with_owner(response, canonical_user_id(owner or call.account))
        return response


def _with_owner(response: Response, owner: str) -> Response:
    body = _DISPLAY_NAME.sub(b"", response.body).replace(MOTO_OWNER.encode(), owner.encode())
    body = _OWNER.sub(rb"\g<1>" + owner.encode(), body)
    headers = [one for one in response.headers if one[0].lower() != "content-length"]
    return replace(response, body=body, headers=(*headers, ("Content-Length", str(len(body)))))
