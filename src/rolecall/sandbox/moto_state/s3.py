"""S3 buckets and objects. S3's ARNs include neither a Region nor an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.s3.models import s3_backends

from rolecall.aws.operations import Operation
from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.moto_state._documents import parse_kept_policy
from rolecall.sandbox.moto_state.resources import ServiceResources

_ARN = "arn:aws:s3:::"


class Buckets(ServiceResources):
    """Buckets with their policies, and objects with their tags."""

    policy_kind = "bucket policy"

    def policy(self, arn: str) -> Policy | None:
        """Return the bucket policy that applies to a bucket or an object."""
        bucket = _bucket_name(arn)
        account = bucket_account(bucket)
        document = s3_backend(account).buckets[bucket].policy if account else None
        if not document:
            return None
        return parse_kept_policy(document.decode(), PolicyType.RESOURCE, f"bucket policy of {bucket}")

    def owner(self, arn: str) -> str | None:
        """Return the account that owns a bucket or an object."""
        return bucket_account(_bucket_name(arn))

    def context(self, arn: str) -> dict[str, str | list[str]]:
        """Return the owner of a bucket, and the tags of an object that exists."""
        bucket, _, key = arn.removeprefix(_ARN).partition("/")
        owner = bucket_account(bucket)
        if owner is None:
            return {}
        tags = object_tags(bucket, key) if key else {}
        existing = {f"s3:ExistingObjectTag/{name}": value for name, value in tags.items()}
        return {"s3:ResourceAccount": owner, **existing}

    def account(self, operation: Operation, arn: str) -> str | None:
        """Return the account that owns the bucket of an operation."""
        bucket = operation.text("Bucket")
        return bucket_account(bucket) if bucket else None


def s3_backend(account: str) -> Any:
    """Find moto's S3 of an account."""
    return s3_backends[account]["aws"]


def bucket_account(bucket: str) -> str | None:
    """Return the account that owns a bucket, or None if there is no such bucket."""
    owner = s3_backends.bucket_accounts.get(bucket)
    return owner[1] if owner else None


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


def _bucket_name(arn: str) -> str:
    return arn.removeprefix(_ARN).partition("/")[0] if arn.startswith(_ARN) else ""
