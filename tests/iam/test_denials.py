"""The messages of denied requests.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import pytest

from iam.build import DANA, ELSEWHERE, OBJECT, ROLE, ROOT, SESSION, A, allow, decision, deny, document
from rolecall.iam import Policy, PolicySet, PolicyType, Request, decide, denial_message

ASSUME = {"action": "sts:AssumeRole", "resource": ROLE}
ONE_ORGANIZATION = {"aws:PrincipalOrgID": "o-acme", "aws:ResourceOrgID": "o-acme"}
OTHER = allow("dynamodb:*")  # allows nothing that is requested here
PROVIDER = f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"

REASONS = [
    ({}, "because no identity-based policy allows the s3:GetObject action"),
    ({"identity": deny()}, "with an explicit deny in an identity-based policy"),
    ({"resource_policy": deny(Principal="*")}, "with an explicit deny in a resource-based policy"),
    ({"principal": ELSEWHERE, "identity": allow(), "context": ONE_ORGANIZATION}, "because no resource-based policy allows the s3:GetObject action"),
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


# https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
SCP_ARN = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd"
DENYING_ARNS = [
    (PolicyType.SCP, "scps", SCP_ARN),
    (PolicyType.RCP, "rcps", SCP_ARN.replace("service_control", "resource_control")),
    (PolicyType.IDENTITY, "identity", f"arn:aws:iam::{A}:policy/no-reading"),
    (PolicyType.BOUNDARY, "boundaries", f"arn:aws:iam::{A}:policy/limits"),
    (PolicyType.SESSION, "session", "arn:aws:iam::aws:policy/AWSDenyAll"),
]


def denied_by(policy_type, field, arn, principal=DANA, **organizations):
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    if policy_type is PolicyType.RCP:
        statement["Principal"] = "*"
    policies = (Policy.parse(document(statement), policy_type, arn=arn),)
    levels = field in ("scps", "rcps")
    request = Request.of(principal, "s3:GetObject", OBJECT, resource_account=A, context=organizations)
    return denial_message(decide(request, PolicySet(**{field: (policies,) if levels else policies})))


@pytest.mark.parametrize(("policy_type", "field", "arn"), DENYING_ARNS, ids=str)
def test_an_explicit_deny_names_the_policy_by_its_arn(policy_type, field, arn):
    message = denied_by(policy_type, field, arn)

    assert message.endswith(f" {policy_type.value}: {arn}")


def test_an_explicit_deny_in_an_inline_policy_names_only_the_type():
    message = denied_by(PolicyType.IDENTITY, "identity", "")

    assert message.endswith(" with an explicit deny in an identity-based policy")


def test_callers_of_one_organization_learn_the_arn():
    organizations = {"aws:PrincipalOrgID": "o-acme", "aws:ResourceOrgID": "o-acme"}

    assert denied_by(PolicyType.SCP, "scps", SCP_ARN, ELSEWHERE, **organizations).endswith(SCP_ARN)


@pytest.mark.parametrize(
    "resource_organization", [{}, {"aws:ResourceOrgID": "o-other"}], ids=["none", "other"]
)
def test_callers_of_another_organization_learn_no_reason(resource_organization):
    message = denied_by(
        PolicyType.SCP,
        "scps",
        SCP_ARN,
        ELSEWHERE,
        **{"aws:PrincipalOrgID": "o-acme"},
        **resource_organization,
    )

    assert message == f"User: {ELSEWHERE} is not authorized to perform: s3:GetObject on resource: {OBJECT}"


def test_several_denying_policy_types_are_reported_as_one():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    message = denial_message(decision(identity=deny(), boundary=deny(), scps=[[deny()]]))

    assert message.count("explicit deny") == 1
