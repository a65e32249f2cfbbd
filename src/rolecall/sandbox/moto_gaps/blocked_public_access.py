"""Policies and ACLs that S3's Block Public Access refuses."""

from __future__ import annotations

from rolecall.aws.denials import blocked_public_access_message
from rolecall.aws.errors import AwsError
from rolecall.aws.s3_public import is_public, requests_public_acl
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3_access import acls_are_disabled, public_access_block
from rolecall.sandbox.moto_state.s3_owners import OWNER_ENFORCED

_ACL_ACTIONS = {
    "s3.CreateBucket": "s3:PutBucketAcl",
    "s3.PutBucketAcl": "s3:PutBucketAcl",
    "s3.CopyObject": "s3:PutObjectAcl",
    "s3.CreateMultipartUpload": "s3:PutObjectAcl",
    "s3.PutObject": "s3:PutObjectAcl",
    "s3.PutObjectAcl": "s3:PutObjectAcl",
}


class BlockedPublicAccess(Gap):
    """BlockPublicPolicy and BlockPublicAcls refuse what would make a bucket or an object public."""

    operations = frozenset({"s3.PutBucketPolicy", *_ACL_ACTIONS})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"

    def before(self, call: Call) -> None:
        """Raise AccessDenied, whatever the caller's policies allow."""
        if call.name == "s3.PutBucketPolicy":
            _check_policy(call)
        else:
            _check_acl(call)


def _check_policy(call: Call) -> None:
    """Refuse a public bucket policy while BlockPublicPolicy is on."""
    bucket = call.operation.text("Bucket", "")
    document = call.operation.parameters.get("Policy")
    if public_access_block(bucket).block_public_policy and _is_public_document(document):
        raise _blocked(call, "s3:PutBucketPolicy", bucket, "public policies", "BlockPublicPolicy")


def _check_acl(call: Call) -> None:
    """Refuse a public ACL while BlockPublicAcls is on. Disabled ACLs have an error of their own."""
    operation = call.operation
    bucket, key = operation.text("Bucket", ""), operation.text("Key")
    if not requests_public_acl(operation) or acls_are_disabled(bucket):
        return
    if call.name == "s3.CreateBucket":
        # A new bucket has Block Public Access, and ACLs only if the request enables them.
        blocked = operation.text("ObjectOwnership") not in (None, OWNER_ENFORCED)
    else:
        blocked = public_access_block(bucket).block_public_acls
    if blocked:
        resource = f"{bucket}/{key}" if key else bucket
        what = "public access control lists (ACLs)"
        raise _blocked(call, _ACL_ACTIONS[call.name], resource, what, "BlockPublicAcls")


def _is_public_document(document: object) -> bool:
    try:
        document = document.decode() if isinstance(document, bytes) else document
        return is_public(Policy.parse(document, PolicyType.RESOURCE))
    except (MalformedPolicyDocument, UnicodeDecodeError):
        # The gap for policy documents reports it.
        return False


def _blocked(call: Call, action: str, resource: str, what: str, setting: str) -> AwsError:
    arn = f"arn:aws:s3:::{resource}"
    message = blocked_public_access_message(call.caller.arn, action, arn, what, setting)
    return AwsError("AccessDenied", message, 403)
