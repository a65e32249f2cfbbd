"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html"""

import json

import pytest
from botocore.exceptions import ClientError


def test_session_tags_differ_whatever_their_case(administered):
    sts = administered.client("sts", actor="admin")
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]

    with pytest.raises(ClientError, match="Duplicate tag keys found"):
        sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/any", RoleSessionName="test", Tags=tags)


LONGEST = "Member must have length less than or equal to"
# https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
REJECTED = [
    ([{"Key": str(number), "Value": ""} for number in range(51)], f"at 'tags' .*{LONGEST} 50"),
    ([{"Key": "k" * 129, "Value": ""}], f"at 'tags.1.member.key' .*{LONGEST} 128"),
    ([{"Key": "k", "Value": "v" * 257}], f"at 'tags.1.member.value' .*{LONGEST} 256"),
    ([{"Key": "k#", "Value": ""}], "at 'tags.1.member.key' .*must satisfy regular expression pattern"),
    ([{"Key": "aws:k", "Value": ""}], "aws: prefixed tag key names"),
    ([{"Key": "k", "Value": "1"}, {"Key": "K", "Value": "2"}], "Duplicate tag keys found"),
]


@pytest.mark.parametrize(("tags", "message"), REJECTED)
def test_tags_of_a_federated_user_follow_the_rules_of_session_tags(administered, tags, message):
    with pytest.raises(ClientError, match=message):
        administered.client("sts", actor="admin").get_federation_token(Name="bob", Tags=tags)


def test_a_context_requires_that_the_trust_policy_allows_it(administered, iam):
    # https://docs.aws.amazon.com/singlesignon/latest/userguide/trustedidentitypropagation-identity-enhanced-iam-role-sessions.html
    trust = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    role = iam.create_role(RoleName="without-context", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    context = {
        "ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter",
        "ContextAssertion": "assertion",
    }

    with pytest.raises(ClientError, match="sts:SetContext"):
        administered.client("sts", actor="admin").assume_role(
            RoleArn=role, RoleSessionName="test", ProvidedContexts=[context]
        )


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
