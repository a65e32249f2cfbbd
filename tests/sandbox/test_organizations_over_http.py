"""An organization with accounts inside and outside of it, asked by real boto3.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import json

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

ADMIN = '{admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}'
WORLD = f"""\
world: organization
accounts:
  management: {{id: "111111111111", users: {ADMIN}}}
  prod:
    id: "222222222222"
    users: {ADMIN}
    topics:
      for-members:
        policy:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: "*"
            Action: sns:Publish
            Resource: "*"
            Condition: {{StringEquals: {{"aws:PrincipalOrgID": "${{aws:ResourceOrgID}}"}}}}
  test: {{id: "333333333333", users: {ADMIN}}}
  partner: {{id: "444444444444", users: {ADMIN}}}
organization:
  management_account: management
  accounts: [management, prod, test]
  organizational_units: {{workloads/prod: [prod], workloads/test: [test]}}
  service_control_policies:
    root:
      - {{Version: "2012-10-17", Statement: [{{Effect: Allow, Action: "*", Resource: "*"}}]}}
    workloads:
      - Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, NotAction: "sqs:*", Resource: "*", Condition: {{StringEquals: {{"aws:RequestedRegion": us-east-1}}}}}}
    workloads/test:
      - {{Version: "2012-10-17", Statement: [{{Effect: Allow, Action: "*", Resource: "*"}}, {{Effect: Deny, Action: "sns:*List*", Resource: "*"}}]}}
actors:
  management: {{user: management/admin}}
  prod: {{user: prod/admin}}
  test: {{user: test/admin}}
  partner: {{user: partner/admin}}
"""
TOPIC = "arn:aws:sns:us-east-1:222222222222:for-members"
DENY_S3 = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:List*", "Resource": "*"}}
)
RCP = DENY_S3.replace('"Deny"', '"Deny", "Principal": "*"')


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "organization.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as made:
        yield made


@pytest.fixture
def sandbox(shared):
    shared.reset()
    return shared


def is_allowed(call, **parameters) -> bool:
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AuthorizationError"):
            raise
        return False
    return True


def test_an_account_outside_the_organization_is_no_member(sandbox):
    for actor, publishes in (("test", True), ("partner", False)):
        sns = sandbox.client("sns", actor=actor)

        assert is_allowed(sns.publish, TopicArn=TOPIC, Message="hello") is publishes


@pytest.mark.parametrize(
    ("actor", "service", "operation", "region", "allowed"),
    [
        ("prod", "sns", "list_topics", "us-east-1", True),
        ("prod", "sns", "list_topics", "eu-west-1", False),
        ("prod", "sqs", "list_queues", "us-east-1", False),
        ("test", "sns", "list_topics", "us-east-1", False),
        ("management", "sqs", "list_queues", "eu-west-1", True),
        ("partner", "sqs", "list_queues", "eu-west-1", True),
    ],
)
def test_service_control_policies_speak_the_full_language_and_bind_members_only(
    sandbox, actor, service, operation, region, allowed
):
    """https://aws.amazon.com/about-aws/whats-new/2025/09/aws-organizations-full-iam-policy-language-scps/"""
    client = sandbox.client(service, actor=actor, region_name=region)

    assert is_allowed(getattr(client, operation)) is allowed


def test_members_describe_their_organization_and_others_have_none(sandbox):
    described = [
        sandbox.client("organizations", actor=actor).describe_organization()["Organization"]
        for actor in ("management", "test")
    ]

    assert described[0] == described[1]
    assert described[0]["MasterAccountId"] == "111111111111"
    with pytest.raises(ClientError) as raised:
        sandbox.client("organizations", actor="partner").describe_organization()
    assert raised.value.response["Error"]["Code"] == "AWSOrganizationsNotInUseException"


def test_the_tree_of_the_world_is_listed(sandbox):
    organizations = sandbox.client("organizations", actor="management")
    (root,) = organizations.list_roots()["Roots"]

    (workloads,) = organizations.list_organizational_units_for_parent(ParentId=root["Id"])[
        "OrganizationalUnits"
    ]
    units = organizations.list_organizational_units_for_parent(ParentId=workloads["Id"])[
        "OrganizationalUnits"
    ]
    accounts = [
        [one["Name"] for one in organizations.list_accounts_for_parent(ParentId=unit["Id"])["Accounts"]]
        for unit in sorted(units, key=lambda unit: unit["Name"])
    ]

    assert (workloads["Name"], accounts) == ("workloads", [["prod"], ["test"]])


def test_a_policy_that_is_attached_takes_effect(sandbox):
    organizations = sandbox.client("organizations", actor="management")
    s3 = sandbox.client("s3", actor="prod")
    made = organizations.create_policy(
        Name="no-lists", Description="", Type="SERVICE_CONTROL_POLICY", Content=DENY_S3
    )
    policy = {"PolicyId": made["Policy"]["PolicySummary"]["Id"], "TargetId": "222222222222"}

    assert is_allowed(s3.list_buckets)
    organizations.attach_policy(**policy)
    assert not is_allowed(s3.list_buckets)
    organizations.detach_policy(**policy)
    assert is_allowed(s3.list_buckets)


def test_the_decision_is_the_same_before_and_after_the_first_request_to_organizations(sandbox):
    sqs, sns = sandbox.client("sqs", actor="prod"), sandbox.client("sns", actor="prod")

    before = is_allowed(sqs.list_queues), is_allowed(sns.list_topics)
    sandbox.client("organizations", actor="management").list_accounts()

    assert (is_allowed(sqs.list_queues), is_allowed(sns.list_topics)) == before == (False, True)


@pytest.mark.parametrize(
    ("type", "content"),
    [
        ("SERVICE_CONTROL_POLICY", "my policy"),
        ("SERVICE_CONTROL_POLICY", DENY_S3.replace('"Resource"', '"Principal": "*", "Resource"')),
        ("RESOURCE_CONTROL_POLICY", DENY_S3),
        ("RESOURCE_CONTROL_POLICY", DENY_S3.replace('"Deny"', '"Allow", "Principal": "*"')),
    ],
)
def test_a_malformed_policy_is_rejected(sandbox, type, content):
    organizations = sandbox.client("organizations", actor="management")

    with pytest.raises(ClientError) as raised:
        organizations.create_policy(Name="bad", Description="", Type=type, Content=content)

    assert raised.value.response["Error"] == {
        "Code": "MalformedPolicyDocumentException",
        "Message": "The provided policy document does not meet the requirements of the specified policy type.",
    }


# https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
def test_a_new_organization_has_service_control_policies_and_must_enable_other_types(sandbox):
    organizations = sandbox.client("organizations", actor="partner")
    organizations.create_organization(FeatureSet="ALL")
    (root,) = organizations.list_roots()["Roots"]
    service, resource = (
        {
            "PolicyId": organizations.create_policy(
                Name=type.lower(), Description="", Type=type, Content=content
            )["Policy"]["PolicySummary"]["Id"],
            "TargetId": root["Id"],
        }
        for type, content in (("SERVICE_CONTROL_POLICY", DENY_S3), ("RESOURCE_CONTROL_POLICY", RCP))
    )

    organizations.attach_policy(**service)
    with pytest.raises(organizations.exceptions.PolicyTypeNotEnabledException):
        organizations.attach_policy(**resource)
    organizations.enable_policy_type(RootId=root["Id"], PolicyType="RESOURCE_CONTROL_POLICY")
    organizations.attach_policy(**resource)


def test_only_the_management_account_and_delegated_administrators_manage_the_organization(sandbox):
    # https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
    management, member, outsider = (
        sandbox.client("organizations", actor=actor) for actor in ("management", "prod", "partner")
    )
    scp = {"Name": "x", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY_S3}

    with pytest.raises(member.exceptions.AccessDeniedException):
        member.list_accounts()
    with pytest.raises(outsider.exceptions.AWSOrganizationsNotInUseException):
        outsider.list_accounts()

    management.enable_aws_service_access(ServicePrincipal="guardduty.amazonaws.com")
    management.register_delegated_administrator(
        AccountId="222222222222", ServicePrincipal="guardduty.amazonaws.com"
    )
    assert len(member.list_accounts()["Accounts"]) == 3
    with pytest.raises(member.exceptions.AccessDeniedException):
        member.create_policy(**scp)


def test_a_policy_that_is_detached_is_a_change_of_access(sandbox):
    sandbox.remember_access()
    organizations = sandbox.client("organizations", actor="management")
    root = organizations.list_roots()["Roots"][0]["Id"]
    workloads = organizations.list_children(ParentId=root, ChildType="ORGANIZATIONAL_UNIT")["Children"][0][
        "Id"
    ]
    assert sandbox.changes_of_access() == []

    made = organizations.create_policy(
        Content=DENY_S3, Description="", Name="no-s3", Type="SERVICE_CONTROL_POLICY"
    )
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=workloads)

    assert [str(one) for one in sandbox.changes_of_access()] == [
        "the service control policies of the account prod",
        "the service control policies of the account test",
    ]
