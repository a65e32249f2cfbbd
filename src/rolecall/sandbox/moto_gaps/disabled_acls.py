"""Access control lists (ACLs) of buckets whose owner has disabled them."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.aws.s3_public import is_owner_only_acl, requested_acl
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3_access import (
    acl_grants_access_to_others,
    acls_are_disabled,
    make_object_private,
)
from rolecall.sandbox.moto_state.s3_owners import OWNER_ENFORCED
from rolecall.sandbox.responses import Response

_WRITES = frozenset({"PutObject", "CopyObject"})


class DisabledAcls(Gap):
    """S3 rejects ACLs unless the bucket's object ownership enables them; moto accepts and ignores them.

    S3 also makes a new object private, to which moto gives the bucket's ACL.
    """

    operations = frozenset(
        {
            "s3.CopyObject",
            "s3.CreateBucket",
            "s3.CreateMultipartUpload",
            "s3.PutBucketAcl",
            "s3.PutBucketOwnershipControls",
            "s3.PutObject",
            "s3.PutObjectAcl",
        }
    )
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"

    def before(self, call: Call) -> None:
        """Raise AccessControlListNotSupported, or InvalidBucketAclWithObjectOwnership for a bucket."""
        operation = call.operation
        bucket = operation.text("Bucket", "")
        if operation.name == "CreateBucket":
            ownership = operation.text("ObjectOwnership") or OWNER_ENFORCED
            private = operation.parameters.get("ACL") == "private" or is_owner_only_acl(operation)
            if ownership == OWNER_ENFORCED and not private:
                raise _acl_with_ownership()
        elif operation.name == "PutBucketOwnershipControls":
            rules = (operation.parameters.get("OwnershipControls") or {}).get("Rules") or []
            enforced = any(rule.get("ObjectOwnership") == OWNER_ENFORCED for rule in rules)
            if enforced and acl_grants_access_to_others(bucket):
                raise _acl_with_ownership()
        elif requested_acl(operation) and acls_are_disabled(bucket) and not is_owner_only_acl(operation):
            raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)

    def after(self, call: Call, response: Response) -> Response:
        """Make an object private that was written without an ACL."""
        operation = call.operation
        if response.ok and operation.name in _WRITES and not requested_acl(operation):
            bucket, key = operation.text("Bucket", ""), operation.text("Key", "")
            if not acls_are_disabled(bucket):
                make_object_private(bucket, key)
        return response


def _acl_with_ownership() -> AwsError:
    return AwsError(
        "InvalidBucketAclWithObjectOwnership",
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        400,
    )
