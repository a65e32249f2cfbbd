"""What S3's operations ask of IAM; their names and their actions often differ.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from urllib.parse import unquote

from rolecall.aws.operations import Operation

_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListDirectoryBuckets": "ListAllMyDirectoryBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "HeadObject": "GetObject",
    "SelectObjectContent": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketTagging": "PutBucketTagging",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
}
_VERSIONED = {
    "GetObject": "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
}


def permissions(operation: Operation) -> list[tuple[str, str]]:
    """The S3 actions that an operation needs, each with its ARN."""
    bucket, key = operation.text("Bucket"), operation.text("Key")
    name = _ACTIONS.get(operation.name, operation.name)
    if operation.text("VersionId"):
        name = _VERSIONED.get(name, name)
    if bucket is None:
        return [(f"s3:{name}", "*")]
    if operation.name == "DeleteObjects":
        return _deletions(bucket, operation)
    resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    needed = [(f"s3:{name}", resource)]
    if operation.name in ("CopyObject", "UploadPartCopy"):
        needed.append(_source(operation))
    if operation.name == "GetObjectAttributes":
        needed.append(("s3:GetObject", resource))
    if name == "PutObject":
        if operation.text("Tagging"):
            needed.append(("s3:PutObjectTagging", resource))
        if operation.text("ACL") or any(
            parameter.startswith("Grant") and operation.parameters[parameter]
            for parameter in operation.parameters
        ):
            needed.append(("s3:PutObjectAcl", resource))
    return needed


def _source(operation: Operation) -> tuple[str, str]:
    path, _, query = (operation.text("CopySource") or "").partition("?")
    action = "s3:GetObjectVersion" if query.startswith("versionId=") else "s3:GetObject"
    return action, f"arn:aws:s3:::{unquote(path).lstrip('/')}"


def _deletions(bucket: str, operation: Operation) -> list[tuple[str, str]]:
    # DeleteObjects is decided for each key; a refused key is reported in the answer, not as an error.
    objects = (operation.parameters.get("Delete") or {}).get("Objects") or []
    return [
        (
            "s3:DeleteObjectVersion" if one.get("VersionId") else "s3:DeleteObject",
            f"arn:aws:s3:::{bucket}/{one.get('Key', '')}",
        )
        for one in objects
    ] or [("s3:DeleteObject", f"arn:aws:s3:::{bucket}/*")]
