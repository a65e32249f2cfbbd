"""The access to S3 buckets and objects: policies, ACLs, and Block Public Access, with owners and tags."""

from __future__ import annotations

import json
from typing import Any

from rolecall.aws.mapping import supported_keys
from rolecall.aws.operations import Operation
from rolecall.aws.s3_public import is_public
from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.moto_state._documents import parse_kept_policy
from rolecall.sandbox.moto_state.resources import ServiceResources
from rolecall.sandbox.moto_state.s3 import (
    abac_is_enabled,
    bucket_account,
    bucket_tags,
    object_tags,
    s3_backend,
)
from rolecall.sandbox.moto_state.s3_access import acl_statements, public_access_block
from rolecall.sandbox.moto_state.s3_owners import object_owner

_ARN = "arn:aws:s3:::"
# The account that owns an object decides about these actions. All others are the bucket owner's.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-auth-workflow-object-operation.html
_OF_OBJECT_OWNERS = frozenset(
    f"s3:{verb}{item}"
    for verb, items in {
        "Get": ("Object", "ObjectAcl", "ObjectAttributes", "ObjectTagging"),
        "Put": ("ObjectAcl", "ObjectTagging"),
        "Delete": ("ObjectTagging",),
    }.items()
    for one in items
    for item in (one, one.replace("Object", "ObjectVersion"))
)

_EXISTING_TAG = "s3:existingobjecttag/<key>"


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

    def policy_for(self, arn: str, action: str, account: str | None, *, is_service: bool) -> Policy | None:
        """Return the bucket policy as it applies to a caller, together with what ACLs grant to others.

        RestrictPublicBuckets takes the effect of a public policy from everyone but AWS services and the
        bucket's own account. The policy of a bucket can only deny access to an object that another account
        owns.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
        """
        bucket, _, key = arn.removeprefix(_ARN).partition("/")
        policy = self.policy(arn)
        if (
            policy is not None
            and account != bucket_account(bucket)
            and not is_service
            and public_access_block(bucket).restrict_public_buckets
            and is_public(policy)
        ):
            policy = None
        if policy is not None and self.owner(arn, action) != bucket_account(bucket):
            policy = _only_denials(policy)
        granted = acl_statements(bucket, key)
        return _with_statements(policy, granted, arn) if granted else policy

    def owner(self, arn: str, action: str) -> str | None:
        """Return the account that owns a bucket, or an object for an action that its owner decides."""
        bucket = _bucket_name(arn)
        if action in _OF_OBJECT_OWNERS:
            return object_owner(bucket, arn.removeprefix(_ARN).partition("/")[2])
        return bucket_account(bucket)

    def context(self, arn: str, action: str) -> dict[str, str | list[str]]:
        """Return the owner of a bucket, its tags if ABAC is enabled, and the tags of an object that exists.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html
        """
        bucket, _, key = arn.removeprefix(_ARN).partition("/")
        owner = bucket_account(bucket)
        if owner is None:
            return {}
        tags = object_tags(bucket, key) if key and _EXISTING_TAG in supported_keys(action) else {}
        existing = {f"s3:ExistingObjectTag/{name}": value for name, value in tags.items()}
        own = {
            f"{name}/{tag}": value
            for tag, value in (bucket_tags(bucket) if abac_is_enabled(bucket) else {}).items()
            for name in ("aws:ResourceTag", "s3:BucketTag")
        }
        return {"s3:ResourceAccount": owner, **existing, **own}

    def account(self, operation: Operation, arn: str) -> str | None:
        """Return the account that owns the bucket of an operation; None for a bucket that is created."""
        bucket = operation.text("Bucket") if operation.name != "CreateBucket" else None
        return bucket_account(bucket) if bucket else None


def _only_denials(policy: Policy) -> Policy:
    """Return a bucket policy without its Allow statements."""
    document = json.loads(policy.text)
    statements = (
        document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    )
    denials = [one for one in statements if one["Effect"] == "Deny"]
    return parse_kept_policy({**document, "Statement": denials}, policy.type, policy.name)


def _with_statements(policy: Policy | None, statements: list[dict[str, Any]], arn: str) -> Policy:
    """Return a bucket policy with further statements, which allow what ACLs grant."""
    if policy is None:
        document = {"Version": "2012-10-17", "Statement": statements}
        return parse_kept_policy(document, PolicyType.RESOURCE, f"ACL of {arn.removeprefix(_ARN)}")
    own = json.loads(policy.text)
    kept = own["Statement"] if isinstance(own["Statement"], list) else [own["Statement"]]
    return parse_kept_policy(
        {**own, "Statement": [*kept, *statements]}, policy.type, f"{policy.name} and ACL"
    )


def _bucket_name(arn: str) -> str:
    return arn.removeprefix(_ARN).partition("/")[0] if arn.startswith(_ARN) else ""
