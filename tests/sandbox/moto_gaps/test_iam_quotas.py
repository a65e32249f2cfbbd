"""IAM's default quotas in August 2026.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from rolecall.aws.operations import Operation
from rolecall.sandbox.moto_gaps import iam_quotas

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
AWS_MANAGED = "arn:aws:iam::aws:policy/"


@pytest.fixture(scope="module", autouse=True)
def entities(iam):
    """A user, a group, and a role."""
    iam.create_user(UserName="user")
    iam.create_group(GroupName="group")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(TRUST))


def policy(size: int, **written) -> str:
    """Write an identity-based policy of so many characters besides white space."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Resource"] += "b" * (size - len("".join(json.dumps(document).split())))
    return json.dumps(document, **written)


def limit(call, **parameters) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    response = raised.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "LimitExceeded",
        409,
    )
    return response["Error"]["Message"]


def test_a_managed_policy_has_6144_characters_besides_white_space(iam):
    made = iam.create_policy(PolicyName="big", PolicyDocument=policy(6144, indent=8))["Policy"]["Arn"]
    exceeded = "Cannot exceed quota for PolicySize: 6144"

    assert limit(iam.create_policy, PolicyName="bigger", PolicyDocument=policy(6145)) == exceeded
    assert limit(iam.create_policy_version, PolicyArn=made, PolicyDocument=policy(6145)) == exceeded


@pytest.mark.parametrize(("kind", "most"), [("user", 2048), ("role", 10240), ("group", 5120)])
def test_the_inline_policies_of_an_entity_have_a_size_together(iam, kind, most):
    put, name = getattr(iam, f"put_{kind}_policy"), {f"{kind.capitalize()}Name": kind}
    put(**name, PolicyName="one", PolicyDocument=policy(most - 200))

    message = limit(put, **name, PolicyName="two", PolicyDocument=policy(201))

    assert message == f"Maximum policy size of {most} bytes exceeded for {kind} {kind}"
    put(**name, PolicyName="one", PolicyDocument=policy(most))


def test_a_trust_policy_has_2048_characters(iam):
    long = json.dumps({**TRUST, "Id": "i" * 2000})
    exceeded = "Cannot exceed quota for ACLSizePerRole: 2048"

    assert limit(iam.create_role, RoleName="long", AssumeRolePolicyDocument=long) == exceeded
    assert limit(iam.update_assume_role_policy, RoleName="role", PolicyDocument=long) == exceeded


@pytest.mark.parametrize(("kind", "most"), [("user", 10), ("role", 20), ("group", 10)])
def test_an_entity_has_so_many_managed_policies(iam, kind, most):
    attach, name = getattr(iam, f"attach_{kind}_policy"), {f"{kind.capitalize()}Name": kind}
    # The policies of service-linked roles, which have another path, can't be attached.
    of_aws = iam.list_policies(Scope="AWS", MaxItems=100)["Policies"]
    policies = [one["Arn"] for one in of_aws if one["Path"] == "/"]
    for arn in policies[:most]:
        attach(**name, PolicyArn=arn)

    message = limit(attach, **name, PolicyArn=policies[most])

    assert message == f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: {most}"
    attach(**name, PolicyArn=policies[0])


def test_a_user_is_in_ten_groups(iam):
    for number in range(11):
        iam.create_group(GroupName=f"team-{number}")
    for number in range(10):
        iam.add_user_to_group(GroupName=f"team-{number}", UserName="user")

    message = limit(iam.add_user_to_group, GroupName="team-10", UserName="user")

    assert message == "Cannot exceed quota for GroupsPerUser: 10"


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
def test_an_account_has_a_hundred_oidc_providers(iam):
    create = iam.create_open_id_connect_provider
    providers = [create(Url=f"https://id{number}.example.com") for number in range(100)]

    message = limit(create, Url="https://one-more.example.com")

    assert message == "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=providers[0]["OpenIDConnectProviderArn"])
    assert create(Url="https://one-more.example.com")


@pytest.mark.parametrize(
    ("collection", "operation", "quota"),
    [
        ("users", "CreateUser", "UsersPerAccount: 5000"),
        ("groups", "CreateGroup", "GroupsPerAccount: 300"),
        ("roles", "CreateRole", "RolesPerAccount: 1000"),
        ("managed_policies", "CreatePolicy", "PoliciesPerAccount: 1500"),
        ("instance_profiles", "CreateInstanceProfile", "InstanceProfilesPerAccount: 1000"),
        ("saml_providers", "CreateSAMLProvider", "SAMLProvidersPerAccount: 100"),
        ("certificates", "UploadServerCertificate", "ServerCertificatesPerAccount: 20"),
    ],
)
def test_an_account_has_so_many_entities(monkeypatch, collection, operation, quota):
    most = int(quota.rpartition(" ")[2])
    entities = {number: SimpleNamespace(arn=f"arn:aws:iam::1:any/{number}") for number in range(most)}
    monkeypatch.setattr(
        iam_quotas, "iam_backend", lambda account: SimpleNamespace(**{collection: entities})
    )
    check = iam_quotas._CHECKS[operation][-1]
    call = Operation("iam", operation, "query", {})

    assert check(call, "1") == f"Cannot exceed quota for {quota}"
    del entities[0]
    assert check(call, "1") is None
