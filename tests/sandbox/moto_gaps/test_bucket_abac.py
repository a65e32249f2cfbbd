"""Tags of buckets in conditions.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html
"""

import json

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def by_tag(administered, iam):
    """A client of S3 for a user who may use buckets that belong to the blue team."""
    allow = {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue", "s3:BucketTag/team": "blue"}},
    }
    iam.create_user(UserName="blue")
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    iam.put_user_policy(UserName="blue", PolicyName="tags", PolicyDocument=document)
    key = iam.create_access_key(UserName="blue")["AccessKey"]
    return administered.client("s3", credentials=key)


def test_tags_of_a_bucket_count_for_it_and_its_objects_once_abac_is_enabled(administered, by_tag):
    admin = administered.client("s3", actor="admin")
    admin.create_bucket(
        Bucket="tagged", CreateBucketConfiguration={"Tags": [{"Key": "team", "Value": "blue"}]}
    )
    admin.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": [{"Key": "team", "Value": "blue"}]})

    assert admin.get_bucket_abac(Bucket="tagged")["AbacStatus"] == {"Status": "Disabled"}
    with pytest.raises(ClientError, match="AccessDenied"):
        by_tag.list_objects_v2(Bucket="tagged")

    admin.put_bucket_abac(Bucket="tagged", AbacStatus={"Status": "Enabled"})

    assert by_tag.put_object(Bucket="tagged", Key="report", Body=b"x")["ETag"]
    assert by_tag.list_objects_v2(Bucket="tagged")["KeyCount"] == 1
    control = {"AccountId": "111122223333", "ResourceArn": "arn:aws:s3:::tagged"}
    administered.client("s3control", actor="admin").tag_resource(
        **control, Tags=[{"Key": "team", "Value": "red"}]
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        by_tag.list_objects_v2(Bucket="tagged")
    with pytest.raises(ClientError, match="TagResource"):
        admin.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": []})
    with pytest.raises(ClientError, match="TagResource"):
        admin.delete_bucket_tagging(Bucket="tagged")
