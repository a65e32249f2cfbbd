"""Which bucket policies S3 considers public.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

import pytest

from rolecall.aws.s3_public import is_public
from rolecall.iam import Policy, PolicyType


def policy(principal="*", condition=None, effect="Allow", **elements) -> Policy:
    statement = {"Effect": effect, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"} | elements
    if principal is not None:
        statement["Principal"] = principal
    if condition is not None:
        statement["Condition"] = condition
    return Policy.parse({"Version": "2012-10-17", "Statement": statement}, PolicyType.RESOURCE)


@pytest.mark.parametrize(
    "given",
    [
        policy(),
        policy({"AWS": "*"}),
        policy(None, NotPrincipal={"AWS": "111122223333"}),
        policy(condition={"Bool": {"aws:SecureTransport": "true"}}),
        policy(condition={"StringLike": {"aws:Referer": "https://example.com/*"}}),
        policy(condition={"StringLike": {"aws:SourceVpc": "vpc-*"}}),
        policy(condition={"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}),
        policy(condition={"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}),
        policy(condition={"StringNotEquals": {"aws:SourceVpc": "vpc-91237329"}}),
        policy(condition={"StringEqualsIfExists": {"aws:SourceVpc": "vpc-91237329"}}),
        policy(condition={"ForAllValues:StringEquals": {"aws:SourceVpc": "vpc-91237329"}}),
        policy(condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
        policy(condition={"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "64.0.0.0/2"]}}),
        policy(condition={"IpAddress": {"aws:SourceIp": "2000::/3"}}),
    ],
)
def test_a_policy_for_everyone_is_public_unless_it_is_limited_to_fixed_values(given):
    assert is_public(given)


@pytest.mark.parametrize(
    "given",
    [
        policy({"AWS": "arn:aws:iam::111122223333:root"}),
        policy({"Service": "cloudtrail.amazonaws.com"}),
        policy(effect="Deny"),
        policy(condition={"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}),
        policy(condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        policy(condition={"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:t"}}),
        policy(condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        policy(condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        policy(
            condition={
                "ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-east-1:111122223333:accesspoint/*"}
            }
        ),
    ],
)
def test_a_policy_for_fixed_principals_or_sources_is_not_public(given):
    assert not is_public(given)
