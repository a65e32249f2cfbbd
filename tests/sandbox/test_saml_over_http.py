"""AssumeRoleWithSAML with assertions that a real XML signature holds together.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
"""

import base64

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox, SandboxError

PROVIDER = "arn:aws:iam::111122223333:saml-provider/corp"
ROLE = "arn:aws:iam::111122223333:role/"
WORLD = """\
world: corp
accounts:
  main:
    id: "111122223333"
    saml_providers:
      corp: {entity_id: "https://idp.corp.example"}
      rival: {entity_id: "https://idp.rival.example"}
    roles:
      analyst:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {Federated: "arn:aws:iam::111122223333:saml-provider/corp"}
            Action: ["sts:AssumeRoleWithSAML", "sts:TagSession"]
            Condition: {StringEquals: {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
        policies:
          own-team:
            Version: "2012-10-17"
            Statement: {Effect: Allow, Action: "s3:ListBucket", Resource: "arn:aws:s3:::${aws:PrincipalTag/team}-files"}
      fred-only:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {Federated: "arn:aws:iam::111122223333:saml-provider/corp"}
            Action: sts:AssumeRoleWithSAML
            Condition: {StringEquals: {"saml:sub": fred, "saml:sub_type": persistent, "saml:doc": "111122223333/corp"}}
    buckets: {data-files: {}, ops-files: {}}
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "corp.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture
def corp(shared):
    shared.reset()
    return shared


def assume(corp, assertion, role="analyst", provider=PROVIDER, **parameters):
    sts = boto3.client(
        "sts",
        endpoint_url=corp.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )
    return sts.assume_role_with_saml(
        RoleArn=ROLE + role, PrincipalArn=provider, SAMLAssertion=assertion, **parameters
    )


def refused(corp, assertion, **asked) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        assume(corp, assertion, **asked)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_assertion_of_the_trusted_provider_opens_the_role_without_any_key(corp):
    answer = assume(corp, corp.saml_assertion("corp", subject="fred", role=ROLE + "analyst"))

    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/analyst/fred"
    assert answer["Subject"] == "fred"
    assert answer["SubjectType"] == "persistent"
    assert answer["Issuer"] == "https://idp.corp.example"
    assert answer["Audience"] == "https://signin.aws.amazon.com/saml"


def test_the_attributes_of_an_assertion_become_session_tags(corp):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-saml
    assertion = corp.saml_assertion(
        "corp", subject="fred", role=ROLE + "analyst", attributes={"PrincipalTag:team": "data"}
    )

    s3 = corp.client("s3", credentials=assume(corp, assertion)["Credentials"])

    assert s3.list_objects_v2(Bucket="data-files")["KeyCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="ops-files")


def test_tags_in_an_assertion_want_the_permission_to_tag(corp):
    assertion = corp.saml_assertion(
        "corp", subject="fred", role=ROLE + "fred-only", attributes={"PrincipalTag:team": "data"}
    )

    assert refused(corp, assertion, role="fred-only")[0] == "AccessDenied"


@pytest.mark.parametrize(("subject", "opens"), [("fred", True), ("eve", False)])
def test_the_trust_policy_may_name_the_subject(corp, subject, opens):
    assertion = corp.saml_assertion("corp", subject=subject, role=ROLE + "fred-only")

    if opens:
        assert assume(corp, assertion, role="fred-only")["Credentials"]
    else:
        assert refused(corp, assertion, role="fred-only") == (
            "AccessDenied",
            "Not authorized to perform sts:AssumeRoleWithSAML",
        )


def test_an_assertion_opens_only_the_role_that_it_offers(corp):
    assertion = corp.saml_assertion("corp", subject="fred", role=ROLE + "analyst")

    assert refused(corp, assertion, role="fred-only")[0] == "AccessDenied"


def test_another_providers_assertion_is_not_believed(corp):
    assertion = corp.saml_assertion("rival", subject="fred", role=ROLE + "analyst")

    assert refused(corp, assertion) == ("InvalidIdentityToken", "Response signature invalid")


def test_an_assertion_that_was_changed_is_not_believed(corp):
    assertion = corp.saml_assertion("corp", subject="fred", role=ROLE + "fred-only")
    changed = base64.b64encode(base64.b64decode(assertion).replace(b"fred<", b"eric<")).decode()

    assert refused(corp, changed, role="fred-only") == (
        "InvalidIdentityToken",
        "Response signature invalid",
    )


def test_an_unsigned_assertion_beside_a_signed_one_is_not_read(corp):
    # XML signature wrapping: https://cheatsheetseries.owasp.org/cheatsheets/SAML_Security_Cheat_Sheet.html
    signed = base64.b64decode(corp.saml_assertion("corp", subject="eve", role=ROLE + "fred-only"))
    start, end = signed.index(b"<saml:Assertion"), signed.index(b"</saml:Assertion>") + 17
    forged = signed[start:end].replace(b">eve<", b">fred<").replace(b' ID="_', b' ID="_f')
    wrapped = signed[:start] + forged + signed[start:]

    code, _ = refused(corp, base64.b64encode(wrapped).decode(), role="fred-only")

    assert code in ("InvalidIdentityToken", "AccessDenied")


def test_an_assertion_is_good_for_five_minutes(corp):
    assertion = corp.saml_assertion("corp", subject="fred", role=ROLE + "analyst")
    corp.clock.advance(minutes=6)

    assert refused(corp, assertion)[0] == "ExpiredTokenException"


@pytest.mark.parametrize("rubbish", ["", "abcd", "AAAA", base64.b64encode(b"<a/>").decode()])
def test_what_is_no_assertion_is_refused(corp, rubbish):
    code, _ = refused(corp, rubbish.ljust(4, "A"))

    assert code == "InvalidIdentityToken"


def test_an_unknown_provider_is_reported_with_the_known_ones(corp):
    with pytest.raises(SandboxError, match=r"no SAML provider 'crop'. Its providers: corp, rival"):
        corp.saml_assertion("crop", subject="fred", role=ROLE + "analyst")
