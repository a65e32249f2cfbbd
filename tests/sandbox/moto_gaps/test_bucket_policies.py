"""Bucket policies that S3 rejects when they are set."""

import json

import pytest
from botocore.exceptions import ClientError

BUCKET, OBJECTS = "arn:aws:s3:::checked", "arn:aws:s3:::checked/*"
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
    ],
)
def test_a_policy_about_the_bucket_is_accepted(put_policy, elements):
    assert put_policy(**elements)
