"""Bucket policies that S3 rejects when they are set."""

import json

import pytest
from botocore.exceptions import ClientError

BUCKET, OBJECTS = "arn:aws:s3:::checked", "arn:aws:s3:::checked/*"
NO_KEY = "Conditions do not apply to combination of actions and resources in statement"
UNKNOWN_KEY = "Policy has an invalid condition key"
PARTNER = {"AWS": "444455556666"}


@pytest.fixture(scope="module")
def put_policy(s3):
    s3.create_bucket(Bucket="checked")

    def put(**elements):
        statement = {"Effect": "Allow", "Principal": PARTNER} | elements
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        return s3.put_bucket_policy(Bucket="checked", Policy=document)

    return put


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"}, "Policy has invalid resource"),
        (
            {"Action": "s3:GetObject", "Resource": "arn:aws:sqs:us-east-1:1:q"},
            "Policy has invalid resource",
        ),
        ({"Action": "s3:GetObjects", "Resource": OBJECTS}, "Policy has invalid action"),
        ({"Action": "sqs:SendMessage", "Resource": OBJECTS}, "Policy has invalid action"),
        (
            {"Action": "s3:GetObject", "Resource": BUCKET},
            "Action does not apply to any resource(s) in statement",
        ),
        (
            {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": OBJECTS},
            "Action does not apply to any resource(s) in statement",
        ),
        (
            {"Action": "s3:ListAllMyBuckets", "Resource": [BUCKET, OBJECTS]},
            "Action does not apply to any resource(s) in statement",
        ),
        ({"Action": "s3:GetObject"}, "Missing required field Resource"),
        # Each condition key must be one of every action's.
        *(
            (
                {"Action": actions, "Resource": [BUCKET, OBJECTS], "Condition": {"StringLike": {key: "a"}}},
                NO_KEY,
            )
            for actions, key in [
                ("s3:GetObject", "s3:prefix"),
                (["s3:ListBucket", "s3:GetBucketLocation"], "s3:prefix"),
                (["s3:GetObject", "s3:PutObject"], "s3:x-amz-acl"),
                ("s3:DeleteObject", "s3:ExistingObjectTag/team"),
                ("s3:GetObjectRetention", "s3:ExistingObjectTag/team"),
                ("s3:PutObjectAcl", "s3:RequestObjectTag/team"),
                ("s3:Get*", "s3:x-amz-storage-class"),
            ]
        ),
        *(
            ({"Action": "s3:*", "Resource": OBJECTS, "Condition": {"StringLike": {key: "a"}}}, UNKNOWN_KEY)
            for key in ("s3:x-acl", "s3:ExistingTag/team")
        ),
        (
            {"Action": "s3:GetObject", "Resource": [f"{OBJECTS}{number:0500}" for number in range(40)]},
            "Policy exceeds the maximum allowed document size.",
        ),
    ],
)
def test_a_policy_that_can_have_no_effect_is_rejected(put_policy, elements, message):
    with pytest.raises(ClientError) as raised:
        put_policy(**elements)

    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("MalformedPolicy", message)


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [BUCKET, OBJECTS]},
        {"Action": "s3:getobject", "Resource": f"{OBJECTS[:-1]}${{aws:username}}/*"},
        {"Action": "s3:*", "Resource": BUCKET},
        {"Action": "s3:Get*", "Resource": f"{BUCKET}*"},
        {"NotAction": "s3:DeleteBucket", "Resource": BUCKET},
        *(
            {"Action": actions, "Resource": [BUCKET, OBJECTS], "Condition": {"StringLike": {key: "a"}}}
            for actions, key in [
                (["s3:ListBucket", "s3:ListBucketVersions"], "s3:prefix"),
                (["s3:PutObject", "s3:PutObjectAcl"], "s3:x-amz-acl"),
                (["s3:GetObject", "s3:DeleteObjectTagging"], "s3:ExistingObjectTag/team"),
                ("s3:*", "s3:prefix"),
                ("s3:DeleteObject", "s3:TlsVersion"),
                ("s3:DeleteObject", "aws:SomethingNew"),
            ]
        ),
    ],
)
def test_a_policy_about_the_bucket_is_accepted(put_policy, elements):
    assert put_policy(**elements)


def test_only_the_account_of_the_bucket_has_access_to_its_policy(buckets, s3, put_policy):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    put_policy(Action="s3:*", Resource=[BUCKET, OBJECTS])
    partner = buckets.client("s3", actor="padmin")

    for call in (partner.get_bucket_policy, partner.delete_bucket_policy):
        with pytest.raises(ClientError) as raised:
            call(Bucket="checked")
        assert raised.value.response["Error"]["Code"] == "MethodNotAllowed"
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 405


def test_what_is_no_json_is_rejected(s3, put_policy):
    with pytest.raises(ClientError, match="Policies must be valid JSON"):
        s3.put_bucket_policy(Bucket="checked", Policy="x")


@pytest.mark.parametrize(
    "name", ["double..dot", "Capital", "192.168.5.4", "xn--name", "name-s3alias", "-a-b"]
)
def test_a_bucket_has_a_valid_name(s3, name):
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    with pytest.raises(ClientError) as raised:
        s3.create_bucket(Bucket=name)

    assert raised.value.response["Error"]["Code"] == "InvalidBucketName"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("[]", "Policies must be valid JSON and the first byte must be '{'"),
        ('{"Version": "2012-10-17"}', "Missing required field Statement"),
        ('{"Version": "2012-10-17", "Statement": []}', "Could not parse the policy: Statement is empty!"),
        ('{"Version": "2020-01-01", "Statement": []}', "The policy must contain a valid version string"),
    ],
)
def test_s3_says_which_outermost_element_is_wrong(s3, document, message):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    s3.create_bucket(Bucket="outermost")
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_policy(Bucket="outermost", Policy=document)

    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("MalformedPolicy", message)
