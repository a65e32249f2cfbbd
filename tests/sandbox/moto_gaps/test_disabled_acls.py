"""Object ownership, and what access control lists (ACLs) grant where it enables them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

import pytest
import requests
from botocore.exceptions import ClientError

ENFORCED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.fixture(scope="module")
def with_acls(s3):
    """A bucket whose ACLs have an effect."""
    s3.create_bucket(Bucket="with-acls", ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket="with-acls")
    return "with-acls"


def refused(call, **parameters) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Code"]


def anonymous(buckets, path: str) -> int:
    return requests.get(f"{buckets.endpoint}/{path}", timeout=10).status_code


def test_the_owner_of_a_new_bucket_owns_its_objects(s3):
    assert s3.get_bucket_ownership_controls(Bucket="reports")["OwnershipControls"] == ENFORCED


def test_a_bucket_with_disabled_acls_rejects_every_acl_but_the_owners(s3):
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="reports", Key="k", Body=b"x", ACL="public-read")

    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "AccessControlListNotSupported",
        "The bucket does not allow ACLs",
    )
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused(s3.put_bucket_acl, Bucket="reports", ACL="private") == "AccessControlListNotSupported"
    granted = {"GrantRead": 'id="0123"'}
    assert refused(s3.put_object_acl, Bucket="reports", Key="q1.csv", **granted) == (
        "AccessControlListNotSupported"
    )
    assert s3.put_object(Bucket="reports", Key="k", Body=b"x", ACL="bucket-owner-full-control")


def test_a_new_bucket_with_an_acl_must_enable_acls(s3):
    code = refused(s3.create_bucket, Bucket="new", ACL="public-read")

    assert code == "InvalidBucketAclWithObjectOwnership"
    assert s3.create_bucket(Bucket="private-acl", ACL="private")


def test_acls_that_grant_access_must_be_removed_before_acls_are_disabled(s3):
    s3.create_bucket(Bucket="shared-by-acl", ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket="shared-by-acl")
    s3.put_bucket_acl(Bucket="shared-by-acl", ACL="public-read")
    disable = {"Bucket": "shared-by-acl", "OwnershipControls": ENFORCED}

    assert refused(s3.put_bucket_ownership_controls, **disable) == "InvalidBucketAclWithObjectOwnership"
    s3.put_bucket_acl(Bucket="shared-by-acl", ACL="private")
    assert s3.put_bucket_ownership_controls(**disable)


def test_a_public_object_is_read_without_credentials_and_from_another_account(buckets, s3, with_acls):
    s3.put_object(Bucket=with_acls, Key="public", Body=b"x", ACL="public-read")

    other = buckets.client("s3", actor="padmin")

    assert anonymous(buckets, "with-acls/public") == 200
    assert other.get_object(Bucket=with_acls, Key="public")["Body"].read() == b"x"
    assert refused(other.put_object, Bucket=with_acls, Key="public", Body=b"y") == "AccessDenied"


def test_authenticated_read_excludes_anonymous_callers(buckets, s3, with_acls):
    s3.put_object(Bucket=with_acls, Key="signed", Body=b"x", ACL="authenticated-read")

    other = buckets.client("s3", actor="padmin")

    assert anonymous(buckets, "with-acls/signed") == 403
    assert other.get_object(Bucket=with_acls, Key="signed")["Body"].read() == b"x"


def test_a_public_bucket_lists_its_keys_but_its_objects_are_private(buckets, s3, with_acls):
    s3.put_bucket_acl(Bucket=with_acls, ACL="public-read")
    s3.put_object(Bucket=with_acls, Key="private", Body=b"x")

    assert anonymous(buckets, "with-acls") == 200
    assert anonymous(buckets, "with-acls/private") == 403
