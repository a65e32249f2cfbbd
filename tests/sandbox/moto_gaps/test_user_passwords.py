"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html"""

import json
import re

import boto3
import pytest
from botocore.exceptions import ClientError

OLD, NEW = "Abcdefghi1!xyz", "Xbcdefghi1!xyz"
OWN_PASSWORD = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "iam:ChangePassword",
            "Resource": "arn:aws:iam::*:user/${aws:username}",
        },
    }
)


@pytest.fixture
def user(administered, iam, request):
    """Return a client for a new user with a password, who may change it."""
    name = re.sub(r"[^\w+=,.@-]", "-", request.node.name)[-60:]
    iam.create_user(UserName=name)
    iam.create_login_profile(UserName=name, Password=OLD)
    iam.put_user_policy(UserName=name, PolicyName="own-password", PolicyDocument=OWN_PASSWORD)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        "iam",
        endpoint_url=administered.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def test_a_user_changes_their_own_password(user):
    user.change_password(OldPassword=OLD, NewPassword=NEW)

    with pytest.raises(ClientError, match=r"AccessDenied.*old password"):
        user.change_password(OldPassword=OLD, NewPassword=NEW)


@pytest.mark.parametrize("password", ["Ab1!", "abcdefghijkl", "abcdefgh1234"])
def test_a_weak_password_violates_the_default_policy(user, iam, password):
    with pytest.raises(ClientError, match="PasswordPolicyViolation"):
        user.change_password(OldPassword=OLD, NewPassword=password)
    with pytest.raises(ClientError, match="PasswordPolicyViolation"):
        iam.create_login_profile(UserName="admin", Password=password)


def test_the_policy_of_the_account_replaces_the_default_one(user, iam):
    iam.update_account_password_policy(MinimumPasswordLength=6, RequireNumbers=True)
    try:
        with pytest.raises(ClientError, match="PasswordPolicyViolation"):
            user.change_password(OldPassword=OLD, NewPassword="abcdefghijkl")
        user.change_password(OldPassword=OLD, NewPassword="abcde1")
    finally:
        iam.delete_account_password_policy()


def test_a_user_without_a_password_has_none_to_change(administered):
    admin = administered.client("iam", actor="admin")

    with pytest.raises(ClientError, match="NoSuchEntity"):
        admin.change_password(OldPassword=OLD, NewPassword=NEW)
