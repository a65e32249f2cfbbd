"""https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"""

import json

import pytest

from rolecall.iam.policy_checks import PolicyKind, validate_policy

IDENTITY, RESOURCE, SCP, RCP = PolicyKind.IDENTITY, PolicyKind.RESOURCE, PolicyKind.SCP, PolicyKind.RCP
TRUST, BUCKET = "AWS::IAM::AssumeRolePolicyDocument", "AWS::S3::Bucket"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
PUBLIC = {**ALLOW, "Principal": "*"}
DANA = "arn:aws:iam::111122223333:user/dana"
GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
WEB = {"Effect": "Allow", "Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity"}


def document(*statements, **elements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **elements})


def codes(text, kind=IDENTITY, resource_type=""):
    return [one.code for one in validate_policy(text, kind, resource_type)]


def when(operator, key, value, **statement):
    return {**ALLOW, **statement, "Condition": {operator: {key: value}}}


# The issue code, and a statement of an identity-based policy that has this finding alone.
STATEMENTS = [
    ("INVALID_EFFECT", {**ALLOW, "Effect": "Denys"}),
    ("MISSING_EFFECT", {"Action": "s3:GetObject", "Resource": "*"}),
    ("MISSING_ACTION", {"Effect": "Allow", "Resource": "*"}),
    ("MISSING_RESOURCE", {"Effect": "Allow", "Action": "s3:GetObject"}),
    ("INVALID_POLICY_ELEMENT", {**ALLOW, "Actions": "s3:GetObject"}),
    ("DATA_TYPE_MISMATCH", {**ALLOW, "Action": {"s3": "GetObject"}}),
    ("EMPTY_SID_VALUE", {**ALLOW, "Sid": ""}),
    ("UNSUPPORTED_SID", {**ALLOW, "Sid": "read reports"}),
    ("EMPTY_ARRAY_ACTION", {**ALLOW, "Action": []}),
    ("EMPTY_ARRAY_RESOURCE", {**ALLOW, "Resource": []}),
    ("UNSUPPORTED_ELEMENT_COMBINATION", {**ALLOW, "NotAction": "s3:PutObject"}),
    ("UNSUPPORTED_PRINCIPAL", {**ALLOW, "Principal": {"AWS": DANA}}),
    ("INVALID_ACTION", {**ALLOW, "Action": "s3:GetObjekt"}),
    ("INVALID_ACTION", {**ALLOW, "Action": "s3:Fetch*"}),
    ("INVALID_SERVICE_IN_ACTION", {**ALLOW, "Action": "s4:GetObject"}),
    ("REDUNDANT_ACTION", {**ALLOW, "Action": ["s3:Get*", "s3:GetObject"]}),
    ("VARIABLE_UNSUPPORTED_IN_ELEMENT", {**ALLOW, "Action": "${aws:username}"}),
    ("INVALID_ARN_PREFIX", {**ALLOW, "Resource": "reports/*"}),
    ("MISSING_ARN_FIELD", {**ALLOW, "Resource": "arn:aws:s3:reports"}),
    ("INVALID_PARTITION", {**ALLOW, "Resource": "arn:amazon:s3:::reports/*"}),
    ("INVALID_SERVICE", {**ALLOW, "Resource": "arn:aws:s4:::reports/*"}),
    ("INVALID_ARN_SERVICE_CASE", {**ALLOW, "Resource": "arn:aws:S3:::reports/*"}),
    ("ARN_REGION_NOT_ALLOWED", {**ALLOW, "Resource": "arn:aws:s3:us-east-1::reports"}),
    ("ARN_ACCOUNT_NOT_ALLOWED", {**ALLOW, "Resource": "arn:aws:s3::111122223333:reports"}),
    ("INVALID_ARN_ACCOUNT", {**ALLOW, "Resource": "arn:aws:sqs:us-east-1:1111:jobs"}),
    ("MISSING_ARN_REGION", {**ALLOW, "Resource": "arn:aws:sqs::111122223333:jobs"}),
    ("MISSING_ARN_ACCOUNT", {**ALLOW, "Resource": "arn:aws:sqs:us-east-1::jobs"}),
    ("INVALID_ARN_RESOURCE", {**ALLOW, "Resource": "arn:aws:lambda:us-east-1:111122223333:reports"}),
    ("WILDCARD_IN_SERVICE_NAME", {**ALLOW, "Resource": "arn:aws:*code*:us-east-1:111122223333:reports"}),
    ("REDUNDANT_RESOURCE", {**ALLOW, "Resource": ["arn:aws:s3:::a-*", "arn:aws:s3:::a-*/*"]}),
    ("MISSING_BRACE_IN_VARIABLE", {**ALLOW, "Resource": "arn:aws:s3:::reports/${aws:username"}),
    ("EMPTY_VARIABLE", {**ALLOW, "Resource": "arn:aws:s3:::reports/${}"}),
    ("UNSUPPORTED_SPACE_IN_VARIABLE", {**ALLOW, "Resource": "arn:aws:s3:::reports/${aws:user name}"}),
    ("MISSING_QUOTE_IN_VARIABLE", {**ALLOW, "Resource": "arn:aws:s3:::reports/${aws:username, 'x}"}),
    ("EMPTY_OBJECT_CONDITION", {**ALLOW, "Condition": {}}),
    ("INVALID_CONDITION_OPERATOR", when("StringIs", "aws:username", "dana")),
    ("NULL_WITH_IF_EXISTS", when("NullIfExists", "aws:username", "true")),
    ("NULL_WITH_QUALIFIER", when("ForAnyValue:Null", "aws:TagKeys", "true")),
    ("INVALID_CONDITION_KEY_FORMAT", when("StringEquals", "username", "dana")),
    ("INVALID_GLOBAL_CONDITION_KEY", when("StringEquals", "aws:user", "dana")),
    ("UNSUPPORTED_GLOBAL_CONDITION_KEY", when("ArnEquals", "aws:ARN", DANA)),
    ("INVALID_SERVICE", when("StringEquals", "s4:prefix", "a")),
    ("INVALID_SERVICE_CONDITION_KEY", when("StringEquals", "s3:prefixes", "a", Action="s3:*")),
    ("UNSUPPORTED_ACTION_FOR_CONDITION_KEY", when("StringEquals", "s3:prefix", "a")),
    ("MISSING_TAG_KEY_IN_CONDITION", when("StringEquals", "aws:PrincipalTag", "a")),
    ("EMPTY_ARRAY_CONDITION", when("StringEquals", "aws:username", [])),
    ("EMPTY_ARRAY_CONDITION_IFEXISTS", when("StringEqualsIfExists", "aws:username", [])),
    ("MISSING_QUALIFIER", when("StringEquals", "aws:CalledVia", "athena.amazonaws.com")),
    ("FORALLVALUES_WITH_SINGLE_VALUED_KEY", when("ForAllValues:StringEquals", "aws:username", "dana")),
    ("WILDCARD_WITHOUT_LIKE_OPERATOR", when("StringEquals", "aws:username", "dana*")),
    ("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", when("StringLike", "aws:PrincipalArn", DANA)),
    ("TYPE_MISMATCH", when("StringEquals", "aws:SecureTransport", "true")),
    ("TYPE_MISMATCH_BOOLEAN", when("Bool", "aws:SecureTransport", "yes")),
    ("TYPE_MISMATCH_NUMBER", when("NumericLessThan", "aws:MultiFactorAuthAge", "an hour")),
    ("TYPE_MISMATCH_DATE", when("DateLessThan", "aws:CurrentTime", "tomorrow")),
    ("TYPE_MISMATCH_IP_RANGE", when("IpAddress", "aws:SourceIp", "203.0.113.300")),
    ("INVALID_DATE_VALUE", when("DateLessThan", "aws:CurrentTime", "2021")),
    ("IMPROVE_IP_RANGE", when("IpAddress", "aws:SourceIp", "203.0.113.7/24")),
    ("PRIVATE_IP_ADDRESS", when("IpAddress", "aws:SourceIp", "10.0.0.0/8")),
    ("PRIVATE_IP_ADDRESS_SUBSET", when("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "203.0.113.0/24"])),
    ("PRIVATE_NOT_IP_ADDRESS", when("NotIpAddress", "aws:SourceIp", "192.168.0.0/16")),
    ("REDUNDANT_CONDITION_VALUE_NUM", when("NumericLessThan", "aws:MultiFactorAuthAge", ["2700", "3600"])),
    ("INVALID_CONDITION_MULTIPLE_BOOLEAN", when("Bool", "aws:SecureTransport", ["true", "false"])),
    ("INVALID_VPC_FORMAT", when("StringEquals", "aws:SourceVpc", "vpc-1")),
    ("INVALID_VPCE_FORMAT", when("StringEquals", "aws:SourceVpce", "vpce-1")),
    ("INVALID_REGION", when("StringEquals", "aws:RequestedRegion", "Ireland")),
    ("INVALID_VARIABLE_FOR_OPERATOR", when("NumericEquals", "aws:MultiFactorAuthAge", "${aws:username}")),
    ("MISSING_PAIRED_CONDITION_KEYS", when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8")),
    ("UNTRUSTWORTHY_CONDITION_KEY", when("StringEquals", "aws:Referer", "https://example.com")),
    ("EQUIVALENT_TO_NULL_FALSE", when("StringLike", "aws:username", "*")),
    ("REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", when("StringLikeIfExists", "aws:username", "*")),
    ("S3_PREFIX_IN_NEGATIVE_CONTEXT", when("StringNotLike", "s3:prefix", "a/*", Action="s3:ListBucket")),
    (
        "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
        when(
            "ForAllValues:StringEquals",
            "dynamodb:Attributes",
            "id",
            Action="dynamodb:GetItem",
            Resource="*",
        ),
    ),
    (
        "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        when("StringEquals", "aws:ResourceTag/team", "a", Action="iam:ListUsers", Resource="*"),
    ),
    ("PASS_ROLE_WITH_STAR_IN_RESOURCE", {**ALLOW, "Action": "iam:PassRole", "Resource": "*"}),
    ("PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", {**ALLOW, "Action": "iam:Pass*", "Resource": "*"}),
    (
        "PASS_ROLE_WITH_NOT_RESOURCE",
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "NotResource": "arn:aws:iam::111122223333:role/admin",
        },
    ),
    (
        "CREATE_SLR_WITH_STAR_IN_RESOURCE",
        {**ALLOW, "Action": "iam:CreateServiceLinkedRole", "Resource": "*"},
    ),
]


@pytest.mark.parametrize(("code", "statement"), STATEMENTS)
def test_a_statement_has_one_finding(code, statement):
    assert codes(document(statement)) == [code]


@pytest.mark.parametrize(
    "statement",
    [
        ALLOW,
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
        when(
            "StringEquals", "iam:PassedToService", "ec2.amazonaws.com", Action="iam:PassRole", Resource="*"
        ),
        when("StringLike", "aws:PrincipalTag/team", "reports-${aws:username}"),
        when("ForAnyValue:StringEquals", "aws:CalledVia", ["athena.amazonaws.com"]),
        when("BoolIfExists", "aws:MultiFactorAuthPresent", "false", Effect="Deny"),
        when("DateGreaterThan", "aws:TokenIssueTime", "2026-01-01T00:00:00Z"),
        {**ALLOW, "Resource": "arn:aws:s3:us-east-1:111122223333:accesspoint/reports"},
    ],
)
def test_a_good_statement_has_no_finding(statement):
    assert codes(document(statement)) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "JSON_SYNTAX_ERROR"),
        ("[]", "DATA_TYPE_MISMATCH"),
        ('{"Version": "2012-10-17"}', "MISSING_STATEMENT"),
        (document(ALLOW, Version="2021-10-17"), "INVALID_VERSION"),
        (json.dumps({"Statement": ALLOW}), "MISSING_VERSION"),
        (document(ALLOW, Comment="x"), "INVALID_POLICY_ELEMENT"),
        (document({**ALLOW, "Sid": "a"}, {**ALLOW, "Sid": "b"}), "REDUNDANT_STATEMENT"),
        (document({**ALLOW, "Sid": "a"}, {**ALLOW, "Sid": "a", "Effect": "Deny"}), "UNIQUE_SIDS_REQUIRED"),
    ],
)
def test_a_document_has_one_finding(text, code):
    assert codes(text) == [code]


@pytest.mark.parametrize(
    ("code", "kind", "type", "statement"),
    [
        ("MISSING_PRINCIPAL", RESOURCE, "", ALLOW),
        ("INVALID_PRINCIPAL_FORMAT", RESOURCE, "", {**ALLOW, "Principal": DANA}),
        ("INVALID_PRINCIPAL_KEY", RESOURCE, "", {**ALLOW, "Principal": {"User": DANA}}),
        ("EMPTY_OBJECT_PRINCIPAL", RESOURCE, "", {**ALLOW, "Principal": {}}),
        ("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", RESOURCE, "", {**ALLOW, "Principal": {"AWS": f"{DANA}*"}}),
        ("INVALID_USER_REFERENCE", RESOURCE, "", {**ALLOW, "Principal": {"AWS": "AIDAEXAMPLE123456789"}}),
        ("ALLOW_WITH_NOT_PRINCIPAL", RESOURCE, "", {**ALLOW, "NotPrincipal": {"AWS": DANA}}),
        (
            "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
            RESOURCE,
            "",
            {**ALLOW, "Principal": {"Service": "cloudtrail.amazonaws.com"}},
        ),
        ("UNSUPPORTED_ACTION_IN_POLICY", RESOURCE, BUCKET, {**PUBLIC, "Action": "sqs:SendMessage"}),
        (
            "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
            RESOURCE,
            BUCKET,
            {**PUBLIC, "Resource": "arn:aws:kms:::key/1"},
        ),
        (
            "MISSING_RESOURCE",
            RESOURCE,
            BUCKET,
            {"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"},
        ),
        (
            "IRRELEVANT_CONDITION_KEY_IN_POLICY",
            RESOURCE,
            BUCKET,
            when("StringEquals", "s3:ResourceAccount", "111122223333", Principal="*"),
        ),
        (
            "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
            RESOURCE,
            TRUST,
            {"Effect": "Allow", "Principal": {"AWS": DANA}, "Action": "sts:AssumeRole", "Resource": "*"},
        ),
        (
            "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
            RESOURCE,
            TRUST,
            {"Effect": "Allow", "NotPrincipal": {"AWS": DANA}, "Action": "sts:AssumeRole"},
        ),
        (
            "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
            RESOURCE,
            TRUST,
            {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        ),
        (
            "MISMATCHED_ACTION_FOR_PRINCIPAL",
            RESOURCE,
            "",
            {"Effect": "Allow", "Principal": {"AWS": DANA}, "Action": "sts:AssumeRoleWithSAML"},
        ),
        (
            "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
            RESOURCE,
            "",
            {
                "Effect": "Allow",
                "Principal": {"Service": "rolesanywhere.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        ),
        (
            "MISSING_GITHUB_REPO_CONDITION_KEY",
            RESOURCE,
            TRUST,
            {
                **WEB,
                "Condition": {
                    "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
                },
            },
        ),
        (
            "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
            RESOURCE,
            TRUST,
            {
                **WEB,
                "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:example/*"}},
            },
        ),
        ("SCP_SYNTAX_ERROR_PRINCIPAL", SCP, "", PUBLIC),
        ("RCP_SYNTAX_ERROR_PRINCIPAL", RCP, "", {**ALLOW, "Effect": "Deny", "Principal": {"AWS": DANA}}),
        ("RCP_SYNTAX_ERROR_ACTION", RCP, "", {**PUBLIC, "Effect": "Deny", "Action": "ec2:StopInstances"}),
        ("RCP_SYNTAX_ERROR_ALLOW", RCP, "", PUBLIC),
        (
            "RCP_SYNTAX_ERROR_NOTACTION",
            RCP,
            "",
            {"Effect": "Deny", "Principal": "*", "NotAction": "s3:GetObject", "Resource": "*"},
        ),
        (
            "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
            RCP,
            "",
            when("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1", Effect="Deny", Principal="*"),
        ),
    ],
)
def test_other_types_of_policies_have_their_own_findings(code, kind, type, statement):
    assert codes(document(statement), kind, type) == [code]


def test_a_policy_for_everyone_in_an_organization_is_too_long():
    long = {**ALLOW, "Resource": [f"arn:aws:s3:::reports-{number}/*" for number in range(500)]}

    assert codes(document(long)) == ["POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"]
    assert codes(document(long), SCP) == ["POLICY_SIZE_EXCEEDS_SCP_QUOTA"]


def test_a_finding_says_what_is_wrong_and_links_the_reference():
    (finding,) = validate_policy(document({**ALLOW, "Effect": "Denys"}), IDENTITY)

    assert finding.details == "The effect Denys is not valid. Use Allow or Deny."
    assert finding.learn_more_link == (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
        "#access-analyzer-reference-policy-checks-error-invalid-effect"
    )


# The page has another value of the condition key than its offsets, of the same meaning.
# https://awscli.amazonaws.com/v2/documentation/api/latest/reference/accessanalyzer/validate-policy.html
COGNITO = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "",
            "Effect": "Allow",
            "Principal": {
                "Federated": "cognito-identity.amazonaws.com"
            },
            "Action": [
                "sts:AssumeRole",
                "sts:TagSession"
            ],
            "Condition": {
                "StringEquals": {
                    "cognito-identity.amazonaws.com:aud": "us-west-2:EXAMPLE01"
                }
            }
        }
    ]
}
"""


def test_the_documented_trust_policy_has_the_documented_findings():
    findings = validate_policy(COGNITO, RESOURCE)

    assert [
        (one.type, one.code, [(place.start, place.end) for place in one.locations]) for one in findings
    ] == [
        ("SUGGESTION", "EMPTY_SID_VALUE", [(79, 81)]),
        ("ERROR", "MISMATCHED_ACTION_FOR_PRINCIPAL", [(258, 274), (170, 202)]),
        ("ERROR", "UNSUPPORTED_ACTION_FOR_CONDITION_KEY", [(292, 308), (443, 464)]),
    ]
    assert (
        "The sts:AssumeRole action is invalid with the following principal(s): cognito"
        in findings[1].details
    )
    assert "The following actions: sts:TagSession are not supported by" in findings[2].details
