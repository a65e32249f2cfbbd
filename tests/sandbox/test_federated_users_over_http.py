"""GetFederationToken and GetSessionToken, asked by real boto3.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-getfederationtoken
"""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = """\
world: federation
accounts:
  main:
    id: "111122223333"
    users:
      broker:
        policies:
          tags:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: ["sts:GetFederationToken", "sts:TagSession"], Resource: "*"}
              - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::data/${aws:PrincipalTag/who}/*"}
      plain:
        policies:
          federate: {Version: "2012-10-17", Statement: {Effect: Allow, Action: ["sts:GetFederationToken", "sts:AssumeRole"], Resource: "*"}}
    roles:
      long:
        max_session_duration: 43200
        trust: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {AWS: "111122223333"}, Action: "sts:AssumeRole"}}
    buckets:
      data:
        objects: {dana/report.txt: d, eve/report.txt: e, shared.txt: s}
        policy:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {AWS: "arn:aws:iam::111122223333:user/plain"}
            Action: s3:GetObject
            Resource: arn:aws:s3:::data/shared.txt
actors: {broker: {user: main/broker}, plain: {user: main/plain}}
"""
READ_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
)
DANA = [{"Key": "who", "Value": "dana"}]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "federation.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as made:
        yield made


def client(sandbox, service, credentials):
    return boto3.client(
        service,
        endpoint_url=sandbox.endpoint,
        region_name="us-east-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def federated(sandbox, actor, **parameters):
    answer = sandbox.client("sts", actor=actor).get_federation_token(Name="dana", **parameters)
    return client(sandbox, "s3", answer["Credentials"])


def error_of(call, **parameters) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_tags_for_a_federated_user_need_permission_for_tag_session(sandbox):
    sts = sandbox.client("sts", actor="plain")

    code, message = error_of(sts.get_federation_token, Name="dana", Tags=DANA)

    assert code == "AccessDenied"
    assert message.endswith("because no identity-based policy allows the sts:TagSession action")


def test_tags_of_a_federated_user_are_principal_tags(sandbox):
    s3 = federated(sandbox, "broker", Policy=READ_ALL, Tags=DANA)

    assert s3.get_object(Bucket="data", Key="dana/report.txt")["Body"].read() == b"d"
    assert error_of(s3.get_object, Bucket="data", Key="eve/report.txt")[0] == "AccessDenied"


def test_tags_take_space_of_the_session_policies(sandbox):
    sts = sandbox.client("sts", actor="broker")

    answer = sts.get_federation_token(Name="dana", Tags=DANA)

    assert 0 < answer["PackedPolicySize"] < 100


def test_a_bucket_policy_for_a_user_is_for_its_federated_users_too(sandbox):
    s3 = federated(sandbox, "plain", Policy=READ_ALL)

    assert s3.get_object(Bucket="data", Key="shared.txt")["Body"].read() == b"s"


def test_a_federated_user_without_a_session_policy_gets_nothing_from_its_users_bucket_policy(sandbox):
    s3 = federated(sandbox, "plain")

    assert error_of(s3.get_object, Bucket="data", Key="shared.txt")[0] == "AccessDenied"


def test_assuming_a_role_with_the_credentials_of_get_session_token_is_role_chaining(sandbox):
    """AWS describes the limit in https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining,
    and users saw it with these credentials: https://github.com/99designs/aws-vault/pull/240.
    """
    credentials = sandbox.client("sts", actor="plain").get_session_token()["Credentials"]
    sts = client(sandbox, "sts", credentials)
    role = {"RoleArn": "arn:aws:iam::111122223333:role/long", "RoleSessionName": "test"}

    code, message = error_of(sts.assume_role, **role, DurationSeconds=3601)

    assert (code, "by role chaining" in message) == ("ValidationError", True)
    assert sts.assume_role(**role, DurationSeconds=3600)["Credentials"]
