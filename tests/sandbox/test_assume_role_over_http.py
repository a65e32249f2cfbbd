"""Who may assume which role: one row for each rule, asked by real boto3 over HTTP.

The rules are from "Cross account resource access in IAM", "Policy evaluation logic" and "How to use trust
policies with IAM roles":
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = Path(__file__).parent / "worlds" / "trust.yaml"
ALLOWED = "allowed"
NO_TRUST = "because no role trust policy allows the sts:AssumeRole action"
NO_IDENTITY = "because no identity-based policy allows the sts:AssumeRole action"
NO_REASON = None  # AWS gives none to a caller of another organization.

ROWS = [
    # The trust policy names the user: that is enough, within an account.
    ("may", "trusts-user", {}, ALLOWED),
    ("may-not", "trusts-user", {}, ALLOWED),
    # It names the account: the account decides by its identity-based policies.
    ("may", "trusts-account", {}, ALLOWED),
    ("may-not", "trusts-account", {}, NO_IDENTITY),
    ("may", "trusts-account-id", {}, ALLOWED),
    ("may-not", "trusts-account-id", {}, NO_IDENTITY),
    # An identity-based policy alone opens no role.
    ("may", "trusts-partner", {}, NO_TRUST),
    ("may", "trusts-ec2", {}, NO_TRUST),
    # Everyone is named: within the account that is a grant; from elsewhere the other side must allow too.
    ("may-not", "trusts-all", {}, ALLOWED),
    ("auditor", "trusts-all", {}, ALLOWED),
    ("clerk", "trusts-all", {}, NO_REASON),
    # Across accounts both sides must allow, and the external id must be the one agreed.
    ("auditor", "trusts-partner", {"ExternalId": "order-66"}, ALLOWED),
    ("auditor", "trusts-partner", {"ExternalId": "order-67"}, NO_REASON),
    ("auditor", "trusts-partner", {}, NO_REASON),
    ("clerk", "trusts-partner", {"ExternalId": "order-66"}, NO_REASON),
    ("auditor", "trusts-account", {}, NO_REASON),
    # Conditions on what the request brings.
    ("may", "names-sessions", {"RoleSessionName": "ticket-42"}, ALLOWED),
    ("may", "names-sessions", {"RoleSessionName": "other"}, NO_TRUST),
    ("may", "wants-mfa", {}, NO_TRUST),
    ("local-only", "trusts-account", {}, ALLOWED),
    ("remote-only", "trusts-account", {}, NO_IDENTITY),
    # NotAction and NotResource leave out what they list.
    ("anything-but", "trusts-account", {}, NO_IDENTITY),
    ("one-role", "trusts-account-id", {}, ALLOWED),
    ("one-role", "trusts-account", {}, NO_IDENTITY),
    # An explicit Deny in any policy wins.
    ("forbidden", "trusts-account", {}, "with an explicit deny in an identity-based policy"),
    ("forbidden", "trusts-user", {}, "with an explicit deny in an identity-based policy"),
    ("may", "denies", {}, "with an explicit deny in the role trust policy"),
    # A boundary limits what identity-based policies give, not what a resource grants to the user itself.
    ("bounded", "trusts-account", {}, "because no permissions boundary allows the sts:AssumeRole action"),
    ("bounded", "trusts-user", {}, ALLOWED),
]


@pytest.fixture(scope="module")
def trust():
    with Sandbox(WORLD) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("actor", "role", "parameters", "denial"),
    ROWS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_assume_role(trust, actor, role, parameters, denial):
    sts = trust.client("sts", actor=actor)
    asked = {"RoleArn": f"arn:aws:iam::111122223333:role/{role}", "RoleSessionName": "test"} | parameters

    if denial == ALLOWED:
        assert sts.assume_role(**asked)["AssumedRoleUser"]["Arn"].startswith(
            f"arn:aws:sts::111122223333:assumed-role/{role}/"
        )
        return
    with pytest.raises(ClientError) as raised:
        sts.assume_role(**asked)
    assert raised.value.response["Error"]["Code"] == "AccessDenied"
    assert raised.value.response["Error"]["Message"].endswith(denial or f" on resource: {asked['RoleArn']}")


def test_a_chained_session_lasts_an_hour_at_most(trust):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
    first = trust.client("sts", actor="may").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/trusts-user", RoleSessionName="first"
    )["Credentials"]
    chained = trust.client("sts", credentials=first)
    target = {"RoleArn": "arn:aws:iam::111122223333:role/chain-end", "RoleSessionName": "second"}

    with pytest.raises(ClientError) as raised:
        chained.assume_role(**target, DurationSeconds=3601)

    assert raised.value.response["Error"]["Code"] == "ValidationError"
    assert "1 hour session limit for roles assumed by role chaining" in str(raised.value)


def test_a_trust_policy_that_names_a_role_wants_no_identity_policy_of_its_sessions(trust):
    first = trust.client("sts", actor="may").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/trusts-user", RoleSessionName="first"
    )["Credentials"]
    chained = trust.client("sts", credentials=first)

    answer = chained.assume_role(
        RoleArn="arn:aws:iam::111122223333:role/chain-end", RoleSessionName="second"
    )

    assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/chain-end/second")
