"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html"""

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
