"""The messages of denied requests.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import pytest

from iam.build import DANA, ELSEWHERE, OBJECT, ROLE, ROOT, SESSION, A, allow, decision, deny
from rolecall.iam import denial_message

ASSUME = {"action": "sts:AssumeRole", "resource": ROLE}
OTHER = allow("dynamodb:*")  # allows nothing that is requested here
PROVIDER = f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"

REASONS = [
    ({}, "because no identity-based policy allows the s3:GetObject action"),
    ({"identity": deny()}, "with an explicit deny in an identity-based policy"),
    ({"resource_policy": deny(Principal="*")}, "with an explicit deny in a resource-based policy"),
    ({"principal": ELSEWHERE, "identity": allow()}, "because no resource-based policy allows the s3:GetObject action"),
    ({"identity": allow(), "boundary": OTHER}, "because no permissions boundary allows the s3:GetObject action"),
    ({"identity": allow(), "boundary": deny()}, "with an explicit deny in a permissions boundary"),
    ({"principal": SESSION, "identity": allow(), "session": OTHER}, "because no session policy allows the s3:GetObject action"),
    ({"principal": SESSION, "identity": allow(), "session": deny()}, "with an explicit deny in a session policy"),
    ({"identity": allow(), "scps": [[OTHER]]}, "because no service control policy allows the s3:GetObject action"),
    ({"identity": allow(), "scps": [[deny()]]}, "with an explicit deny in a service control policy"),
    ({"identity": allow(), "rcps": [[deny(Principal="*")]]}, "with an explicit deny in a resource control policy"),
    ({"identity": allow(), "endpoint": allow("sqs:*", Principal="*")}, "because no VPC endpoint policy allows the s3:GetObject action"),
    (ASSUME, "because no role trust policy allows the sts:AssumeRole action"),
    (ASSUME | {"resource_policy": deny("sts:AssumeRole", None, Principal="*")}, "with an explicit deny in the role trust policy"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "reason"), REASONS, ids=range(len(REASONS)))
def test_the_message_names_the_policy_type_as_documented(case, reason):
    message = denial_message(decision(**case))

    principal, action = case.get("principal", DANA), case.get("action", "s3:GetObject")
    resource = case.get("resource", OBJECT)
    assert (
        message
        == f"User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}"
    )


def test_an_action_without_resource_types_is_denied_on_no_resource():
    message = denial_message(decision(action="ec2:DescribeInstances", resource="*"))

    assert message == (
        f"User: {DANA} is not authorized to perform: ec2:DescribeInstances "
        "because no identity-based policy allows the ec2:DescribeInstances action"
    )


def test_listing_the_buckets_is_denied_on_no_resource():
    message = denial_message(decision(action="s3:ListAllMyBuckets", resource="*"))

    assert " on resource" not in message


def test_the_action_is_spelled_as_in_the_reference():
    assert "to perform: s3:GetObject on" in denial_message(decision(action="S3:getobject"))


def test_a_service_can_spell_the_action_its_own_way():
    message = denial_message(decision(), "s3:getobject")

    assert message.endswith("because no identity-based policy allows the s3:getobject action")


def test_an_anonymous_caller_learns_nothing():
    assert denial_message(decision(principal="anonymous")) == "Access Denied"


def test_a_federated_identity_learns_only_the_action():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-roles.html
    case = {"action": "sts:AssumeRoleWithWebIdentity", "resource": ROLE, "principal": PROVIDER}

    assert denial_message(decision(**case)) == "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def test_the_root_user_cannot_assume_a_role():
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    assert (
        denial_message(decision(**ASSUME, principal=ROOT)) == "Roles may not be assumed by root accounts."
    )
