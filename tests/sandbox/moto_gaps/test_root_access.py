"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html"""

import boto3
import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = """
world: root-access
accounts:
  management:
    id: "111111111111"
    users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}, nobody: {}}
  member:
    id: "222222222222"
    users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
    buckets: {locked: {}}
organization: {management_account: management, accounts: [management, member]}
actors:
  admin: {user: management/admin}
  nobody: {user: management/nobody}
  member: {user: member/admin}
"""
UNLOCK = {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "root-access.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


@pytest.fixture
def enabled(lab):
    lab.client("organizations", actor="admin").enable_aws_service_access(
        ServicePrincipal="iam.amazonaws.com"
    )
    iam = lab.client("iam", actor="admin")
    yield iam.enable_organizations_root_sessions()
    iam.disable_organizations_root_sessions()


def code_of(call, **parameters):
    with pytest.raises(ClientError) as failed:
        call(**parameters)
    return failed.value.response["Error"]["Code"]


def test_trusted_access_comes_first(lab):
    iam = lab.client("iam", actor="admin")

    assert code_of(iam.enable_organizations_root_sessions) == "ServiceAccessNotEnabledException"


def test_a_member_account_manages_nothing(lab):
    iam = lab.client("iam", actor="member")

    assert (
        code_of(iam.list_organizations_features) == "AccountNotManagementOrDelegatedAdministratorException"
    )


def test_features_are_listed(lab, enabled):
    iam = lab.client("iam", actor="admin")

    assert enabled["EnabledFeatures"] == ["RootSessions"]
    assert iam.list_organizations_features()["EnabledFeatures"] == ["RootSessions"]


def test_the_root_user_of_a_member_performs_one_task(lab, enabled):
    sts = lab.client("sts", actor="admin")
    keys = sts.assume_root(TargetPrincipal="222222222222", TaskPolicyArn=UNLOCK)["Credentials"]
    root = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
    identity = root.client("sts", endpoint_url=lab.endpoint).get_caller_identity()

    assert identity["Arn"] == "arn:aws:iam::222222222222:root"
    s3 = root.client("s3", endpoint_url=lab.endpoint)
    s3.delete_bucket_policy(Bucket="locked")
    assert code_of(s3.delete_bucket, Bucket="locked") == "AccessDenied"
    iam = root.client("iam", endpoint_url=lab.endpoint)
    assert code_of(iam.list_users) == "AccessDenied"


@pytest.mark.parametrize(
    ("actor", "target"), [("nobody", "222222222222"), ("member", "222222222222"), ("admin", "111111111111")]
)
def test_others_are_denied(lab, enabled, actor, target):
    sts = lab.client("sts", actor=actor)

    assert code_of(sts.assume_root, TargetPrincipal=target, TaskPolicyArn=UNLOCK) == "AccessDenied"


def test_sessions_must_be_enabled(lab):
    sts = lab.client("sts", actor="admin")

    assert code_of(sts.assume_root, TargetPrincipal="222222222222", TaskPolicyArn=UNLOCK) == "AccessDenied"


def test_only_the_documented_tasks_exist(lab, enabled):
    sts = lab.client("sts", actor="admin")
    task = {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}

    assert code_of(sts.assume_root, TargetPrincipal="222222222222", TaskPolicyArn=task) == "ValidationError"


def test_a_delegated_administrator_assumes_root_too(lab, enabled):
    lab.client("organizations", actor="admin").register_delegated_administrator(
        AccountId="222222222222", ServicePrincipal="iam.amazonaws.com"
    )
    sts = lab.client("sts", actor="member")

    assert sts.assume_root(TargetPrincipal="222222222222", TaskPolicyArn=UNLOCK)["Credentials"]
