"""The canonical user IDs of accounts, and which account owns an object.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from moto.s3.models import OWNER, FakeGrant, FakeGrantee

from rolecall.sandbox.moto_state.s3 import bucket_account, s3_backend

OWNER_ENFORCED = "BucketOwnerEnforced"
"""The object ownership of a bucket whose ACLs are disabled."""

MOTO_OWNER = str(OWNER)
"""The canonical user ID that moto shows for the owner of every bucket and object."""

# The grants that a canned ACL adds for the owner of the bucket.
_FOR_BUCKET_OWNERS = {"bucket-owner-full-control": "FULL_CONTROL", "bucket-owner-read": "READ"}


@lru_cache(maxsize=64)
def canonical_user_id(account: str) -> str:
    """Return the canonical user ID of an account: 64 hexadecimal digits.

    https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html#FindCanonicalId
    """
    return hashlib.sha256(f"canonical user of {account}".encode()).hexdigest()


def object_owner(bucket: str, key: str) -> str | None:
    """Return the account that owns an object: the bucket's if ACLs are disabled, else the writer's."""
    account = bucket_account(bucket)
    if account is None or s3_backend(account).buckets[bucket].ownership_rule == OWNER_ENFORCED:
        return account
    found = s3_backend(account).get_object(bucket, key)
    return getattr(found, "writer", None) or account


def set_writer(bucket: str, key: str, writer: str, acl: str) -> None:
    """Keep the account that wrote an object to the bucket of another account.

    Parameters
    ----------
    bucket, key
        The object.
    writer
        The account of the caller.
    acl
        The canned ACL that it was written with; empty without one.
    """
    owner = bucket_account(bucket)
    if owner is None or writer == owner:
        return
    rule = s3_backend(owner).buckets[bucket].ownership_rule
    full_control = acl == "bucket-owner-full-control"
    if rule == OWNER_ENFORCED or (rule == "BucketOwnerPreferred" and full_control):
        return
    found = s3_backend(owner).get_object(bucket, key)
    if found is not None:
        found.writer = writer


def grant_to_bucket_owner(bucket: str, key: str, acl: str) -> None:
    """Add the grant to the bucket's owner that moto leaves out of two canned ACLs."""
    owner = bucket_account(bucket)
    permission = _FOR_BUCKET_OWNERS.get(acl)
    found = s3_backend(owner).get_object(bucket, key) if owner and permission else None
    if owner and found is not None and object_owner(bucket, key) != owner:
        grant: Any = FakeGrant([FakeGrantee(grantee_id=canonical_user_id(owner))], [permission])
        found.acl.grants.append(grant)
