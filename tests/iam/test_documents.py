"""What AWS refuses as a policy document, and what it takes.

Pages: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

import json

import pytest

from iam.build import DANA, allow, deny, document
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType

ID, RES, TRUST = PolicyType.IDENTITY, PolicyType.RESOURCE, PolicyType.TRUST
TRUSTED = {"Effect": "Allow", "Principal": {"AWS": DANA}, "Action": "sts:AssumeRole"}


def without(statement: dict, name: str) -> dict:
    return {key: value for key, value in statement.items() if key != name}


REJECTED = [
    (ID, "no JSON", "Syntax errors in policy."),
    (ID, "[]", "Syntax errors in policy."),
    (ID, {}, "Syntax errors in policy."),
    (ID, {"Version": "2012-10-17"}, "Syntax errors in policy."),
    (ID, {"Version": "2012-10-17", "Statement": []}, "Syntax errors in policy."),
    (ID, {"Version": "2012-10-17", "Statement": "s3:*"}, "Syntax errors in policy."),
    (ID, {"Version": "2012-10-17", "Statement": [1]}, "Syntax errors in policy."),
    (ID, {"Version": "2012-10-18", "Statement": allow()}, "The policy must contain a valid version string."),
    (ID, {"Version": 2012, "Statement": allow()}, "The policy must contain a valid version string."),
    (ID, {"version": "2012-10-17", "Statement": allow()}, "'version' is not an element of a policy"),
    (ID, {"Version": "2012-10-17", "Id": 5, "Statement": allow()}, "Id must be a string."),
    (ID, {"Version": "2012-10-17", "Statement": allow(), "Note": ""}, "'Note' is not an element of a policy"),
    (ID, document(allow() | {"effect": "Allow"}), "'effect' is not an element of a statement."),
    (ID, document(without(allow(), "Effect")), 'Effect must be "Allow" or "Deny".'),
    (ID, document(allow() | {"Effect": "allow"}), 'Effect must be "Allow" or "Deny".'),
    (ID, document(allow() | {"Effect": ["Allow"]}), 'Effect must be "Allow" or "Deny".'),
    (ID, document(without(allow(), "Action")), "Policy statement must contain actions."),
    (ID, document(without(allow(), "Resource")), "Policy statement must contain resources."),
    (ID, document(allow() | {"NotAction": "s3:*"}), "A statement can't have both Action and NotAction."),
    (ID, document(allow() | {"NotResource": "*"}), "A statement can't have both Resource and NotResource."),
    (ID, document(allow([])), "Action must be a string or a list of at least one string."),
    (ID, document(allow({"s3": "Get"})), "Action must be a string or a list of at least one string."),
    (ID, document(allow([1])), "Every value must be a string."),
    (ID, document(allow("GetObject")), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    (ID, document(allow("s3:")), "'s3:' must be a service and an action, such as s3:GetObject."),
    (ID, document(allow("s 3:GetObject")), "Vendor s 3 is not valid"),
    (ID, document(allow("s3:Get:Object")), "Actions/Condition can contain only one colon."),
    (ID, document(allow("s3:*", "acme")), 'Resource acme must be in ARN format or "*".'),
    (ID, document(allow("s3:*", "acme/*")), 'Resource acme/* must be in ARN format or "*".'),
    (ID, document(allow("s3:*", "arn:azure:s3:::acme")), 'Partition "azure" is not valid for resource "arn:azure:s3:::acme".'),
    (ID, document(allow("s3:*", [])), "Resource must be a string or a list of at least one string."),
    (ID, document(allow(Principal="*")), "Policy document should not specify a principal."),
    (ID, document(allow(NotPrincipal={"AWS": DANA})), "Policy document should not specify a principal."),
    (ID, document(allow(Sid="one two")), "Statement IDs (SID) must be alpha-numeric."),
    (ID, document(allow(Sid=1)), "Sid must be a string."),
    (ID, document(allow(Sid="One"), deny(Sid="One")), "Statement IDs (SID) in a single policy must be unique."),
    (TRUST, document(TRUSTED | {"Sid": "One"}, TRUSTED | {"Sid": "One"}), "must be unique."),
    (ID, document(allow(Condition=[])), "Condition must be an object with operators."),
    (ID, document(allow(Condition={"StringIs": {"my:key": "a"}})), "Invalid Condition type : StringIs."),
    (ID, document(allow(Condition={"ForSomeValues:StringEquals": {"my:key": "a"}})), "Invalid Condition type"),
    (ID, document(allow(Condition={"NullIfExists": {"my:key": "true"}})), "Invalid Condition type"),
    (ID, document(allow(Condition={"StringEquals": "a"})), "StringEquals must be an object with condition keys."),
    (RES, document(allow(Principal="*", Condition={"StringEquals": {"key": "a"}})), "must be prefaced by a vendor"),
    (ID, document(allow(Condition={"StringEquals": {"my:key": {}}})), "The value of a condition must be a string, a number, true, or false."),
    (ID, document(allow(Condition={"StringEquals": {"my:key": None}})), "The value of a condition must be a string"),
    (ID, '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "The key 'Version' is in one object twice."),
    (ID, '{"Statement": {"Effect": "Allow", "Effect": "Deny"}}', "The key 'Effect' is in one object twice."),
    (ID, '{"Statement": NaN}', "NaN is not JSON"),
    (RES, document(allow()), "Missing required field Principal"),
    (RES, document(allow(Principal={})), "Invalid principal in policy"),
    (RES, document(allow(Principal="dana")), "Invalid principal in policy"),
    (RES, document(allow(Principal={"IAM": DANA})), 'Invalid principal in policy: "IAM"'),
    (RES, document(allow(Principal={"AWS": "dana"})), 'Invalid principal in policy: "AWS":"dana"'),
    (RES, document(allow(Principal={"AWS": "arn:aws:iam::111122223333:user/*"})), "Invalid principal in policy"),
    (RES, document(allow(Principal={"AWS": "arn:aws:iam::111122223333:role/dev-?"})), "Invalid principal in policy"),
    (RES, document(allow(Principal={"AWS": "arn:aws:iam::111122223333:group/all"})), "Invalid principal in policy"),
    (RES, document(allow(Principal={"AWS": "11112222333"})), "Invalid principal in policy"),
    (RES, document(allow(Principal={"Service": "ec2"})), "Use the name of a service, such as ec2.amazonaws.com."),
    (RES, document(allow(Principal="*", NotPrincipal="*")), "A statement can't have both Principal and NotPrincipal."),
    (TRUST, document(TRUSTED | {"Resource": "*"}), "Has prohibited field Resource"),
    (TRUST, document(TRUSTED | {"Action": "s3:GetObject"}), "AssumeRole policy may only specify STS AssumeRole actions."),
    (TRUST, document(without(TRUSTED, "Principal")), "Missing required field Principal"),
    (TRUST, document(without(TRUSTED, "Principal") | {"NotPrincipal": {"AWS": DANA}}), "Has prohibited field NotPrincipal"),
]  # fmt: skip


@pytest.mark.parametrize(("type", "written", "problem"), REJECTED, ids=range(len(REJECTED)))
def test_what_aws_rejects(type, written, problem):
    with pytest.raises(MalformedPolicyDocument) as raised:
        Policy.parse(written, type)

    assert problem in str(raised.value)


ACCEPTED = [
    (ID, document(allow())),
    (ID, {"Statement": allow()}),
    (ID, {"Version": "2008-10-17", "Id": "old", "Statement": [allow()]}),
    (ID, document(allow(Sid=""), deny(Sid=""))),
    (ID, document(allow("*:*"))),
    (ID, document(allow("s3:Get*", "arn:aws-us-gov:s3:::acme"))),
    (ID, document(allow("s3:Get*", "arn:aws*:s3:::acme"))),
    (ID, document(allow(Condition={}))),
    (ID, document(allow("s3:Get Object"))),
    (ID, document(allow(Condition={"StringEquals": {"key": "a"}, "Unknown": {}}))),
    (ID, document(allow(Condition={"Bool": {"aws:SecureTransport": False}}))),
    (ID, document(allow(Condition={"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a", "b"]}}))),
    (RES, document(allow(Principal="*", Sid="Free form, as S3 and SQS have it"))),
    (RES, document(allow(Principal="*", Sid="One"), deny(Principal="*", Sid="One"))),
    (RES, document(allow(Principal={"AWS": ["111122223333", DANA], "Service": "sns.amazonaws.com"}))),
    (RES, document(allow(Principal={"AWS": "AIDAIOSFODNN7EXAMPLE"}))),
    (RES, document(allow(Principal={"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}))),
    (RES, document(allow(Principal={"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"}))),
    (RES, document(deny(NotPrincipal={"AWS": DANA}))),
    (RES, document(allow("sqs:*", None, Principal="*"))),
    (TRUST, document(TRUSTED)),
    (TRUST, document(TRUSTED | {"Action": ["sts:AssumeRole", "sts:TagSession"]})),
    (TRUST, document(TRUSTED | {"Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"})),
    (PolicyType.RCP, document(deny(Principal="*"))),
]  # fmt: skip


@pytest.mark.parametrize(("type", "written"), ACCEPTED, ids=range(len(ACCEPTED)))
def test_what_aws_takes(type, written):
    assert Policy.parse(written, type).statements
    assert Policy.parse(json.dumps(written), type).statements


PLACES = [
    ('{\n  "Statement": {\n    "Effect": "Alow"\n  }\n}', (3, 15)),
    ('{"Statement": [{"Effect": "Allow", "Action": "s3:*",\n "Resource": ["*",\n  "acme"]}]}', (3, 3)),
    ('{"Version": "2012-10-17",\n "Version": "2008-10-17"}', (2, 13)),
    ('{"Statement":\n', (2, 1)),
    ('{"Statement": [{"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": {\n"Is": {"c": 1}}}]}', (2, 7)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place"), PLACES, ids=range(len(PLACES)))
def test_a_fault_in_a_text_has_its_line_and_column(text, place):
    with pytest.raises(MalformedPolicyDocument) as raised:
        Policy.parse(text, ID)

    assert (raised.value.line, raised.value.column) == place
