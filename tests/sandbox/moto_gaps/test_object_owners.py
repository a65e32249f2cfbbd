"""Canonical user IDs, grants to one account, and objects that their writer owns.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

import json
import re

import pytest
from botocore.exceptions import ClientError

FULL_CONTROL = "bucket-owner-full-control"


@pytest.fixture(scope="module")
def partner(buckets):
    return buckets.client("s3", actor="padmin")


@pytest.fixture(scope="module")
def partner_id(partner):
    return partner.list_buckets()["Owner"]["ID"]


@pytest.fixture(scope="module")
def shared(s3, partner_id):
    """Return the name of a bucket for each object ownership, to which the partner may write."""

    def create(ownership):
        name = f"shared-{ownership.lower()}"
        s3.create_bucket(Bucket=name, ObjectOwnership=ownership)
        statement = {
            "Effect": "Allow",
            "Principal": {"CanonicalUser": partner_id},
            "Action": ["s3:PutObject", "s3:GetObject"],
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        s3.put_bucket_policy(
            Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": statement})
        )
        return name

    return {one: create(one) for one in ("ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced")}


def allowed(call, **parameters) -> bool:
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_each_account_has_a_canonical_user_id(s3, partner_id):
    own = s3.list_buckets()["Owner"]

    assert re.fullmatch(r"[0-9a-f]{64}", own["ID"])
    assert own["ID"] != partner_id
    assert "DisplayName" not in own
    assert s3.get_bucket_acl(Bucket="reports")["Owner"] == own


@pytest.mark.parametrize(
    ("ownership", "acl", "owner_reads", "writer_changes_acl"),
    [
        ("ObjectWriter", {}, False, True),
        ("ObjectWriter", {"ACL": FULL_CONTROL}, True, True),
        ("BucketOwnerPreferred", {}, False, True),
        ("BucketOwnerPreferred", {"ACL": FULL_CONTROL}, True, False),
    ],
)
def test_an_object_belongs_to_its_writer_unless_the_bucket_owner_takes_it(
    s3, partner, shared, ownership, acl, owner_reads, writer_changes_acl
):
    written = {"Bucket": shared[ownership], "Key": f"{ownership}{len(acl)}"}
    partner.put_object(**written, Body=b"x", **acl)

    assert allowed(s3.get_object, **written) is owner_reads
    assert allowed(partner.put_object_acl, **written, ACL="private") is writer_changes_acl


def test_the_bucket_owner_owns_everything_while_acls_are_disabled(s3, partner, shared):
    written = {"Bucket": shared["BucketOwnerEnforced"], "Key": "k"}
    partner.put_object(**written, Body=b"x")

    assert allowed(s3.get_object, **written)


def test_the_bucket_owner_can_delete_an_object_of_another_account(s3, partner, shared):
    written = {"Bucket": shared["ObjectWriter"], "Key": "deleted"}
    partner.put_object(**written, Body=b"x")

    assert allowed(s3.delete_object, **written)


def test_a_grant_to_one_account_lets_its_users_read(s3, partner, partner_id, shared):
    written = {"Bucket": shared["ObjectWriter"], "Key": "granted"}
    s3.put_object(**written, Body=b"x", GrantRead=f'id="{partner_id}"')

    assert allowed(partner.get_object_tagging, **written) is False
    assert allowed(partner.get_object, **written)
    granted = s3.get_object_acl(**written)["Grants"]
    assert {"Type": "CanonicalUser", "ID": partner_id} in [one["Grantee"] for one in granted]


def test_a_bucket_grant_lets_another_account_list(s3, partner, partner_id, shared):
    bucket = shared["BucketOwnerPreferred"]
    assert allowed(partner.list_objects_v2, Bucket=bucket) is False

    s3.put_bucket_acl(Bucket=bucket, GrantRead=f'id="{partner_id}"')

    assert allowed(partner.list_objects_v2, Bucket=bucket)


def test_a_grantee_that_is_no_canonical_user_id_is_rejected(s3, shared):
    with pytest.raises(ClientError, match="Invalid id") as raised:
        s3.put_bucket_acl(Bucket=shared["ObjectWriter"], GrantRead='id="0123"')

    assert raised.value.response["Error"]["Code"] == "InvalidArgument"
