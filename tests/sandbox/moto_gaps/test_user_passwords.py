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


def user_name(request):
    return re.sub(r"[^\w+=,.@-]", "-", request.node.name)[-60:]


@pytest.fixture
def user(administered, iam, request):
    """Return a client for a new user with a password, who may change it."""
    name = user_name(request)
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


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
def test_a_user_cannot_use_one_of_the_previous_passwords_again(user, iam):
    iam.update_account_password_policy(MinimumPasswordLength=8, PasswordReusePrevention=2)
    try:
        user.change_password(OldPassword=OLD, NewPassword=NEW)
        with pytest.raises(ClientError, match=r"PasswordPolicyViolation.*reuse prevention"):
            user.change_password(OldPassword=NEW, NewPassword=OLD)
        user.change_password(OldPassword=NEW, NewPassword="a-third-password")
        user.change_password(OldPassword="a-third-password", NewPassword=OLD)
    finally:
        iam.delete_account_password_policy()


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
def test_an_account_can_let_all_users_change_their_own_password(user, iam, request):
    name = user_name(request)
    iam.delete_user_policy(UserName=name, PolicyName="own-password")
    with pytest.raises(ClientError, match="not authorized to perform: iam:ChangePassword"):
        user.change_password(OldPassword=OLD, NewPassword=NEW)

    iam.update_account_password_policy(AllowUsersToChangePassword=True)
    try:
        user.change_password(OldPassword=OLD, NewPassword=NEW)
        assert user.get_account_password_policy()["PasswordPolicy"]["AllowUsersToChangePassword"]
        with pytest.raises(ClientError, match="not authorized to perform: iam:ListUsers"):
            user.list_users()
    finally:
        iam.delete_account_password_policy()


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html
def test_an_update_leaves_what_it_does_not_name(user, iam, request):
    name = user_name(request)

    iam.update_login_profile(UserName=name, PasswordResetRequired=True)

    assert iam.get_login_profile(UserName=name)["LoginProfile"]["PasswordResetRequired"]
    user.change_password(OldPassword=OLD, NewPassword=NEW)
    assert not iam.get_login_profile(UserName=name)["LoginProfile"]["PasswordResetRequired"]


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
def test_a_login_profile_is_created_once_and_deleted_once(administered, iam):
    iam.create_user(UserName="once")
    created = iam.create_login_profile(UserName="once", Password=OLD, PasswordResetRequired=True)

    assert created["LoginProfile"]["PasswordResetRequired"]
    assert (
        created["LoginProfile"]["CreateDate"]
        == iam.get_login_profile(UserName="once")["LoginProfile"]["CreateDate"]
    )
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_login_profile(UserName="once", Password=OLD)
    iam.delete_login_profile(UserName="once")
    with pytest.raises(ClientError, match=r"NoSuchEntity.*Login Profile for User once cannot be found"):
        iam.delete_login_profile(UserName="once")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.create_login_profile(UserName="missing", Password="weak")


def test_a_user_without_a_password_has_none_to_change(administered):
    admin = administered.client("iam", actor="admin")

    with pytest.raises(ClientError, match="NoSuchEntity"):
        admin.change_password(OldPassword=OLD, NewPassword=NEW)
