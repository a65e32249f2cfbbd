"""Names and paths in IAM.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
"""

import json

import pytest
from botocore.exceptions import ClientError

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)
READ = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}}
)


def error_of(call, **parameters) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("operation", "parameters", "which"),
    [
        ("create_user", {"UserName": "a/b"}, "userName"),
        ("create_role", {"RoleName": "é", "AssumeRolePolicyDocument": TRUST}, "roleName"),
        ("create_group", {"GroupName": "a b"}, "groupName"),
        ("create_instance_profile", {"InstanceProfileName": "a:b"}, "instanceProfileName"),
        ("create_policy", {"PolicyName": "a*", "PolicyDocument": READ}, "policyName"),
        ("create_virtual_mfa_device", {"VirtualMFADeviceName": "a/b"}, "virtualMFADeviceName"),
    ],
)
def test_a_name_has_few_special_characters(iam, operation, parameters, which):
    assert error_of(getattr(iam, operation), **parameters) == (
        "ValidationError",
        f"The specified value for {which} is invalid. It must contain only alphanumeric characters and/or "
        "the following: +=,.@_-",
    )


@pytest.mark.parametrize("path", ["my/path", "/a", "a/"])
def test_a_path_begins_and_ends_with_a_slash(iam, path):
    code, message = error_of(iam.create_user, UserName="eve", Path=path)

    assert code == "ValidationError"
    assert message.startswith("The specified value for path is invalid. It must begin and end with /")


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
@pytest.mark.parametrize("alias", ["Acme", "-acme", "a--b"])
def test_an_alias_of_an_account_has_lowercase_letters_digits_and_hyphens(iam, alias):
    code, message = error_of(iam.create_account_alias, AccountAlias=alias)

    assert code == "ValidationError"
    assert message.startswith("The specified value for accountAlias is invalid.")


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
@pytest.mark.parametrize("operation", ["list_roles", "list_policies", "list_virtual_mfa_devices"])
def test_a_marker_of_no_page_is_rejected(iam, operation):
    assert error_of(getattr(iam, operation), Marker="x")[0] == "ValidationError"


@pytest.mark.parametrize(
    ("operation", "parameters", "longest"),
    [
        ("create_user", {"UserName": "u" * 65}, 64),
        ("create_role", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": TRUST}, 64),
        ("create_group", {"GroupName": "g" * 129}, 128),
        ("update_role", {"RoleName": "r", "Description": "d" * 1001}, 1000),
    ],
)
def test_a_name_and_a_description_have_a_greatest_length(iam, operation, parameters, longest):
    code, message = error_of(getattr(iam, operation), **parameters)

    assert code == "ValidationError"
    assert message.endswith(f"Member must have length less than or equal to {longest}")


@pytest.mark.parametrize(
    ("operation", "parameter", "more", "message"),
    [
        ("create_user", "UserName", {}, "User with name CASE already exists."),
        ("create_group", "GroupName", {}, "Group with name CASE already exists."),
        ("create_role", "RoleName", {"AssumeRolePolicyDocument": TRUST}, "Role with name CASE already exists."),
        ("create_instance_profile", "InstanceProfileName", {}, "Instance Profile CASE already exists."),
        ("create_policy", "PolicyName", {"PolicyDocument": READ}, "A policy called CASE already exists. Duplicate names are not allowed."),
    ],
)  # fmt: skip
def test_names_differ_by_more_than_case(iam, operation, parameter, more, message):
    create = getattr(iam, operation)
    create(**{parameter: "Case"}, **more)

    assert error_of(create, **{parameter: "CASE"}, **more) == ("EntityAlreadyExists", message)


def test_a_user_is_renamed_to_another_case_but_not_to_the_name_of_another_user(iam):
    iam.create_user(UserName="maria")
    iam.create_user(UserName="zhang")

    iam.update_user(UserName="maria", NewUserName="Maria")

    assert error_of(iam.update_user, UserName="zhang", NewUserName="MARIA")[0] == "EntityAlreadyExists"
