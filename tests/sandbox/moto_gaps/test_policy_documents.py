"""What IAM says about malformed identity-based policies, compared with AWS by moto's authors.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json

import pytest

ARN = "arn:aws:s3:::reports"


def document(version="2012-10-17", **elements):
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": ARN} | elements
    kept = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": version, "Statement": kept})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (document(Action="s3:List:Bucket"), "Actions/Condition can contain only one colon."),
        (document(Action=[]), "Policy statement must contain actions."),
        (document(Resource=[]), "Policy statement must contain resources."),
        (document(Resource=""), 'Resource  must be in ARN format or "*".'),
        (
            document(Resource="arn:aws"),
            "Resource vendor must be fully qualified and cannot contain regexes.",
        ),
        (document(Effect="allow"), "The policy failed legacy parsing"),
        (document(version="2008-10-17"), "Policy document must be version 2012-10-17 or greater."),
        (document(version="2020-01-01"), "Syntax errors in policy."),
        (
            document(Resource="arn:aws:s3:us-east-1::reports"),
            "Resource arn:aws:s3:us-east-1::reports can not contain region information.",
        ),
        (
            document(Condition={"DateLessThan": {"aws:CurrentTime": "soon"}}),
            "The policy failed legacy parsing",
        ),
    ],
)
def test_iam_names_the_fault_of_a_malformed_policy(iam, text, message):
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as error:
        iam.create_policy(PolicyName="bad", PolicyDocument=text)
    assert error.value.response["Error"]["Message"] == message


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": "s3: list "},
        {"Action": "s3.s:ListBucket"},
        {"Condition": {"StringEqualsIfExists": {"department": "x"}}},
        {"Condition": {"Unknown": {}}},
        {"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600, "s3:TlsVersion": 1.2}}},
    ],
)
def test_iam_accepts_what_never_matches_a_request(iam, elements):
    iam.put_user_policy(UserName="admin", PolicyName="odd", PolicyDocument=document(**elements))
