"""The corners of IAM that only a living sandbox can show, by their numbers; the others are in
tests/iam/test_corners.py, number 37 in test_instance_metadata.py."""

import json
import os
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox

ACCOUNT = "111122223333"
TAGGED, PLAIN = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("tagged", "plain"))
ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@pytest.fixture(scope="module")
def corners():
    with Sandbox(Path(__file__).parent / "worlds" / "corners.yaml") as sandbox:
        yield sandbox


def refused(call, **parameters) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Code"]


def assume(corners, role=TAGGED, by=None, **parameters):
    sts = corners.client("sts", credentials=by) if by else corners.client("sts", actor="admin")
    return sts.assume_role(**({"RoleArn": role, "RoleSessionName": "test"} | parameters))["Credentials"]


def test_10_a_session_token_without_mfa_reaches_neither_iam_nor_most_of_sts(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
    credentials = corners.client("sts", actor="admin").get_session_token()["Credentials"]
    sts, iam, s3 = (corners.client(service, credentials=credentials) for service in ("sts", "iam", "s3"))

    assert sts.get_caller_identity()["Arn"].endswith("user/admin")
    assert sts.assume_role(RoleArn=PLAIN, RoleSessionName="test")["Credentials"]
    assert s3.list_buckets()["Buckets"]
    assert refused(iam.list_users) == "InvalidClientTokenId"
    assert refused(sts.get_federation_token, Name="fred") == "AccessDenied"


def test_10_a_federated_user_has_what_was_passed_and_no_more(corners):
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    sts = corners.client("sts", actor="admin")
    without, with_all = (
        sts.get_federation_token(Name="fred", **passed)["Credentials"]
        for passed in ({}, {"Policy": json.dumps(ALL)})
    )

    assert refused(corners.client("s3", credentials=without).list_buckets) == "AccessDenied"
    assert corners.client("s3", credentials=with_all).list_buckets()["Buckets"]
    assert (
        refused(
            corners.client("sts", credentials=with_all).assume_role, RoleArn=PLAIN, RoleSessionName="xx"
        )
        == "AccessDenied"
    )


@pytest.mark.parametrize("duration", [899, 43201])
def test_28_a_duration_out_of_bounds_is_refused_and_not_clipped(corners, duration):
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    sts = corners.client("sts", actor="admin", config=Config(parameter_validation=False))

    assert (
        refused(sts.assume_role, RoleArn=PLAIN, RoleSessionName="test", DurationSeconds=duration)
        == "ValidationError"
    )


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("ab", True),
        ("a" * 64, True),
        ("a+=,.@-_Z9", True),
        ("a", False),
        ("a" * 65, False),
        ("a b", False),
        ("a/b", False),
    ],
)
def test_29_a_sessions_name_keeps_to_its_alphabet_and_length(corners, name, good):
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    sts = corners.client("sts", actor="admin", config=Config(parameter_validation=False))
    asked = {"RoleArn": PLAIN, "RoleSessionName": name}

    if good:
        assert sts.assume_role(**asked)["AssumedRoleUser"]["Arn"].endswith(f"/{name}")
    else:
        assert refused(sts.assume_role, **asked) == "ValidationError"


def test_30_passing_tags_wants_tagsession_in_the_trust_policy_too(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    sts = corners.client("sts", actor="admin")
    tags = [{"Key": "team", "Value": "blue"}]

    assert refused(sts.assume_role, RoleArn=PLAIN, RoleSessionName="test", Tags=tags) == "AccessDenied"
    assert sts.assume_role(RoleArn=TAGGED, RoleSessionName="test", Tags=tags)["Credentials"]


def test_30_a_session_tag_overrides_the_roles_own(corners):
    own = corners.client("s3", credentials=assume(corners))
    passed = corners.client("s3", credentials=assume(corners, Tags=[{"Key": "Team", "Value": "blue"}]))

    assert own.list_objects_v2(Bucket="red-files")["KeyCount"] == 0
    assert refused(own.list_objects_v2, Bucket="blue-files") == "AccessDenied"
    assert passed.list_objects_v2(Bucket="blue-files")["KeyCount"] == 0
    assert refused(passed.list_objects_v2, Bucket="red-files") == "AccessDenied"


def test_30_transitive_tags_ride_along_a_chain_and_cannot_be_overridden(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
    first = assume(corners, Tags=[{"Key": "team", "Value": "blue"}], TransitiveTagKeys=["team"])
    second = corners.client("s3", credentials=assume(corners, by=first))
    sts = corners.client("sts", credentials=first)

    assert second.list_objects_v2(Bucket="blue-files")["KeyCount"] == 0
    for key in ("team", "Team"):
        # The keys of tags are not case-sensitive.
        again = [{"Key": key, "Value": "red"}]
        code = refused(sts.assume_role, RoleArn=TAGGED, RoleSessionName="test", Tags=again)
        assert code == "InvalidParameterValue"


def test_31_a_source_identity_wants_its_permission_stays_and_cannot_be_changed(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    sts = corners.client("sts", actor="admin")
    assert (
        refused(sts.assume_role, RoleArn=PLAIN, RoleSessionName="test", SourceIdentity="dana")
        == "AccessDenied"
    )

    first = sts.assume_role(RoleArn=TAGGED, RoleSessionName="test", SourceIdentity="dana")
    onward = corners.client("sts", credentials=first["Credentials"])
    second = onward.assume_role(RoleArn=TAGGED, RoleSessionName="test")

    assert (first["SourceIdentity"], second["SourceIdentity"]) == ("dana", "dana")
    assert (
        refused(onward.assume_role, RoleArn=TAGGED, RoleSessionName="test", SourceIdentity="eve")
        == "AccessDenied"
    )


@pytest.mark.parametrize(
    ("passed", "action"),
    [
        # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
        ({"Tags": [{"Key": "team", "Value": "blue"}], "TransitiveTagKeys": ["team"]}, "sts:TagSession"),
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
        ({"SourceIdentity": "dana"}, "sts:SetSourceIdentity"),
    ],
)
def test_what_a_session_passes_on_in_a_chain_needs_its_permission_again(corners, passed, action):
    sts = corners.client("sts", credentials=assume(corners, **passed))

    with pytest.raises(ClientError, match=action):
        sts.assume_role(RoleArn=PLAIN, RoleSessionName="test")


def test_a_session_gets_no_credentials_of_a_user(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
    sts = corners.client("sts", credentials=assume(corners, role=PLAIN))

    with pytest.raises(ClientError, match="Cannot call GetSessionToken with session credentials"):
        sts.get_session_token()


def test_no_session_tag_has_the_prefix_of_aws(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_naming
    sts = corners.client("sts", actor="admin")
    reserved = [{"Key": "AWS:team", "Value": "red"}]

    code = refused(sts.assume_role, RoleArn=TAGGED, RoleSessionName="test", Tags=reserved)
    assert code == "ValidationError"


def test_32_each_call_is_decided_by_the_policies_of_now(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    iam = corners.client("iam", actor="admin")
    session = corners.client("s3", credentials=assume(corners))
    assert session.list_objects_v2(Bucket="red-files")["KeyCount"] == 0
    issued_before = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2999-01-01T00:00:00Z"}},
    }

    iam.put_role_policy(
        RoleName="tagged",
        PolicyName="AWSRevokeOlderSessions",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": issued_before}),
    )

    assert refused(session.list_objects_v2, Bucket="red-files") == "AccessDenied"
    iam.delete_role_policy(RoleName="tagged", PolicyName="AWSRevokeOlderSessions")
    assert session.list_objects_v2(Bucket="red-files")["KeyCount"] == 0


def test_35_a_profile_holds_one_role_at_most_and_its_name_is_not_the_roles(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
    iam = corners.client("iam", actor="admin")

    profile = iam.get_instance_profile(InstanceProfileName="on-web")["InstanceProfile"]

    assert [role["RoleName"] for role in profile["Roles"]] == ["web"]
    assert (
        refused(iam.add_role_to_instance_profile, InstanceProfileName="on-web", RoleName="other")
        == "LimitExceeded"
    )


def test_35_handing_a_role_to_a_machine_wants_passrole_on_it(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    iam = corners.client("iam", actor="operator")
    for name in ("new", "newer"):
        iam.create_instance_profile(InstanceProfileName=name)

    iam.add_role_to_instance_profile(InstanceProfileName="new", RoleName="web")

    with pytest.raises(
        ClientError, match=r"iam:PassRole on resource: arn:aws:iam::111122223333:role/other"
    ):
        iam.add_role_to_instance_profile(InstanceProfileName="newer", RoleName="other")


def test_36_an_instances_session_is_named_after_it_and_tells_where_it_came_from(corners):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2-sourceinstancearn
    instance = corners.actors["web-1"].rpartition("/")[2]

    arn = corners.client("sts", actor="web-1").get_caller_identity()["Arn"]
    listed = corners.client("s3", actor="web-1").list_objects_v2(Bucket="red-files")

    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/web/{instance}"
    assert listed["KeyCount"] == 0


def test_38_keys_left_in_the_environment_shadow_the_instances_role(corners, monkeypatch):
    # https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
    keys = corners.environment("admin")
    for name, value in corners.environment("web-1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)

    def who() -> str:
        return boto3.Session().client("sts").get_caller_identity()["Arn"].rpartition(":")[2]

    assert who().startswith("assumed-role/web/")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, keys[name])
    assert who() == "user/admin"
    assert os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"]


def test_a_conditional_deny_of_a_bucket_denies_only_those_it_names(corners):
    """moto reads bucket policies too, without conditions or principals; what was allowed it must do.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    """
    admin = corners.client("s3", actor="admin")
    admin.create_bucket(Bucket="guarded")
    admin.put_object(Bucket="guarded", Key="x", Body=b"x")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:DeleteObject"],
        "Resource": "arn:aws:s3:::guarded/*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/admin"}},
    }
    document = {"Version": "2012-10-17", "Statement": statement}
    admin.put_bucket_policy(Bucket="guarded", Policy=json.dumps(document))

    assert admin.get_object(Bucket="guarded", Key="x")["Body"].read() == b"x"
    assert (
        refused(corners.client("s3", actor="operator").get_object, Bucket="guarded", Key="x")
        == "AccessDenied"
    )
    deleted = admin.delete_objects(Bucket="guarded", Delete={"Objects": [{"Key": "x"}]})
    assert [one["Key"] for one in deleted["Deleted"]] == ["x"]
