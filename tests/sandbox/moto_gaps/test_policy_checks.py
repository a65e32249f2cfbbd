"""https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html"""

import json

import pytest
from botocore.exceptions import ClientError

READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}


@pytest.fixture(scope="module")
def analyzer(administered):
    return administered.client("accessanalyzer", actor="admin")


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_finding_has_its_place_in_the_policy(analyzer):
    text = document({**READ, "Action": "s3:ListBuckets"})

    (finding,) = analyzer.validate_policy(policyDocument=text, policyType="IDENTITY_POLICY")["findings"]

    assert finding["findingType"] == "ERROR"
    assert finding["findingDetails"] == (
        "The action s3:ListBuckets does not exist. Did you mean s3:ListAllMyBuckets? "
        "The API called ListBuckets authorizes against the IAM action s3:ListAllMyBuckets."
    )
    start = text.index('"s3:ListBuckets"')
    assert finding["locations"] == [
        {
            "path": [{"value": "Statement"}, {"index": 0}, {"value": "Action"}],
            "span": {
                "start": {"line": 1, "column": start, "offset": start},
                "end": {"line": 1, "column": start + 16, "offset": start + 16},
            },
        }
    ]


def test_findings_come_in_pages(analyzer):
    text = document({**READ, "Action": ["s3:A", "s3:B", "s3:C"]})
    pages = analyzer.get_paginator("validate_policy").paginate(
        policyDocument=text, policyType="IDENTITY_POLICY", PaginationConfig={"PageSize": 2}
    )

    assert [len(page["findings"]) for page in pages] == [2, 1]


def test_new_access_is_found_by_its_statement(analyzer):
    answer = analyzer.check_no_new_access(
        existingPolicyDocument=document(READ),
        newPolicyDocument=document(READ, {**READ, "Sid": "Write", "Action": "s3:PutObject"}),
        policyType="IDENTITY_POLICY",
    )

    assert answer["result"] == "FAIL"
    assert answer["message"] == (
        "The modified permissions grant new access compared to your existing policy."
    )
    assert answer["reasons"] == [
        {
            "description": "New access in the statement with sid: Write.",
            "statementId": "Write",
            "statementIndex": 1,
        }
    ]


def test_access_is_granted_or_not(analyzer):
    def result(action):
        access = [{"actions": [action]}]
        return analyzer.check_access_not_granted(
            policyDocument=document(READ), access=access, policyType="IDENTITY_POLICY"
        )["result"]

    assert (result("s3:GetObject"), result("s3:PutObject")) == ("FAIL", "PASS")


@pytest.mark.parametrize(
    ("statement", "result"),
    [
        ({**READ, "Principal": "*"}, "FAIL"),
        ({**READ, "Principal": {"AWS": "arn:aws:iam::111122223333:user/dana"}}, "PASS"),
        (
            {
                **READ,
                "Principal": "*",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            },
            "PASS",
        ),
    ],
)
def test_public_access_is_access_for_everyone(analyzer, statement, result):
    answer = analyzer.check_no_public_access(
        policyDocument=document(statement), resourceType="AWS::S3::Bucket"
    )

    assert answer["result"] == result


def test_a_check_rejects_what_is_no_policy(analyzer):
    with pytest.raises(ClientError, match="ValidationException"):
        analyzer.check_no_public_access(policyDocument="{}", resourceType="AWS::S3::Bucket")
    # https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckNoPublicAccess.html
    with pytest.raises(ClientError, match=r"ValidationException.*'resourceType'.*enum value set"):
        analyzer.check_no_public_access(policyDocument=document(READ), resourceType="AWS::S3::Object")
