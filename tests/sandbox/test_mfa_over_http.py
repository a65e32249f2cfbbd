"""MFA with a virtual device, asked by real boto3.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
"""

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox, SandboxError

WORLD = """\
world: mfa
accounts:
  main:
    id: "111122223333"
    users:
      dana:
        mfa: true
        policies:
          all-with-mfa:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: "s3:ListAllMyBuckets", Resource: "*", Condition: {Bool: {"aws:MultiFactorAuthPresent": "true"}}}
              - Effect: Allow
                Action: ["iam:GetUser", "iam:*AccessKey*"]
                Resource: "arn:aws:iam::*:user/${aws:username}"
                Condition: {Bool: {"aws:MultiFactorAuthPresent": "true"}}
              - {Effect: Allow, Action: "iam:ListUsers", Resource: "*", Condition: {NumericLessThan: {"aws:MultiFactorAuthAge": "3600"}}}
      eve: {}
    roles:
      guarded:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {AWS: "arn:aws:iam::111122223333:user/dana"}
            Action: sts:AssumeRole
            Condition: {Bool: {"aws:MultiFactorAuthPresent": "true"}}
actors: {dana: {user: main/dana}, eve: {user: main/eve}}
"""
ROLE = {"RoleArn": "arn:aws:iam::111122223333:role/guarded", "RoleSessionName": "test"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "mfa.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture
def mfa(shared):
    shared.reset()
    return shared


def shown(sandbox, actor="dana") -> dict[str, str]:
    serial, code = sandbox.mfa(actor)
    return {"SerialNumber": serial, "TokenCode": code}


def refused(call, **parameters) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Code"]


def test_a_role_that_wants_mfa_opens_with_the_devices_code_only(mfa):
    sts = mfa.client("sts", actor="dana")

    assert refused(sts.assume_role, **ROLE) == "AccessDenied"
    assert sts.assume_role(**ROLE, **shown(mfa))["Credentials"]


def test_a_session_token_with_mfa_carries_it_to_every_call(mfa):
    without = mfa.client("s3", actor="dana")
    credentials = mfa.client("sts", actor="dana").get_session_token(**shown(mfa))["Credentials"]

    assert refused(without.list_buckets) == "AccessDenied"
    assert mfa.client("s3", credentials=credentials).list_buckets()["Buckets"] == []


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
def test_a_session_with_mfa_rotates_the_access_key_of_its_user(mfa):
    credentials = mfa.client("sts", actor="dana").get_session_token(**shown(mfa))["Credentials"]
    iam = mfa.client("iam", credentials=credentials)

    created = iam.create_access_key()["AccessKey"]
    iam.update_access_key(AccessKeyId=created["AccessKeyId"], Status="Inactive")
    states = {one["AccessKeyId"]: one["Status"] for one in iam.list_access_keys()["AccessKeyMetadata"]}
    iam.delete_access_key(AccessKeyId=created["AccessKeyId"])

    assert (iam.get_user()["User"]["UserName"], created["UserName"]) == ("dana", "dana")
    assert states[created["AccessKeyId"]] == "Inactive"


def test_the_age_of_the_proof_counts(mfa):
    credentials = mfa.client("sts", actor="dana").get_session_token(**shown(mfa))["Credentials"]
    iam = mfa.client("iam", credentials=credentials)

    assert iam.list_users()["Users"]
    mfa.clock.advance(hours=1, seconds=1)
    assert refused(iam.list_users) == "AccessDenied"


@pytest.mark.parametrize(
    "wrong", [{"TokenCode": "000000"}, {"SerialNumber": "arn:aws:iam::111122223333:mfa/other"}]
)
def test_a_wrong_code_or_another_device_is_refused(mfa, wrong):
    asked = shown(mfa) | wrong

    assert refused(mfa.client("sts", actor="dana").assume_role, **ROLE, **asked) == "AccessDenied"


def test_another_users_device_is_rejected(mfa):
    assert refused(mfa.client("sts", actor="eve").get_session_token, **shown(mfa)) == "AccessDenied"


def test_a_code_works_once(mfa):
    sts, code = mfa.client("sts", actor="dana"), shown(mfa)
    sts.assume_role(**ROLE, **code)

    assert refused(sts.assume_role, **ROLE, **code) == "AccessDenied"
    mfa.clock.advance(seconds=60)
    assert sts.assume_role(**ROLE, **shown(mfa))["Credentials"]


def test_an_actor_without_a_device_is_reported(mfa):
    with pytest.raises(SandboxError, match="'eve' is not a user with an MFA device"):
        mfa.mfa("eve")
