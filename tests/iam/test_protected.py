"""Only AWS changes its managed policies, service-linked roles, and the roles of IAM Identity Center.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#aws-managed-policies
https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
"""

import pytest

from rolecall.iam import Outcome, Policy, PolicySet, PolicyType, Request, decide

ADMIN = "arn:aws:iam::111122223333:user/admin"
AWS_MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OWN = "arn:aws:iam::111122223333:policy/own"
LINKED = "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
SSO = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
ROLE = "arn:aws:iam::111122223333:role/own"
EVERYTHING = Policy.parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    PolicyType.IDENTITY,
)


def decided(action: str, resource: str, **request: str):
    return decide(Request.of(ADMIN, action, resource, **request), PolicySet(identity=(EVERYTHING,)))


@pytest.mark.parametrize(
    "action",
    ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListEntitiesForPolicy", "iam:ListPolicyVersions"],
)
def test_an_administrator_reads_aws_managed_policies(action):
    assert decided(action, AWS_MANAGED).allowed


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:TagPolicy",
        "iam:UntagPolicy",
    ],
)
def test_no_one_changes_aws_managed_policies(action):
    assert decided(action, AWS_MANAGED).outcome is Outcome.IMPLICITLY_DENIED
    assert not decided(action, AWS_MANAGED, resource_account="111122223333").allowed
    assert decided(action, OWN).allowed


@pytest.mark.parametrize(
    "action",
    [
        "iam:AttachRolePolicy",
        "iam:DeleteRole",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    ],
)
@pytest.mark.parametrize("role", [LINKED, SSO])
def test_no_one_changes_the_roles_that_aws_manages(action, role):
    decision = decided(action, role)

    assert decision.outcome is Outcome.IMPLICITLY_DENIED
    assert decision.error_code == "UnmodifiableEntity"
    assert decision.reason.endswith("this role is only modifiable by AWS")
    assert decided(action, ROLE).allowed


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateServiceLinkedRole",
        "iam:DeleteServiceLinkedRole",
        "iam:PassRole",
        "iam:TagRole",
        "iam:UpdateRoleDescription",
    ],
)
def test_a_user_creates_deletes_and_describes_service_linked_roles_only(action):
    assert decided(action, LINKED).allowed
    assert not decided(action, SSO).allowed


@pytest.mark.parametrize("role", [LINKED, SSO])
def test_the_roles_that_aws_manages_can_be_read_but_not_created(role):
    assert decided("iam:GetRole", role).allowed
    assert decided("iam:CreateRole", role).outcome is Outcome.IMPLICITLY_DENIED


def test_who_lacks_the_permission_is_denied_for_that_reason():
    decision = decide(Request.of(ADMIN, "iam:DeleteRole", LINKED), PolicySet())

    assert decision.error_code == ""
    assert decision.policy_type is PolicyType.IDENTITY
