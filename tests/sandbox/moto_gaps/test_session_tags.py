"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html"""

import json

import pytest
from botocore.exceptions import ClientError


def test_session_tags_differ_whatever_their_case(administered):
    sts = administered.client("sts", actor="admin")
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]

    with pytest.raises(ClientError, match="Duplicate tag keys found"):
        sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/any", RoleSessionName="test", Tags=tags)


def test_a_transitive_key_is_the_key_of_a_tag(administered):
    with pytest.raises(ClientError, match="must be included in the requested tags"):
        administered.client("sts", actor="admin").assume_role(
            RoleArn="arn:aws:iam::111122223333:role/any",
            RoleSessionName="test",
            Tags=[{"Key": "Team", "Value": "a"}],
            TransitiveTagKeys=["Other"],
        )


def test_every_permission_of_the_request_has_the_name_of_the_session(administered, iam):
    # One statement for both permissions, with wildcards in the action, as AWS accepts it.
    iam.create_role(
        RoleName="named",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"AWS": "111122223333"},
                    "Action": "sts:*",
                    "Condition": {"StringEquals": {"sts:RoleSessionName": "admin"}},
                },
            }
        ),
    )
    sts = administered.client("sts", actor="admin")
    tagged = {"RoleArn": "arn:aws:iam::111122223333:role/named", "Tags": [{"Key": "Team", "Value": "a"}]}

    assert sts.assume_role(**tagged, RoleSessionName="admin")["Credentials"]
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(**tagged, RoleSessionName="other")


@pytest.mark.parametrize("action", ["s3:*", "*", "iam:PassRole"])
def test_a_trust_policy_has_actions_of_sts_only(iam, action):
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": action}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})

    with pytest.raises(ClientError, match="AssumeRole policy may only specify STS AssumeRole actions"):
        iam.create_role(RoleName="wrong", AssumeRolePolicyDocument=document)
