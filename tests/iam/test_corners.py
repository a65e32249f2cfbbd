"""The corners of IAM that implementations get wrong, by their numbers; those about sessions, instances and
clients are asked over HTTP in tests/sandbox/test_corners_over_http.py."""

import pytest

from iam.build import (
    DANA,
    ELSEWHERE,
    EVE,
    FEDERATED,
    KEY,
    LINKED,
    ROLE,
    ROOT,
    SESSION,
    USER_GUIDE,
    A,
    allow,
    decision,
    deny,
    document,
    outcome,
)
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType, denial_message

YES, NO, NEVER = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"
ASSUME = {"action": "sts:AssumeRole", "resource": ROLE}
EVALUATION = USER_GUIDE + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
CROSS = USER_GUIDE + "reference_policies_evaluation-logic-cross-account.html"
PRINCIPAL = USER_GUIDE + "reference_policies_elements_principal.html"
OPERATORS = USER_GUIDE + "reference_policies_elements_condition_operators.html"
SETS = USER_GUIDE + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
KEYS = USER_GUIDE + "reference_policies_condition-keys.html"
SCPS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"
OTHER = allow("dynamodb:*")


def trusts(name, **more):
    return allow("sts:AssumeRole", None, Principal={"AWS": name}, **more)


def grants(name):
    return allow(Principal={"AWS": name})


def when(**block):
    return allow(Condition={name.replace("__", ":"): keys for name, keys in block.items()})


USERID = {"aws:userid": "AIDAIOSFODNN7EXAMPLE"}
ROWS = [
    (1, EVALUATION, YES, ASSUME | {"resource_policy": trusts(DANA)}),
    (1, EVALUATION, NO, ASSUME | {"resource_policy": trusts(ROOT)}),
    (1, EVALUATION, YES, ASSUME | {"resource_policy": trusts(ROOT), "identity": allow("sts:AssumeRole", ROLE)}),
    (2, CROSS, NO, ASSUME | {"principal": ELSEWHERE, "resource_policy": trusts(ELSEWHERE)}),
    (2, CROSS, NO, ASSUME | {"principal": ELSEWHERE, "identity": allow()}),
    (2, CROSS, YES, ASSUME | {"principal": ELSEWHERE, "identity": allow(), "resource_policy": trusts(ELSEWHERE)}),
    (3, EVALUATION, NO, {"principal": SESSION, "boundary": OTHER, "resource_policy": grants(ROLE)}),
    (3, EVALUATION, YES, {"principal": SESSION, "boundary": OTHER, "session": OTHER, "resource_policy": grants(SESSION)}),
    (3, EVALUATION, NEVER, {"principal": SESSION, "boundary": deny(), "resource_policy": grants(SESSION)}),
    (3, EVALUATION, YES, {"boundary": OTHER, "resource_policy": grants(DANA)}),
    (4, KEYS, YES, {"principal": SESSION, "identity": when(ArnEquals={"aws:PrincipalArn": ROLE})}),
    (4, KEYS, NO, {"principal": SESSION, "identity": when(ArnEquals={"aws:PrincipalArn": SESSION})}),
    (4, KEYS, YES, {"principal": SESSION, "context": {"aws:PrincipalArn": f"arn:aws:iam::{A}:role/team/reader"}, "identity": when(ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"})}),
    (4, KEYS, YES, {"principal": SESSION, "identity": when(Null={"aws:username": "true"})}),
    (5, PRINCIPAL, NO, {"resource_policy": grants(A)}),
    (5, PRINCIPAL, YES, {"resource_policy": grants(ROOT), "identity": allow()}),
    (5, PRINCIPAL, YES, ASSUME | {"resource_policy": trusts("*")}),
    (5, PRINCIPAL, NO, ASSUME | {"principal": ELSEWHERE, "resource_policy": trusts("*")}),
    (5, PRINCIPAL, YES, ASSUME | {"principal": ELSEWHERE, "identity": allow(), "resource_policy": trusts("*")}),
    (7, PRINCIPAL, YES, ASSUME | {"context": USERID, "resource_policy": trusts("AIDAIOSFODNN7EXAMPLE")}),
    (7, PRINCIPAL, NO, ASSUME | {"context": USERID, "resource_policy": trusts("AIDAOLDOLDOLDEXAMPLE")}),
    (8, USER_GUIDE + "id_roles.html", NO, ASSUME | {"principal": SESSION, "identity": allow()}),
    (8, USER_GUIDE + "id_roles.html", YES, ASSUME | {"principal": SESSION, "resource_policy": trusts(ROLE)}),
    (9, USER_GUIDE + "reference_policies_elements_notprincipal.html", NEVER, {"principal": SESSION, "identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": [ROLE, SESSION]})}),
    (9, USER_GUIDE + "reference_policies_elements_notprincipal.html", YES, {"principal": SESSION, "identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": [ROLE, SESSION, ROOT]})}),
    (9, SCPS, YES, {"principal": LINKED, "identity": allow(), "scps": [[deny()]]}),
    (10, "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html", NO, {"principal": FEDERATED, "identity": allow()}),
    (10, "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html", YES, {"principal": FEDERATED, "resource_policy": grants(FEDERATED)}),
    (11, USER_GUIDE + "reference_policies_elements_action.html", YES, {"identity": allow("S3:GETobject")}),
    (11, USER_GUIDE + "reference_policies_elements_resource.html", NO, {"identity": allow("s3:*", "arn:aws:s3:::ACME/*")}),
    (11, USER_GUIDE + "reference_policies_elements_resource.html", YES, {"identity": allow("s3:Get*", "arn:aws:s3:::acme/q?.csv")}),
    (12, USER_GUIDE + "reference_policies_actions-resources-contextkeys.html", NO, {"action": "s3:ListAllMyBuckets", "resource": "*", "identity": allow("s3:*", "arn:aws:s3:::acme")}),
    (12, USER_GUIDE + "reference_policies_actions-resources-contextkeys.html", YES, {"action": "s3:ListAllMyBuckets", "resource": "*", "identity": allow("s3:*", "*")}),
    (13, "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html", NO, {"action": "s3:ListBucket", "resource": "arn:aws:s3:::acme", "identity": allow("s3:*", "arn:aws:s3:::acme/*")}),
    (14, USER_GUIDE + "reference_policies_elements_notaction.html", YES, {"action": "iam:CreateUser", "resource": "*", "identity": allow(NotAction="s3:*")}),
    (14, USER_GUIDE + "reference_policies_elements_notaction.html", NEVER, {"identity": [allow(), deny(NotAction="iam:*")]}),
    (16, USER_GUIDE + "reference_policies_variables.html", NO, {"identity": allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}/*")}),
    (16, USER_GUIDE + "reference_policies_variables.html", YES, {"identity": allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team, 'acme'}/*")}),
    (16, USER_GUIDE + "reference_policies_variables.html", NO, {"identity": allow("s3:*", "arn:aws:s3:::acme/${*}")}),
    (18, OPERATORS, NO, {"identity": when(StringEquals={"my:key": "a"})}),
    (18, OPERATORS, YES, {"identity": when(StringNotEquals={"my:key": "a"})}),
    (18, OPERATORS, YES, {"identity": when(NotIpAddress={"aws:SourceIp": "203.0.113.0/24"})}),
    (18, OPERATORS, YES, {"identity": when(StringEqualsIfExists={"my:key": "a"})}),
    (18, OPERATORS, NO, {"identity": when(Bool={"aws:MultiFactorAuthPresent": "false"})}),
    (19, SETS, YES, {"identity": when(ForAllValues__StringEquals={"aws:TagKeys": "a"})}),
    (19, SETS, NO, {"identity": when(ForAnyValue__StringEquals={"aws:TagKeys": "a"})}),
    (19, SETS, NO, {"identity": when(ForAllValues__StringEquals={"aws:TagKeys": "a"}, Null={"aws:TagKeys": "false"})}),
    (20, OPERATORS, NO, {"context": {"my:key": "b"}, "identity": when(StringNotEquals={"my:key": ["a", "b"]})}),
    (20, OPERATORS, YES, {"context": {"my:key": "b"}, "identity": when(StringEquals={"my:key": ["a", "b"]})}),
    (21, KEYS, YES, {"context": {"AWS:principaltag/TEAM": "red"}, "identity": when(StringEquals={"aws:PrincipalTag/Team": "red"})}),
    (21, KEYS, NO, {"context": {"aws:PrincipalTag/team": "Red"}, "identity": when(StringEquals={"aws:PrincipalTag/team": "red"})}),
    (22, OPERATORS, NO, {"context": {"my:key": "abc"}, "identity": when(StringEquals={"my:key": "a*"})}),
    (22, OPERATORS, YES, {"context": {"aws:SourceArn": "arn:aws:s3:::acme"}, "identity": when(ArnEquals={"aws:SourceArn": "arn:aws:s3:::ac*"})}),
    (22, OPERATORS, NO, {"context": {"aws:SourceArn": "acme"}, "identity": when(ArnLike={"aws:SourceArn": "*"})}),
    (23, OPERATORS, YES, {"identity": [allow(), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})]}),
    (23, OPERATORS, NEVER, {"identity": [allow(), deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})]}),
    (24, OPERATORS, YES, {"context": {"aws:SourceIp": "2001:db8::5"}, "identity": when(IpAddress={"aws:SourceIp": "2001:db8::/32"})}),
    (24, OPERATORS, YES, {"context": {"my:n": "10"}, "identity": when(NumericGreaterThan={"my:n": "9"})}),
    (24, OPERATORS, YES, {"context": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}, "identity": when(DateEquals={"aws:CurrentTime": "1767225600"})}),
    (25, KEYS, NEVER, {"context": {"aws:ViaAWSService": "true"}, "identity": [allow(), deny(Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})]}),
    (25, KEYS, YES, {"context": {"aws:ViaAWSService": "true"}, "identity": [allow(), deny(Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "Bool": {"aws:ViaAWSService": "false"}})]}),
    (26, OPERATORS, YES, {"identity": when(Null={"my:key": "true"})}),
    (26, OPERATORS, NO, {"context": {"my:key": "a"}, "identity": when(Null={"my:key": "true"})}),
    (27, USER_GUIDE + "access_policies.html", NO, {"principal": SESSION, "session": allow()}),
    (27, USER_GUIDE + "access_policies.html", NO, {"principal": SESSION, "identity": allow(), "session": OTHER}),
    (32, USER_GUIDE + "id_roles_use_revoke-sessions.html", NEVER, {"principal": SESSION, "context": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, "identity": [allow(), deny(Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T01:00:00Z"}})]}),
    (32, USER_GUIDE + "id_roles_use_revoke-sessions.html", YES, {"principal": SESSION, "context": {"aws:TokenIssueTime": "2026-01-01T02:00:00Z"}, "identity": [allow(), deny(Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T01:00:00Z"}})]}),
    (33, "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html", YES, {"action": "sts:GetCallerIdentity", "resource": "*", "identity": deny()}),
    (34, USER_GUIDE + "troubleshoot_roles.html", NO, ASSUME | {"identity": allow()}),
    (39, SCPS, NO, {"identity": allow(), "scps": [[allow()], [OTHER]]}),
    (39, SCPS, NO, {"principal": ROOT, "scps": [[OTHER]]}),
    (39, SCPS, NEVER, {"principal": ELSEWHERE, "identity": allow(), "resource_policy": grants(ELSEWHERE), "rcps": [[deny(Principal="*")]]}),
    (40, USER_GUIDE + "access_policies_boundaries.html", NO, {"boundary": allow()}),
    (40, USER_GUIDE + "access_policies_boundaries.html", NO, {"principal": SESSION, "boundary": OTHER, "resource_policy": grants(ROLE)}),
    (41, "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html", NO, {"action": "kms:Decrypt", "resource": KEY, "identity": allow()}),
    (41, "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html", YES, {"action": "kms:Decrypt", "resource": KEY, "identity": allow(), "resource_policy": grants(ROOT)}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("corner", "page", "decided", "case"), ROWS, ids=[f"{row[0]}-{i}" for i, row in enumerate(ROWS)]
)
def test_a_corner(corner, page, decided, case):
    assert page.startswith("https://docs.aws.amazon.com/")
    assert outcome(**case) == decided


@pytest.mark.parametrize(
    "name", [f"arn:aws:iam::{A}:user/dev*", f"arn:aws:iam::{A}:role/*", "arn:aws:iam::*:root"]
)
def test_corner_6_a_wildcard_inside_a_principal_is_refused(name):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    with pytest.raises(MalformedPolicyDocument, match="Invalid principal in policy"):
        Policy.parse(document(grants(name)), PolicyType.RESOURCE)


def test_corner_15_without_the_new_version_variables_are_plain_text():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    old = document(allow("s3:*", "arn:aws:s3:::acme/${aws:username}/*"), version="2008-10-17")
    policy = Policy.parse(old, PolicyType.IDENTITY)

    resource = policy.statements[0].resource

    assert resource is not None
    assert not resource.templates


@pytest.mark.parametrize(
    "written",
    [
        document(),
        document(allow(Sid="One"), allow(Sid="One")),
        '{"Statement": [], "Statement": []}',
        document(allow() | {"Resources": "*"}),
    ],
)
def test_corner_17_a_malformed_document_is_refused(written):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    with pytest.raises(MalformedPolicyDocument):
        Policy.parse(written, PolicyType.IDENTITY)


def test_corner_34_a_missing_role_and_one_that_does_not_trust_answer_alike():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html
    missing = decision(**ASSUME, identity=allow())
    untrusting = decision(**ASSUME, identity=allow(), resource_policy=trusts(EVE))

    assert denial_message(missing) == denial_message(untrusting)
