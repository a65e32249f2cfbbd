"""What decides about access to a bucket besides its policy: Block Public Access, ownership, and ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from moto.s3.models import get_canned_acl
from moto.s3control.models import s3control_backends

from rolecall.aws.s3_public import ALL_USERS, AUTHENTICATED_USERS
from rolecall.sandbox.moto_state.s3 import bucket_account, s3_backend
from rolecall.sandbox.moto_state.s3_owners import (
    MOTO_OWNER,
    OWNER_ENFORCED,
    canonical_user_id,
    object_owner,
)

# The actions that a permission in an ACL allows.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping
_ON_BUCKETS = {
    "READ": ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    "WRITE": ("s3:PutObject",),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
_ON_OBJECTS = {
    "READ": ("s3:GetObject", "s3:GetObjectVersion"),
    "READ_ACP": ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    "WRITE_ACP": ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
}


@dataclass(frozen=True, slots=True)
class PublicAccessBlock:
    """The four settings of Block Public Access."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False


_SETTINGS = tuple(field.name for field in fields(PublicAccessBlock))


def public_access_block(bucket: str) -> PublicAccessBlock:
    """Return the Block Public Access settings that apply to a bucket: its own, and those of its account.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html
    """
    found = _bucket(bucket)
    if found is None:
        return PublicAccessBlock()
    of_account = s3control_backends[found.account_id]["aws"].public_access_block
    kept = [one for one in (found.public_access_block, of_account) if one is not None]
    # moto keeps Booleans or their texts.
    on = {name: any(str(getattr(one, name)).lower() == "true" for one in kept) for name in _SETTINGS}
    return PublicAccessBlock(**on)


def acls_are_disabled(bucket: str) -> bool:
    """Whether the owner of a bucket owns all its objects, so that no ACL has an effect."""
    found = _bucket(bucket)
    return found is not None and found.ownership_rule == OWNER_ENFORCED


def acl_statements(bucket: str, key: str) -> list[dict[str, Any]]:
    """Return the statements that allow what the ACLs of a bucket and an object grant to others.

    Parameters
    ----------
    bucket
        The bucket.
    key
        The key of an object; empty for the bucket itself.
    """
    found = _bucket(bucket)
    if found is None or found.ownership_rule == OWNER_ENFORCED:
        return []
    with_groups = not public_access_block(bucket).ignore_public_acls
    statements = list(_granted(found.acl, _ON_BUCKETS, found.account_id, with_groups=with_groups))
    if key:
        item = s3_backend(found.account_id).get_object(bucket, key)
        owner = object_owner(bucket, key) or found.account_id
        acl = item.acl if item else None
        statements += _granted(acl, _ON_OBJECTS, owner, with_groups=with_groups)
    return statements


def acl_grants_access_to_others(bucket: str) -> bool:
    """Whether the ACL of a bucket grants access to anyone but its owner."""
    found = _bucket(bucket)
    grants = found.acl.grants if found and found.acl else []
    owner = (MOTO_OWNER, canonical_user_id(found.account_id)) if found else ()
    return any(grantee.id not in owner for grant in grants for grantee in grant.grantees)


def make_object_private(bucket: str, key: str) -> None:
    """Give an object the ACL that S3 gives to an object by default; moto gives it the bucket's."""
    found = _bucket(bucket)
    item = s3_backend(found.account_id).get_object(bucket, key) if found else None
    if item is not None:
        item.set_acl(get_canned_acl("private"))


def _granted(
    acl: Any, allows: Mapping[str, tuple[str, ...]], owner: str, *, with_groups: bool
) -> Iterator[dict[str, Any]]:
    """Return a statement for each grant of an ACL.

    Parameters
    ----------
    acl
        moto's ACL; None allows nothing.
    allows
        The actions that each permission allows.
    owner
        The account that owns the bucket or the object, whose grant moto gives to the same ID everywhere.
    with_groups
        Whether grants to everyone and to all AWS accounts have an effect.
    """
    for grant in acl.grants if acl else ():
        permissions = allows if "FULL_CONTROL" in grant.permissions else grant.permissions
        actions = [action for one in permissions for action in allows.get(one, ())]
        for grantee in grant.grantees if actions else ():
            if grantee.id:
                named = canonical_user_id(owner) if grantee.id == MOTO_OWNER else grantee.id
                yield {"Effect": "Allow", "Principal": {"CanonicalUser": named}, "Action": actions}
            elif with_groups and grantee.uri == ALL_USERS:
                yield {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": actions}
            elif with_groups and grantee.uri == AUTHENTICATED_USERS:
                # An anonymous request has no principal.
                condition = {"Null": {"aws:PrincipalArn": "false"}}
                yield {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": actions,
                    "Condition": condition,
                }


def _bucket(name: str) -> Any:
    account = bucket_account(name)
    return s3_backend(account).buckets.get(name) if account else None
