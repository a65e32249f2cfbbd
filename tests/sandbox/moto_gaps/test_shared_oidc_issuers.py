"""A role that trusts a shared issuer must restrict the tenant.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

import itertools
import json

import pytest
from botocore.exceptions import ClientError

GITHUB = "token.actions.githubusercontent.com"
NAMES = (f"role-{number}" for number in itertools.count())


def trust(issuer: str, condition: dict) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refusal(call, **parameters) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    assert raised.value.response["Error"]["Code"] == "MalformedPolicyDocument"
    return raised.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("issuer", "condition"),
    [
        (GITHUB, {"StringLike": {f"{GITHUB}:sub": "repo:acme/app:*"}}),
        (GITHUB, {"StringEquals": {f"{GITHUB}:job_workflow_ref": "acme/app/.github/workflows/d.yml@main"}}),
        (GITHUB, {"StringEqualsIgnoreCase": {f"{GITHUB.upper()}:SUB": "repo:acme/app:pull_request"}}),
        ("gitlab.com", {"StringLike": {"gitlab.com:sub": "project_path:acme/*"}}),
        ("oidc.vercel.com", {"StringEquals": {"oidc.vercel.com:aud": "https://vercel.com/acme"}}),
        ("oidc.vercel.com/acme", {}),
        ("ci.example", {}),
    ],
)
def test_a_role_is_created_if_its_tenant_is_restricted_or_the_issuer_is_private(iam, issuer, condition):
    assert iam.create_role(RoleName=next(NAMES), AssumeRolePolicyDocument=trust(issuer, condition))


@pytest.mark.parametrize(
    ("issuer", "condition"),
    [
        (GITHUB, {}),
        (GITHUB, {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}),
        (GITHUB, {"StringEquals": {f"{GITHUB}:repository": "acme/app"}}),
        (GITHUB, {"StringLike": {f"{GITHUB}:sub": "*"}}),
        (GITHUB, {"StringNotEquals": {f"{GITHUB}:sub": "repo:evil/app:*"}}),
        (GITHUB, {"StringLikeIfExists": {f"{GITHUB}:sub": "repo:acme/app:*"}}),
        ("app.terraform.io", {"StringEquals": {"app.terraform.io:aud": "aws.workload.identity"}}),
        ("api.pulumi.com/oidc", {"StringLike": {"api.pulumi.com/oidc:sub": "pulumi:deploy:org:acme:*"}}),
    ],
)
def test_a_role_is_refused_if_any_tenant_could_assume_it(iam, issuer, condition):
    message = refusal(iam.create_role, RoleName="any", AssumeRolePolicyDocument=trust(issuer, condition))

    assert message.startswith(
        f"Trust policy with trusted principal arn:aws:iam::111122223333:oidc-provider/{issuer} "
    )


def test_the_message_names_the_keys_of_which_one_is_needed(iam):
    name = next(NAMES)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("ci.example", {}))

    message = refusal(iam.update_assume_role_policy, RoleName=name, PolicyDocument=trust(GITHUB, {}))

    assert message.endswith(
        "must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, "
        f"{GITHUB}:sub or {GITHUB}:job_workflow_ref which is not scoped to all."
    )
