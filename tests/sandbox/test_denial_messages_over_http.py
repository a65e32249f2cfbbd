"""What a denied caller learns, as AWS says since January 2026.

https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
"""

import json
import re

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = """
world: denial-messages
accounts:
  management: {id: "999900001111"}
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
      dana:
        managed_policies: ["arn:aws:iam::aws:policy/AWSDenyAll"]
      eve:
        policies: {none: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "*", Resource: "*"}]}}
    buckets:
      acme-reports: {}
    roles:
      reader:
        managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]
        trust:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "sts:AssumeRole"}]
  partner: {id: "222233334444", buckets: {partner-files: {}}, topics: &topics {news: {}}}
  outside: {id: "333344445555", buckets: {outside-files: {}}, topics: *topics}
organization:
  management_account: management
  accounts: [management, main, partner]
  resource_control_policies:
    partner:
      - {Version: "2012-10-17", Statement: [{Effect: Deny, Principal: "*", Action: "s3:DeleteObject", Resource: "*"}]}
  service_control_policies:
    main:
      - {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
      - {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "sqs:*", Resource: "*"}]}
actors:
  admin: {user: main/admin}
  dana: {user: main/dana}
  eve: {user: main/eve}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "denial-messages.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


def message(call, **parameters):
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Message"]


def test_a_managed_policy_that_denies_is_named(lab):
    assert message(lab.client("iam", actor="dana").list_roles).endswith(
        "with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSDenyAll"
    )


def test_an_inline_policy_that_denies_is_not_named(lab):
    assert message(lab.client("iam", actor="eve").list_roles).endswith(
        "with an explicit deny in an identity-based policy"
    )


def test_a_service_control_policy_that_denies_is_named_in_the_management_account(lab):
    assert re.fullmatch(
        r".* with an explicit deny in a service control policy: "
        r"arn:aws:organizations::999900001111:policy/o-[a-z0-9]{10}/service_control_policy/p-[a-z0-9]{8}",
        message(lab.client("sqs", actor="admin").list_queues),
    )


def test_a_managed_session_policy_that_denies_is_named(lab):
    credentials = lab.client("sts", actor="admin").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/reader",
        RoleSessionName="test",
        PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AWSDenyAll"}],
    )["Credentials"]
    iam = lab.session(actor="admin").client(
        "iam",
        endpoint_url=lab.endpoint,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )

    assert message(iam.list_roles).endswith(
        "with an explicit deny in a session policy: arn:aws:iam::aws:policy/AWSDenyAll"
    )


def test_a_permissions_boundary_that_denies_is_named(lab):
    iam = lab.client("iam", actor="admin")
    denies = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    arn = iam.create_policy(PolicyName="limits", PolicyDocument=json.dumps(denies))["Policy"]["Arn"]
    iam.create_user(UserName="bounded", PermissionsBoundary=arn)
    key = iam.create_access_key(UserName="bounded")["AccessKey"]
    bounded = lab.session(actor="admin").client(
        "iam",
        endpoint_url=lab.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=None,
    )

    assert message(bounded.list_roles).endswith(f"with an explicit deny in a permissions boundary: {arn}")


def test_s3_introduces_the_arn_in_its_own_words(lab):
    s3 = lab.client("s3", actor="dana")

    assert message(s3.get_object, Bucket="acme-reports", Key="q1.csv").endswith(
        'on resource: "arn:aws:s3:::acme-reports/q1.csv" with an explicit deny in an identity-based policy, '
        "with policy ARN: arn:aws:iam::aws:policy/AWSDenyAll"
    )


# https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
NEWS = "arn:aws:sns:us-east-1:{}:news"
OBJECT = ' on resource: "arn:aws:s3:::partner-files/k"'
ACROSS_ACCOUNTS = [
    # In one organization, the message names the reason, and the policy if it isn't of the resource.
    (
        "dana",
        "partner",
        "s3:GetObject",
        f"{OBJECT} with an explicit deny in an identity-based policy, .*AWSDenyAll",
    ),
    (
        "admin",
        "partner",
        "s3:GetObject",
        f"{OBJECT} because no resource-based policy allows the s3:GetObject action",
    ),
    (
        "admin",
        "partner",
        "s3:DeleteObject",
        f"{OBJECT} with an explicit deny in a resource control policy, .*:policy/o-.*",
    ),
    (
        "dana",
        "partner",
        "sns:Publish",
        ".* with an explicit deny in an identity-based policy: .*AWSDenyAll",
    ),
    (
        "admin",
        "partner",
        "sns:Publish",
        ".* because no resource-based policy allows the sns:Publish action",
    ),
    # Outside of the organization there is no reason, whichever policy denies the request.
    *(
        (
            actor,
            "outside",
            action,
            f" on resource: {NEWS.format(333344445555)}" if action == "sns:Publish" else None,
        )
        for actor in ("admin", "dana", "eve")
        for action in ("s3:GetObject", "s3:DeleteObject", "sns:Publish")
    ),
]


@pytest.mark.parametrize(("actor", "owner", "action", "end"), ACROSS_ACCOUNTS)
def test_only_callers_of_the_same_organization_see_why(lab, actor, owner, action, end):
    account = {"partner": "222233334444", "outside": "333344445555"}[owner]
    service, _, name = action.partition(":")
    call = {"GetObject": "get_object", "DeleteObject": "delete_object", "Publish": "publish"}[name]
    named = {"Bucket": f"{owner}-files", "Key": "k"}
    parameters = named if service == "s3" else {"TopicArn": NEWS.format(account), "Message": "x"}
    start = f"User: arn:aws:iam::111122223333:user/{actor} is not authorized to perform: {action}"
    pattern = "Access Denied" if end is None else f"{start}{end}"

    denial = message(getattr(lab.client(service, actor=actor), call), **parameters)

    assert re.fullmatch(pattern, denial)
    # The sandbox itself shows which policy decided.
    assert action in str(lab.explain())
