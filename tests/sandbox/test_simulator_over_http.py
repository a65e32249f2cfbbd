"""The policy simulator's API, as boto3 and the AWS CLI call it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

DANA = "arn:aws:iam::111122223333:user/clerk"
ALLOW = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::acme/${aws:username}/*",
                "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
            },
        ],
    }
)


@pytest.fixture(scope="module")
def iam():
    with Sandbox(Path(__file__).parent / "worlds" / "services.yaml") as sandbox:
        yield sandbox.client("iam", actor="admin")


def decisions(answer) -> list[str]:
    return [result["EvalDecision"] for result in answer["EvaluationResults"]]


def test_a_principals_own_policies_are_simulated(iam):
    answer = iam.simulate_principal_policy(
        PolicySourceArn=DANA,
        ActionNames=["sqs:SendMessage", "sqs:DeleteQueue", "iam:CreateUser"],
        ResourceArns=["arn:aws:sqs:us-east-1:111122223333:jobs"],
    )

    assert decisions(answer) == ["allowed", "allowed", "implicitDeny"]
    assert [one["EvalActionName"] for one in answer["EvaluationResults"]][2] == "iam:CreateUser"


def test_a_custom_policy_is_simulated_with_the_context_that_is_given(iam):
    asked = {
        "PolicyInputList": [ALLOW],
        "ActionNames": ["s3:GetObject", "s3:DeleteObject"],
        "ResourceArns": ["arn:aws:s3:::acme/dana/q1"],
        "CallerArn": "arn:aws:iam::111122223333:user/dana",
    }
    here = [{"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["203.0.113.9"], "ContextKeyType": "ip"}]

    with_address = iam.simulate_custom_policy(**asked, ContextEntries=here)
    without = iam.simulate_custom_policy(**asked)

    assert decisions(with_address) == ["allowed", "explicitDeny"]
    assert decisions(without) == ["implicitDeny", "explicitDeny"]
    assert without["EvaluationResults"][0]["MissingContextValues"] == ["aws:SourceIp"]


def test_the_matched_statement_is_returned_with_its_place(iam):
    answer = iam.simulate_custom_policy(PolicyInputList=[ALLOW], ActionNames=["s3:DeleteObject"])

    (matched,) = answer["EvaluationResults"][0]["MatchedStatements"]

    assert matched["SourcePolicyId"] == "PolicyInputList.1"
    start, end = matched["StartPosition"]["Column"], matched["EndPosition"]["Column"]
    # AWS counts the start after the opening brace.
    assert json.loads(ALLOW[start - 2 : end - 1])["Effect"] == "Deny"


def test_a_boundary_that_is_passed_limits(iam):
    answer = iam.simulate_custom_policy(
        PolicyInputList=[
            json.dumps(
                {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
            )
        ],
        PermissionsBoundaryPolicyInputList=[
            json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
                }
            )
        ],
        ActionNames=["s3:GetObject", "sqs:SendMessage"],
    )

    assert decisions(answer) == ["implicitDeny", "allowed"]
    details = [one["PermissionsBoundaryDecisionDetail"] for one in answer["EvaluationResults"]]
    assert [one["AllowedByPermissionsBoundary"] for one in details] == [False, True]


def test_the_context_keys_of_policies_are_listed(iam):
    assert iam.get_context_keys_for_custom_policy(PolicyInputList=[ALLOW])["ContextKeyNames"] == [
        "aws:SourceIp",
        "aws:username",
    ]
    assert set(iam.get_context_keys_for_principal_policy(PolicySourceArn=DANA)["ContextKeyNames"]) == {
        "aws:ResourceTag/team",
        "aws:PrincipalTag/team",
    }


def test_a_principal_that_is_not_there_and_a_policy_that_is_none_are_refused(iam):
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.simulate_principal_policy(PolicySourceArn=f"{DANA}s", ActionNames=["s3:GetObject"])
    # https://github.com/aws-containers/amazon-ecs-exec-checker/pull/10
    with pytest.raises(ClientError, match="does not clearly define entity type and name"):
        iam.simulate_principal_policy(
            PolicySourceArn="arn:aws:sts::111122223333:assumed-role/web/test", ActionNames=["s3:GetObject"]
        )
    with pytest.raises(ClientError) as raised:
        iam.simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["s3:GetObject"])
    assert raised.value.response["Error"]["Code"] == "InvalidInput"


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
ROLE = "arn:aws:iam::111122223333:role/web"
PUBLIC = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'


@pytest.mark.parametrize("further", [{"CallerArn": ROLE}, {"ResourcePolicy": PUBLIC}])
def test_the_simulated_caller_is_a_user(iam, further):
    with pytest.raises(ClientError, match=r"InvalidInput.*CallerArn"):
        iam.simulate_custom_policy(PolicyInputList=[ALLOW], ActionNames=["s3:GetObject"], **further)


def test_results_come_in_pages(iam):
    simulation = {"PolicyInputList": [ALLOW], "ActionNames": ["s3:GetObject", "s3:PutObject"]}

    first = iam.simulate_custom_policy(**simulation, MaxItems=1)
    second = iam.simulate_custom_policy(**simulation, MaxItems=1, Marker=first["Marker"])

    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    shown = [page["EvaluationResults"][0]["EvalActionName"] for page in (first, second)]
    assert shown == simulation["ActionNames"]


def test_the_simulator_has_no_trust_policies(iam):
    """https://github.com/aws/aws-cli/issues/10314"""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": "arn:aws:iam::111122223333:role/web",
    }
    denying = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}
    asked = {
        "PolicyInputList": [json.dumps({"Version": "2012-10-17", "Statement": statement})],
        "ActionNames": ["sts:AssumeRole"],
        "ResourceArns": ["arn:aws:iam::111122223333:role/web", "arn:aws:iam::111122223333:role/other"],
        "CallerArn": DANA,
    }

    without = iam.simulate_custom_policy(**asked)
    ignored = iam.simulate_custom_policy(
        **asked, ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": denying})
    )

    assert decisions(without) == decisions(ignored) == ["allowed", "implicitDeny"]


def test_a_kms_key_without_a_policy_is_simulated_by_the_identity_based_policies(iam):
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}

    answer = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": statement})],
        ActionNames=["kms:Decrypt", "kms:Encrypt"],
        ResourceArns=["arn:aws:kms:us-east-1:111122223333:key/1234"],
        CallerArn=DANA,
    )

    assert decisions(answer) == ["allowed", "implicitDeny"]
