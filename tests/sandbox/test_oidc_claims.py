"""The claims that are condition keys, for each kind of issuer.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

import pytest

from rolecall.sandbox.oidc_claims import claim_keys, is_in_session

GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("issuer", "claims", "key", "value"),
    [
        ("ci.example", {"sub": "job"}, "sub", "job"),
        ("ci.example", {"amr": ["pwd", "mfa"]}, "amr", ["pwd", "mfa"]),
        (GITHUB, {"job_workflow_ref": "acme/x/.github/workflows/d.yml@main"}, "job_workflow_ref", None),
        (GITHUB, {"repository_owner_id": 42}, "repository_owner_id", "42"),
        (f"{GITHUB}/acme", {"environment": "prod"}, "environment", "prod"),
        ("token.actions.acme.ghe.com", {"repository": "acme/app"}, "repository", "acme/app"),
        ("gitlab.com", {"project_id": "7"}, "project_id", "7"),
        ("agent.buildkite.com", {"pipeline_slug": "deploy"}, "pipeline_slug", "deploy"),
        ("oidc.circleci.com/org/a-b", {"oidc.circleci.com/project-id": "p"}, "oidc.circleci.com/project-id", "p"),
        ("accounts.google.com", {"google": {"organization_number": 5}}, "google/organization_number", "5"),
        ("idcs-1.identity.oraclecloud.com", {"rpst_id": "r"}, "rpst_id", "r"),
    ],
)  # fmt: skip
def test_a_documented_claim_is_a_condition_key(issuer, claims, key, value):
    assert claim_keys(issuer, claims) == {f"{issuer}:{key}": value or claims[key]}


@pytest.mark.parametrize(
    ("issuer", "claims"),
    [
        (GITHUB, {"run_id": "1", "repository_visibility": "private"}),
        ("ci.example", {"repository": "acme/app", "job_workflow_ref": "x"}),
        ("gitlab.com", {"repository": "acme/app"}),
    ],
)
def test_another_claim_is_none(issuer, claims):
    assert claim_keys(issuer, claims) == {}


def test_the_authorized_party_takes_the_place_of_the_audience():
    assert claim_keys("ci.example", {"aud": "sts.amazonaws.com"}) == {
        "ci.example:aud": "sts.amazonaws.com",
        "ci.example:oaud": "sts.amazonaws.com",
    }
    assert claim_keys("ci.example", {"aud": "sts.amazonaws.com", "azp": "app"}) == {
        "ci.example:aud": "app",
        "ci.example:oaud": "sts.amazonaws.com",
    }


def test_only_some_keys_stay_in_the_session():
    kept = [
        name for name in ("amr", "aud", "email", "oaud", "repository", "sub") if is_in_session(f"x:{name}")
    ]

    assert kept == ["amr", "aud", "sub"]
