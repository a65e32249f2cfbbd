"""Block Public Access refuses public policies and ACLs, and takes the effect from those that exist.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

import json

import pytest
import requests
from botocore.exceptions import ClientError

ALL_ON = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)


def policy(bucket: str, principal: object = "*") -> str:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def denied(call, **parameters) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    assert raised.value.response["Error"]["Code"] == "AccessDenied"
    return raised.value.response["Error"]["Message"]


def with_settings(s3, bucket: str, **settings: bool) -> str:
    s3.create_bucket(Bucket=bucket, ObjectOwnership="ObjectWriter")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(ALL_ON, False) | settings
    )
    return bucket


def anonymous(buckets, path: str) -> int:
    return requests.get(f"{buckets.endpoint}/{path}", timeout=10).status_code


def test_all_four_settings_are_on_for_a_new_bucket(s3):
    s3.create_bucket(Bucket="fresh")

    found = s3.get_public_access_block(Bucket="fresh")["PublicAccessBlockConfiguration"]

    assert found == ALL_ON


def test_a_bucket_of_a_world_has_block_public_access_like_one_that_is_created(s3):
    found = s3.get_public_access_block(Bucket="reports")["PublicAccessBlockConfiguration"]

    assert found == ALL_ON


def test_a_public_policy_is_refused_although_the_caller_may_set_policies(s3):
    message = denied(s3.put_bucket_policy, Bucket="reports", Policy=policy("reports"))

    assert message == (
        "User: arn:aws:iam::111122223333:user/admin is not authorized to perform: s3:PutBucketPolicy on "
        'resource: "arn:aws:s3:::reports" because public policies are blocked by the BlockPublicPolicy block '
        "public access setting."
    )


def test_the_settings_of_an_account_apply_to_all_its_buckets(buckets, s3):
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html
    bucket = with_settings(s3, "in-blocked-account")
    control = buckets.client("s3control", actor="admin")
    settings = {"BlockPublicPolicy": True}
    control.put_public_access_block(AccountId="111122223333", PublicAccessBlockConfiguration=settings)

    denied(s3.put_bucket_policy, Bucket=bucket, Policy=policy(bucket))
    control.delete_public_access_block(AccountId="111122223333")
    assert s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))


def test_a_policy_for_an_account_is_accepted(buckets, s3):
    s3.create_bucket(Bucket="for-partner")
    s3.put_object(Bucket="for-partner", Key="k", Body=b"x")
    s3.put_bucket_policy(Bucket="for-partner", Policy=policy("for-partner", {"AWS": "444455556666"}))

    partner = buckets.client("s3", actor="padmin")

    assert partner.get_object(Bucket="for-partner", Key="k")["Body"].read() == b"x"


def test_without_block_public_access_a_public_policy_opens_the_bucket(buckets, s3):
    bucket = with_settings(s3, "open")

    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))

    assert anonymous(buckets, "open/k") == 200
    assert anonymous(buckets, "site/index.html") == 200


def test_restrict_public_buckets_leaves_a_public_policy_to_the_own_account(buckets, s3):
    bucket = with_settings(s3, "restricted")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))
    own, other = buckets.client("s3", actor="nobody"), buckets.client("s3", actor="padmin")
    assert other.get_object(Bucket=bucket, Key="k")

    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )

    assert anonymous(buckets, "restricted/k") == 403
    assert denied(other.get_object, Bucket=bucket, Key="k") == "Access Denied"
    assert own.get_object(Bucket=bucket, Key="k")


def test_block_public_acls_refuses_public_acls_only(s3):
    bucket = with_settings(s3, "no-public-acls", BlockPublicAcls=True)

    message = denied(s3.put_object, Bucket=bucket, Key="k", Body=b"x", ACL="public-read")

    assert message.endswith("are blocked by the BlockPublicAcls block public access setting.")
    assert "PutObjectAcl" in denied(s3.put_object_acl, Bucket=bucket, Key="k", ACL="authenticated-read")
    assert "PutBucketAcl" in denied(s3.put_bucket_acl, Bucket=bucket, ACL="public-read-write")
    assert "PutBucketAcl" in denied(
        s3.create_bucket, Bucket="new", ACL="public-read", ObjectOwnership="ObjectWriter"
    )
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="private")


def test_ignore_public_acls_takes_the_effect_from_a_public_acl(buckets, s3):
    bucket = with_settings(s3, "ignored-acls")
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="public-read")
    assert anonymous(buckets, "ignored-acls/k") == 200

    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})

    assert anonymous(buckets, "ignored-acls/k") == 403
