"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html"""

import json

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


def test_a_role_that_was_just_created_has_no_last_use(iam):
    role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]

    assert set(role) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}


def test_an_encoded_part_of_a_trust_policy_stays_encoded_in_the_list(iam):
    encoded = json.loads(json.dumps(TRUST))
    encoded["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceArn": "arn%3Aaws%3Asqs"}}
    iam.create_role(RoleName="encoded", Path="/encoded/", AssumeRolePolicyDocument=json.dumps(encoded))

    (role,) = iam.list_roles(PathPrefix="/encoded/")["Roles"]

    assert role["AssumeRolePolicyDocument"] == encoded


def test_a_policy_counts_the_entities_that_it_limits(iam):
    policy = iam.create_policy(PolicyName="limits", PolicyDocument=json.dumps(NOTHING))["Policy"]
    assert (policy["PolicyId"][:4], policy["PermissionsBoundaryUsageCount"]) == ("ANPA", 0)

    user = iam.create_user(UserName="limited", PermissionsBoundary=policy["Arn"])["User"]

    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy["Arn"]
    assert iam.get_policy(PolicyArn=policy["Arn"])["Policy"]["PermissionsBoundaryUsageCount"] == 1


def test_account_details_name_each_managed_policy(iam):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html
    arn = iam.create_policy(PolicyName="detailed", PolicyDocument=json.dumps(NOTHING))["Policy"]["Arn"]

    details = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]

    (policy,) = [one for one in details if one["Arn"] == arn]
    assert (policy["PolicyName"], policy["PolicyId"][:4]) == ("detailed", "ANPA")
    assert policy["PolicyVersionList"][0]["Document"] == NOTHING
