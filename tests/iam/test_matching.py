"""Actions and resources: wildcards, case, segments, variables.

Pages, by the letter in each row:
A https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
N https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
R https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
T https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html
V https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
W https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example1.html
S https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import pytest

from iam.build import ROOT, allow

ACTIONS = [
    ("A", "s3:GetObject", "s3:GetObject", True),
    ("A", "S3:getobject", "s3:GetObject", True),
    ("A", "s3:GetObject", "s3:PutObject", False),
    ("A", "s3:Get*", "s3:GetObject", True),
    ("A", "s3:*Object", "s3:GetObject", True),
    ("A", "s3:*Object", "s3:GetObjectAcl", False),
    ("A", "s3:G*t", "s3:GetObject", True),
    ("A", "s3:?etObject", "s3:GetObject", True),
    ("A", "s3:?GetObject", "s3:GetObject", False),
    ("A", "s3:*", "s3:GetObject", True),
    ("A", "s3:*", "sqs:SendMessage", False),
    ("A", "*", "sqs:SendMessage", True),
    ("A", "*:*", "sqs:SendMessage", True),
    ("A", ["sqs:*", "s3:Get*"], "s3:GetObject", True),
    ("A", ["sqs:*", "s3:Put*"], "s3:GetObject", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "said", "asked", "matches"), ACTIONS)
def test_an_action(outcome, page, said, asked, matches):
    assert outcome(action=asked, identity=allow(said)) == ("Allowed" if matches else "ImplicitlyDenied")


NOT_ACTIONS = [
    ("N", "s3:*", "sqs:SendMessage", True),
    ("N", "s3:*", "s3:GetObject", False),
    ("N", "s3:GetObject", "s3:PutObject", True),
    ("N", ["iam:*", "s3:Get*"], "s3:GetObject", False),
    ("N", ["iam:*", "s3:Get*"], "s3:PutObject", True),
    ("N", "S3:GETOBJECT", "s3:GetObject", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "said", "asked", "matches"), NOT_ACTIONS)
def test_not_action_allows_all_else(outcome, page, said, asked, matches):
    assert outcome(action=asked, identity=allow(NotAction=said)) == (
        "Allowed" if matches else "ImplicitlyDenied"
    )


RESOURCES = [
    ("R", "arn:aws:s3:::acme/q1.csv", "arn:aws:s3:::acme/q1.csv", True),
    ("R", "arn:aws:s3:::acme/Q1.csv", "arn:aws:s3:::acme/q1.csv", False),
    ("R", "arn:aws:s3:::acme/*", "arn:aws:s3:::acme/a/b/q1.csv", True),
    ("R", "arn:aws:s3:::acme/*", "arn:aws:s3:::acme", False),
    ("R", "arn:aws:s3:::acme*", "arn:aws:s3:::acme", True),
    ("R", "arn:aws:s3:::acme*", "arn:aws:s3:::acme-more/q1.csv", True),
    ("R", "arn:aws:s3:::*/q1.csv", "arn:aws:s3:::acme/a/q1.csv", True),
    ("R", "arn:aws:s3:::acme/q?.csv", "arn:aws:s3:::acme/q1.csv", True),
    ("R", "arn:aws:s3:::acme/q?.csv", "arn:aws:s3:::acme/q12.csv", False),
    ("R", "*", "arn:aws:s3:::acme/q1.csv", True),
    ("R", "arn:aws:*", "arn:aws:s3:::acme/q1.csv", True),
    ("R", "arn:aws:s3:*", "arn:aws:s3:::acme/q1.csv", True),
    ("R", "arn:aws:sqs:*", "arn:aws:s3:::acme/q1.csv", False),
    ("R", "arn:*:s3:::acme/*", "arn:aws:s3:::acme/q1.csv", True),
    ("R", "arn:aws:s?:::acme/*", "arn:aws:s3:::acme/q1.csv", True),
    ("R", ["arn:aws:s3:::other/*", "arn:aws:s3:::acme/*"], "arn:aws:s3:::acme/q1.csv", True),
    ("R", ["arn:aws:s3:::other/*", "arn:aws:s3:::more/*"], "arn:aws:s3:::acme/q1.csv", False),
    ("V", "arn:aws:s3:::acme/${aws:username}/*", "arn:aws:s3:::acme/dana/q1.csv", True),
    ("V", "arn:aws:s3:::acme/${aws:username}/*", "arn:aws:s3:::acme/eve/q1.csv", False),
    ("V", "arn:aws:s3:::acme/${aws:PrincipalTag/none}/*", "arn:aws:s3:::acme//q1.csv", False),
    ("V", "arn:aws:s3:::acme/${aws:PrincipalTag/none, 'all'}/*", "arn:aws:s3:::acme/all/q1.csv", True),
    ("V", "arn:aws:s3:::acme/${*}", "arn:aws:s3:::acme/*", True),
    ("V", "arn:aws:s3:::acme/${*}", "arn:aws:s3:::acme/q1.csv", False),
    ("V", "arn:aws:s3:::acme/${?}", "arn:aws:s3:::acme/?", True),
    ("V", "arn:aws:s3:::acme/${?}", "arn:aws:s3:::acme/q", False),
    ("V", "arn:aws:s3:::acme/${$}", "arn:aws:s3:::acme/$", True),
    ("V", "arn:aws:s3:::acme/${aws:TagKeys}", "arn:aws:s3:::acme/team", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "said", "asked", "matches"), RESOURCES)
def test_a_resource(outcome, page, said, asked, matches):
    decided = outcome(
        resource=asked, context={"aws:TagKeys": ["team", "cost"]}, identity=allow("s3:*", said)
    )

    assert decided == ("Allowed" if matches else "ImplicitlyDenied")


QUEUES = [
    ("R", "arn:aws:sqs:us-east-1:111122223333:jobs", True),
    ("R", "arn:aws:sqs:*:111122223333:jobs", True),
    ("R", "arn:aws:sqs:us-*-1:111122223333:jobs", True),
    ("R", "arn:aws:sqs:us-*-2:111122223333:jobs", False),
    ("R", "arn:aws:sqs:us-east-?:111122223333:jobs", True),
    ("R", "arn:aws:sqs:us-east-1:1111*:jobs", True),
    ("R", "arn:aws:sqs:us-east-1:*3333:jobs", True),
    ("R", "arn:aws:sqs:us*3333:jobs", False),  # a star in the middle stays within its segment
    ("R", "arn:aws:sqs:*:jobs", True),  # one that ends its segment may run on
    ("R", "arn:aws:sqs:us-east-1:*", True),
    ("R", "arn:aws:s*s:*:jobs", True),
    ("R", "arn:a*s:us-east-1:*:jobs", False),
    ("R", "arn:aws:sqs:us-east-1:444455556666:jobs", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "said", "matches"), QUEUES)
def test_a_wildcard_and_the_segments_of_an_arn(outcome, page, said, matches):
    asked = "arn:aws:sqs:us-east-1:111122223333:jobs"

    decided = outcome(action="sqs:SendMessage", resource=asked, identity=allow("sqs:*", said))

    assert decided == ("Allowed" if matches else "ImplicitlyDenied")


NOT_RESOURCES = [
    ("T", "arn:aws:s3:::secret/*", "arn:aws:s3:::acme/q1.csv", True),
    ("T", "arn:aws:s3:::acme/*", "arn:aws:s3:::acme/q1.csv", False),
    ("T", ["arn:aws:s3:::acme", "arn:aws:s3:::acme/*"], "arn:aws:s3:::acme/q1.csv", False),
    ("V", "arn:aws:s3:::acme/${aws:username}/*", "arn:aws:s3:::acme/eve/q1.csv", True),
    ("V", "arn:aws:s3:::acme/${aws:PrincipalTag/none}/*", "arn:aws:s3:::acme/eve/q1.csv", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "said", "asked", "matches"), NOT_RESOURCES)
def test_not_resource_covers_all_else(outcome, page, said, asked, matches):
    decided = outcome(resource=asked, identity=allow("s3:*", NotResource=said))

    assert decided == ("Allowed" if matches else "ImplicitlyDenied")


WITHOUT_RESOURCES = [
    ("S", "s3:ListAllMyBuckets", "*", True),
    ("W", "s3:ListAllMyBuckets", "arn:aws:s3:::*", True),
    ("S", "s3:ListAllMyBuckets", "arn:aws:s3:::acme", False),
    ("S", "ec2:DescribeInstances", "*", True),
    ("S", "ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/*", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "action", "said", "matches"), WITHOUT_RESOURCES)
def test_an_action_without_resources_wants_the_star(outcome, page, action, said, matches):
    decided = outcome(action=action, resource="*", identity=allow(action, said))

    assert decided == ("Allowed" if matches else "ImplicitlyDenied")


def test_a_value_that_comes_from_the_request_brings_no_wildcard(outcome):
    decided = outcome(
        resource="arn:aws:s3:::acme/eve/q1.csv",
        context={"aws:PrincipalTag/folder": "*"},
        identity=allow("s3:*", "arn:aws:s3:::acme/${aws:PrincipalTag/folder}/*"),
    )

    assert decided == "ImplicitlyDenied"


def test_a_resource_may_go_unsaid_in_the_policy_of_the_resource_itself(outcome):
    decided = outcome(
        action="sqs:SendMessage",
        resource="arn:aws:sqs:us-east-1:111122223333:jobs",
        principal=ROOT,
        resource_policy=allow("sqs:*", None, Principal="*"),
    )

    assert decided == "Allowed"
