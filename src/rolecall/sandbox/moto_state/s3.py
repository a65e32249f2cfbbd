"""S3 buckets and objects. S3's ARNs include neither a Region nor an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.s3.models import s3_backends


def s3_backend(account: str) -> Any:
    """Find moto's S3 of an account."""
    return s3_backends[account]["aws"]


def bucket_account(bucket: str) -> str | None:
    """Return the account that owns a bucket, or None if there is no such bucket."""
    owner = s3_backends.bucket_accounts.get(bucket)
    return owner[1] if owner else None


def bucket_region(bucket: str) -> str | None:
    """Return the Region of a bucket, or None if there is no such bucket."""
    account = bucket_account(bucket)
    return str(s3_backend(account).buckets[bucket].region_name) if account else None


def object_exists(bucket: str, key: str) -> bool:
    """Whether a bucket has an object under a key, and no delete marker on top of it."""
    account = bucket_account(bucket)
    return account is not None and s3_backend(account).get_object(bucket, key) is not None


def object_tags(bucket: str, key: str) -> dict[str, str]:
    """Return the tags of an object; empty if there is no such object."""
    account = bucket_account(bucket)
    found = s3_backend(account).get_object(bucket, key) if account else None
    if account is None or found is None:
        return {}
    tags: dict[str, str] = s3_backend(account).tagger.get_tag_dict_for_resource(found.arn)
    return tags


def rewrite_bucket_policies(account: str, rewrite: Callable[[str], str]) -> None:
    """Replace the text of each bucket policy of an account by what a function returns for it."""
    for bucket in s3_backend(account).buckets.values():
        if bucket.policy is not None:
            bucket.policy = rewrite(bucket.policy.decode()).encode()
