"""Buckets that don't exist, that another account owns, or that are created twice."""

import boto3
import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


def refused(call, **parameters) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def anonymous(buckets):
    return boto3.client(
        "s3",
        endpoint_url=buckets.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=botocore.UNSIGNED),
    )


@pytest.mark.parametrize("actor", ["admin", "nobody", None])
def test_a_missing_bucket_is_reported_to_every_caller(buckets, actor):
    s3 = buckets.client("s3", actor=actor) if actor else anonymous(buckets)

    assert refused(s3.get_object, Bucket="not-there", Key="k") == ("NoSuchBucket", 404)
    assert refused(s3.list_objects_v2, Bucket="not-there") == ("NoSuchBucket", 404)
    assert refused(s3.head_bucket, Bucket="not-there") == ("404", 404)
    listed = {"Objects": [{"Key": "k"}]}
    assert refused(s3.delete_objects, Bucket="not-there", Delete=listed) == ("NoSuchBucket", 404)


def test_a_bucket_that_exists_is_forbidden_to_a_caller_without_permission(buckets):
    nobody = buckets.client("s3", actor="nobody")

    assert refused(nobody.head_bucket, Bucket="reports") == ("403", 403)


def test_the_name_of_another_accounts_bucket_is_taken(buckets):
    partner = buckets.client("s3", actor="padmin")

    assert refused(partner.create_bucket, Bucket="reports") == ("BucketAlreadyExists", 409)


def test_creating_an_own_bucket_again_succeeds_in_us_east_1_only(buckets, s3):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    ireland = buckets.client("s3", actor="admin", region_name="eu-west-1")
    own = {"Bucket": "twice-eu", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    ireland.create_bucket(**own)

    assert refused(ireland.create_bucket, **own) == ("BucketAlreadyOwnedByYou", 409)
    assert s3.create_bucket(Bucket="reports")["Location"] == "/reports"


def test_a_request_that_expects_another_owner_is_denied(s3):
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    report = {"Bucket": "reports", "Key": "q1.csv"}

    assert s3.get_object(**report, ExpectedBucketOwner="111122223333")
    assert refused(s3.get_object, **report, ExpectedBucketOwner="444455556666") == ("AccessDenied", 403)
