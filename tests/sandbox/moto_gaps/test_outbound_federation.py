"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html"""

import base64
import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def sts(administered):
    return administered.client("sts", actor="admin")


@pytest.fixture
def enabled(iam):
    issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    yield issuer
    iam.disable_outbound_web_identity_federation()


def code_of(call, **parameters):
    with pytest.raises(ClientError) as failed:
        call(**parameters)
    return failed.value.response["Error"]["Code"]


def client(sandbox, keys):
    return boto3.client(
        "sts",
        endpoint_url=sandbox.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_an_account_issues_no_tokens_until_it_enables_them(iam, sts):
    parameters = {"Audience": ["https://api.example.com"], "SigningAlgorithm": "ES384"}

    assert (
        code_of(sts.get_web_identity_token, **parameters)
        == "OutboundWebIdentityFederationDisabledException"
    )
    assert code_of(iam.get_outbound_web_identity_federation_info) == "FeatureDisabled"


def test_federation_is_enabled_once(iam, enabled):
    assert enabled.endswith(".tokens.sts.global.api.aws")
    assert iam.get_outbound_web_identity_federation_info()["IssuerIdentifier"] == enabled
    assert code_of(iam.enable_outbound_web_identity_federation) == "FeatureEnabled"


@pytest.mark.parametrize("algorithm", ["ES384", "RS256"])
def test_a_token_identifies_the_caller(sts, enabled, algorithm):
    answer = sts.get_web_identity_token(
        Audience=["https://api.example.com"],
        SigningAlgorithm=algorithm,
        DurationSeconds=600,
        Tags=[{"Key": "job", "Value": "7"}],
    )

    found = claims(answer["WebIdentityToken"])
    assert (found["iss"], found["aud"]) == (enabled, "https://api.example.com")
    assert found["sub"] == "arn:aws:iam::111122223333:user/admin"
    assert found["exp"] - found["iat"] == 600
    own = found["https://sts.amazonaws.com/"]
    assert (own["aws_account"], own["request_tags"]) == ("111122223333", {"job": "7"})


def test_a_token_does_not_outlast_the_session(administered, iam, sts, enabled):
    trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
    }
    iam.create_role(RoleName="caller", AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName="caller", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    role = "arn:aws:iam::111122223333:role/caller"
    keys = sts.assume_role(RoleArn=role, RoleSessionName="job", DurationSeconds=900)["Credentials"]
    session = client(administered, keys)
    parameters = {"Audience": ["a"], "SigningAlgorithm": "ES384", "DurationSeconds": 3600}

    assert code_of(session.get_web_identity_token, **parameters) == "SessionDurationEscalationException"


@pytest.mark.parametrize(
    "wrong",
    [{"SigningAlgorithm": "HS256"}, {"DurationSeconds": 59}, {"DurationSeconds": 3601}, {"Audience": [""]}],
)
def test_parameters_are_checked(administered, wrong):
    sts = administered.session(actor="admin").client(
        "sts", endpoint_url=administered.endpoint, config=Config(parameter_validation=False)
    )
    parameters = {"Audience": ["a"], "SigningAlgorithm": "ES384", **wrong}

    assert code_of(sts.get_web_identity_token, **parameters) == "ValidationError"


def test_a_policy_limits_the_audience(administered, iam, enabled):
    iam.create_user(UserName="dana")
    statement = {
        "Effect": "Allow",
        "Action": "sts:GetWebIdentityToken",
        "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "https://api.example.com"}
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="dana", PolicyName="tokens", PolicyDocument=document)
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    sts = client(administered, key)
    right = {"Audience": ["https://api.example.com"], "SigningAlgorithm": "ES384"}

    assert sts.get_web_identity_token(**right)["WebIdentityToken"]
    assert code_of(sts.get_web_identity_token, **{**right, "Audience": ["other"]}) == "AccessDenied"
    tags = [{"Key": "job", "Value": "7"}]
    assert code_of(sts.get_web_identity_token, **right, Tags=tags) == "AccessDenied"
