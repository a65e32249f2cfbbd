"""https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html"""

import pytest

from rolecall.iam import Policy, PolicyType
from rolecall.iam.policy_checks import granted_access, new_access

READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
OVER_TLS = {**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/secret/*"}


def policy(*statements):
    return Policy.parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyType.IDENTITY)


@pytest.mark.parametrize(
    ("existing", "new", "statements"),
    [
        ([READ], [READ], []),
        ([READ], [{**READ, "Resource": "arn:aws:s3:::reports/2026/*"}], []),
        ([{**READ, "Action": "s3:Get*"}], [READ], []),
        ([READ], [{**READ, "Action": "s3:Get*"}], [0]),
        ([READ], [READ, {**READ, "Action": ["s3:GetObject", "s3:PutObject"]}], [1]),
        ([OVER_TLS], [READ], [0]),
        ([READ], [OVER_TLS], []),
        ([READ, DENY], [READ], [0]),
        ([READ], [READ, DENY], []),
        ([{**READ, "Resource": "*"}, DENY], [{**READ, "Resource": "arn:aws:s3:::photos/*"}], []),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], [READ], []),
        ([READ], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], [0]),
        (
            [{**READ, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}],
            [{**READ, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.128/25"}}}],
            [],
        ),
        (
            [{**READ, "Condition": {"StringLike": {"aws:username": "d*"}}}],
            [{**READ, "Condition": {"StringEquals": {"aws:username": "dana"}}}],
            [],
        ),
        (
            [{**READ, "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}}],
            [{**READ, "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "7200"}}}],
            [0],
        ),
    ],
)
def test_new_access_is_what_the_existing_policy_does_not_grant(existing, new, statements):
    assert [one.index for one in new_access(policy(*new), policy(*existing))] == statements


@pytest.mark.parametrize(
    ("statements", "actions", "resources", "granting"),
    [
        ([READ], ["s3:GetObject"], [], [0]),
        ([READ], ["s3:PutObject"], [], []),
        ([READ], ["s3:*"], [], [0]),
        ([READ], [], ["arn:aws:s3:::reports/q1"], [0]),
        ([READ], [], ["arn:aws:s3:::photos/*"], []),
        ([READ], ["s3:GetObject"], ["arn:aws:s3:::photos/*"], []),
        ([READ, DENY], ["s3:GetObject"], ["arn:aws:s3:::reports/secret/q1"], []),
        ([OVER_TLS], ["s3:GetObject"], [], [0]),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], ["iam:PassRole"], [], []),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], ["s3:GetObject"], [], [0]),
    ],
)
def test_granted_access_is_one_of_the_actions_on_one_of_the_resources(
    statements, actions, resources, granting
):
    found = granted_access(policy(*statements), actions, resources)

    assert [one.index for one in found] == granting
