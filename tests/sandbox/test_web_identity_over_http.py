"""AssumeRoleWithWebIdentity against a real OIDC issuer, as a CI job or a pod does it.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
"""

import json
import os
import subprocess
import urllib.request

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from joserfc import jwk, jwt

from rolecall import Sandbox, SandboxError

WORLD = """\
world: ci
accounts:
  main:
    id: "111122223333"
    oidc_providers:
      ci: {url: "https://ci.example", client_ids: [sts.amazonaws.com]}
    roles:
      deployer:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {Federated: "arn:aws:iam::111122223333:oidc-provider/ci.example"}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: {"ci.example:aud": sts.amazonaws.com}
              StringLike: {"ci.example:sub": "repo:acme/app:*"}
        policies:
          list: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:ListAllMyBuckets", Resource: "*"}}
      for-users:
        trust:
          Version: "2012-10-17"
          Statement: {Effect: Allow, Principal: {AWS: "111122223333"}, Action: "sts:AssumeRole"}
    buckets: {artifacts: {}}
"""
MAIN = "repo:acme/app:ref:refs/heads/main"
ROLE = "arn:aws:iam::111122223333:role/"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "ci.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture
def ci(shared):
    shared.reset()
    return shared


def assume(sandbox, token: str, role: str = "deployer", **more):
    sts = boto3.client(
        "sts",
        endpoint_url=sandbox.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )
    asked = {"RoleArn": ROLE + role, "RoleSessionName": "job-42", "WebIdentityToken": token}
    return sts.assume_role_with_web_identity(**asked, **more)


def refused(sandbox, token: str, role: str = "deployer") -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        assume(sandbox, token, role)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_job_with_the_right_token_becomes_the_role_without_any_key(ci):
    answer = assume(ci, ci.web_identity_token("ci", subject=MAIN))
    s3 = ci.client("s3", credentials=answer["Credentials"])

    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/deployer/job-42"
    assert answer["SubjectFromWebIdentityToken"] == MAIN
    assert answer["Provider"] == "arn:aws:iam::111122223333:oidc-provider/ci.example"
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["artifacts"]


def test_another_repository_and_a_role_for_users_stay_shut(ci):
    denied = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")

    assert refused(ci, ci.web_identity_token("ci", subject="repo:evil/app:ref:refs/heads/main")) == denied
    assert refused(ci, ci.web_identity_token("ci", subject=MAIN), role="for-users") == denied
    assert refused(ci, ci.web_identity_token("ci", subject=MAIN), role="nobody") == denied


def test_a_token_for_another_audience_is_rejected(ci):
    token = ci.web_identity_token("ci", subject=MAIN, audience="vault.example")

    assert refused(ci, token) == ("InvalidIdentityToken", "Incorrect token audience")


def test_an_authorized_party_is_what_the_audience_key_means(ci):
    token = ci.web_identity_token("ci", subject=MAIN, azp="another-app")

    assert refused(ci, token) == ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")


@pytest.mark.slow
def test_a_token_is_refused_five_minutes_after_its_time(ci):
    token = ci.web_identity_token("ci", subject=MAIN, minutes=10)
    ci.clock.advance(minutes=14)

    assert assume(ci, token)["Credentials"]

    ci.clock.advance(minutes=2)

    assert refused(ci, token)[0] == "ExpiredTokenException"


def test_a_forged_token_is_refused(ci):
    key = jwk.RSAKey.generate_key(2048, {"kid": "key-1"})
    claims = {"iss": "https://ci.example", "sub": MAIN, "aud": "sts.amazonaws.com", "exp": 9_999_999_999}
    unsigned = jwt.encode(
        {"alg": "HS256"}, claims, jwk.OctKey.import_key("secret-of-more-than-enough-length")
    )

    assert (
        refused(ci, jwt.encode({"alg": "RS256", "kid": "key-1"}, claims, key))[0] == "InvalidIdentityToken"
    )
    assert refused(ci, unsigned)[0] == "InvalidIdentityToken"
    assert refused(ci, "no.token.at-all")[0] == "InvalidIdentityToken"


def test_an_issuer_that_the_account_has_not_named_is_refused(ci):
    key = jwk.RSAKey.generate_key(2048)
    token = jwt.encode({"alg": "RS256"}, {"iss": "https://other.example", "sub": MAIN}, key)

    assert refused(ci, token) == (
        "InvalidIdentityToken",
        "No OpenIDConnect provider found in your account for https://other.example",
    )


def test_the_issuer_can_be_discovered_and_its_keys_verify_its_tokens(ci):
    def get(url: str):
        with urllib.request.urlopen(url) as answer:
            return json.load(answer)

    found = get(f"{ci.issuers['ci']}/.well-known/openid-configuration")
    keys = jwk.KeySet.import_key_set(get(found["jwks_uri"]))
    token = jwt.decode(
        ci.web_identity_token("ci", subject=MAIN, repository="acme/app"), keys, algorithms=["RS256"]
    )

    assert found["issuer"] == token.claims["iss"] == "https://ci.example"
    assert token.claims["repository"] == "acme/app"
    assert "d" not in get(found["jwks_uri"])["keys"][0]


@pytest.mark.slow
def test_the_cli_finds_the_token_by_itself(ci, tmp_path):
    (tmp_path / "token").write_text(ci.web_identity_token("ci", subject=MAIN))
    environment = {
        "AWS_ENDPOINT_URL": ci.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ROLE_ARN": f"{ROLE}deployer",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ROLE_SESSION_NAME": "job-43",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "HOME": str(tmp_path),
    }

    done = subprocess.run(
        ["aws", "sts", "get-caller-identity"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Arn"].endswith(":assumed-role/deployer/job-43")


@pytest.mark.slow
def test_an_unknown_issuer_is_reported(ci):
    with pytest.raises(SandboxError, match=r"The world has no OIDC issuer 'cl'\. Its issuers: ci"):
        ci.web_identity_token("cl", subject=MAIN)
