"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html"""

import json
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Resource": "*", **statement}})


def granting(iam, arn, service):
    (listed,) = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=[service])[
        "PoliciesGrantingServiceAccess"
    ]
    return listed["Policies"]


def test_a_user_has_the_policies_of_their_groups(iam):
    arn = iam.create_user(UserName="dana")["User"]["Arn"]
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="dana")
    iam.attach_user_policy(UserName="dana", PolicyArn=READ_ONLY)
    iam.put_group_policy(
        GroupName="readers",
        PolicyName="list",
        PolicyDocument=document(Effect="Allow", Action="s3:List*"),
    )

    policies = granting(iam, arn, "s3")

    assert policies == [
        {"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyType": "MANAGED", "PolicyArn": READ_ONLY},
        {"PolicyName": "list", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "readers"},
    ]
    assert granting(iam, arn, "ec2") == []


@pytest.mark.parametrize(
    ("statement", "grants"),
    [
        ({"Effect": "Allow", "Action": "*"}, True),
        ({"Effect": "Allow", "Action": "S3:getobject"}, True),
        ({"Effect": "Allow", "Action": "s3:NoSuchAction"}, False),
        ({"Effect": "Allow", "Action": "sqs:*"}, False),
        ({"Effect": "Allow", "NotAction": "iam:*"}, True),
        ({"Effect": "Allow", "NotAction": ["s3:*", "iam:*"]}, False),
        ({"Effect": "Deny", "Action": "s3:*"}, False),
    ],
)
def test_a_policy_grants_access_if_it_allows_an_action_of_the_service(iam, statement, grants):
    name = f"user-{uuid4()}"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(**statement))

    assert bool(granting(iam, arn, "s3")) is grants


def test_an_identity_that_does_not_exist_is_no_entity(iam):
    with pytest.raises(ClientError, match="NoSuchEntity"):
        granting(iam, "arn:aws:iam::111122223333:role/missing", "s3")
