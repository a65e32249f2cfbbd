"""S3 buckets and objects. S3's ARNs include neither a Region nor an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.s3.models import s3_backends

from rolecall.aws.s3_cors import CorsRule


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


def cors_rules(bucket: str) -> list[CorsRule]:
    """Return the rules for cross-origin requests of a bucket; empty if there is no such bucket."""
    account = bucket_account(bucket)
    return [
        CorsRule(
            tuple(rule.allowed_methods or ()),
            tuple(rule.allowed_origins or ()),
            tuple(rule.allowed_headers or ()),
            tuple(rule.exposed_headers or ()),
            str(rule.max_age_seconds or ""),
        )
        for rule in (s3_backend(account).buckets[bucket].cors if account else ())
    ]


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


def bucket_tags(bucket: str) -> dict[str, str]:
    """Return the tags of a bucket that exists."""
    backend = s3_backend(bucket_account(bucket) or "")
    tags: dict[str, str] = backend.tagger.get_tag_dict_for_resource(backend.buckets[bucket].arn)
    return tags


def abac_is_enabled(bucket: str) -> bool:
    """Whether the tags of a bucket that exists can be used in conditions; moto doesn't know the setting."""
    return bool(getattr(s3_backend(bucket_account(bucket) or "").buckets[bucket], "abac", False))


def set_abac(bucket: str, *, enabled: bool) -> None:
    """Set whether the tags of a bucket that exists can be used in conditions."""
    s3_backend(bucket_account(bucket) or "").buckets[bucket].abac = enabled


def delete_objects(
    bucket: str, objects: list[dict[str, Any]], *, bypass: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Delete objects or versions of a bucket.

    Parameters
    ----------
    bucket
        The bucket.
    objects
        Each with ``Key`` and perhaps ``VersionId``.
    bypass
        Whether a retention in governance mode doesn't protect a version.

    Returns
    -------
    tuple of list and list
        ``Deleted`` and ``Errors`` as DeleteObjects returns them.
    """
    backend = s3_backend(bucket_account(bucket) or "")
    deleted, locked = [], []
    for item in objects:
        named = {field: item[field] for field in ("Key", "VersionId") if item.get(field)}
        done, _ = backend.delete_objects(bucket, [named], bypass)
        if not done:
            message = "Access Denied because object protected by object lock."
            locked.append({**named, "Code": "AccessDenied", "Message": message})
            continue
        marker = done[0][2]
        deleted.append(
            {**named, **({"DeleteMarker": True, "DeleteMarkerVersionId": marker} if marker else {})}
        )
    return deleted, locked


def is_locked(bucket: str, key: str, version: str, *, bypass: bool) -> bool:
    """Whether a retention or a legal hold protects a version of an object."""
    backend = s3_backend(bucket_account(bucket) or "")
    found = backend.get_object(bucket, key, version_id=version)
    return hasattr(found, "is_locked") and bool(found.is_locked(governance_bypass=bypass))


def object_retention(bucket: str, key: str, version: str | None) -> tuple[str | None, datetime | None]:
    """Return the mode of the retention of an object or a version, and when it ends; None without any."""
    backend = s3_backend(bucket_account(bucket) or "")
    found = backend.get_object(bucket, key, version_id=version)
    if found is None or not found.lock_until:
        return None, None
    until = datetime.fromisoformat(found.lock_until.replace("Z", "+00:00"))
    return found.lock_mode, until if until.tzinfo else until.replace(tzinfo=UTC)


def can_lock_objects(bucket: str) -> bool | None:
    """Whether Object Lock is enabled for a bucket; None if there is no such bucket."""
    found = s3_backend(bucket_account(bucket) or "").buckets.get(bucket)
    return None if found is None else bool(found.object_lock_enabled)


def has_lock(bucket: str, key: str, version: str | None, kind: str) -> bool:
    """Whether an object or a version has a ``Retention`` or a ``LegalHold``, or doesn't exist."""
    found = s3_backend(bucket_account(bucket) or "").get_object(bucket, key, version_id=version)
    if found is None or not hasattr(found, "lock_until"):
        return True
    return bool(found.lock_until if kind == "Retention" else found.lock_legal_status)


def rewrite_bucket_policies(account: str, rewrite: Callable[[str], str]) -> None:
    """Replace the text of each bucket policy of an account by what a function returns for it."""
    for bucket in list(s3_backend(account).buckets.values()):
        if bucket.policy is not None:
            bucket.policy = rewrite(bucket.policy.decode()).encode()


def upload_exists(bucket: str, key: str, upload: str) -> bool:
    """Whether an object has a multipart upload that is neither completed nor aborted."""
    account = bucket_account(bucket)
    found = s3_backend(account).buckets[bucket].multiparts.get(upload) if account else None
    return found is not None and found.key_name == key


def upload_completed(bucket: str, key: str, upload: str) -> bool:
    """Whether an object is the one that a multipart upload has created."""
    account = bucket_account(bucket)
    found = s3_backend(account).buckets[bucket].keys.get(key) if account else None
    made_of = getattr(found, "multipart", None)
    # A copy keeps the upload of its source.
    return made_of is not None and made_of.id == upload and made_of.key_name == key
