"""Every way to change who can do what is found, and what changes nothing about access isn't."""

import json

import pytest

from rolecall import Sandbox
from rolecall.course import find_course

pytestmark = pytest.mark.slow

ACCOUNT = "111122223333"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/guardrails"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}],
    }
)
OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:*", "Resource": "arn:aws:s3:::acme-notes/*"}
        ],
    }
)  # fmt: skip

# The call, its parameters, and what was changed.
CHANGES = [
    ("iam.update_assume_role_policy", {"RoleName": "reader", "PolicyDocument": TRUST}, ["the trust policy of the role reader"]),
    ("iam.put_role_policy", {"RoleName": "reader", "PolicyName": "p", "PolicyDocument": ALLOW}, ["the policies of the role reader"]),
    ("iam.delete_role_policy", {"RoleName": "reader", "PolicyName": "read"}, ["the policies of the role reader"]),
    ("iam.attach_user_policy", {"UserName": "dana", "PolicyArn": ADMINISTRATOR}, ["the policies of the user dana"]),
    ("iam.detach_user_policy", {"UserName": "frank", "PolicyArn": POLICY}, ["the policies of the user frank"]),
    ("iam.put_user_permissions_boundary", {"UserName": "dana", "PermissionsBoundary": POLICY}, ["the permissions boundary of the user dana"]),
    ("iam.create_policy_version", {"PolicyArn": POLICY, "PolicyDocument": ALLOW, "SetAsDefault": True}, ["the default version of the managed policy guardrails"]),
    ("iam.create_policy_version", {"PolicyArn": POLICY, "PolicyDocument": ALLOW}, []),
    ("iam.create_policy", {"PolicyName": "unused", "PolicyDocument": ALLOW}, []),
    ("iam.create_user", {"UserName": "mallory"}, ["the user mallory"]),
    ("iam.create_role", {"RoleName": "back-door", "AssumeRolePolicyDocument": TRUST}, ["the role back-door"]),
    ("iam.delete_user_policy", {"UserName": "admin", "PolicyName": "everything"}, ["the policies of the user admin"]),
    ("iam.create_access_key", {"UserName": "dana"}, ["the access keys of the user dana"]),
    ("iam.create_login_profile", {"UserName": "dana", "Password": "Correct-horse-9-battery"}, ["the password of the user dana"]),
    ("iam.tag_role", {"RoleName": "reader", "Tags": [{"Key": "team", "Value": "x"}]}, ["the tags of the role reader"]),
    ("iam.update_role", {"RoleName": "reader", "MaxSessionDuration": 43200}, ["the session duration of the role reader"]),
    ("iam.update_role", {"RoleName": "reader", "Description": "reads"}, []),
    ("iam.remove_role_from_instance_profile", {"InstanceProfileName": "tool", "RoleName": "tool"}, ["the role of the instance profile tool"]),
    ("s3.put_bucket_policy", {"Bucket": "acme-notes", "Policy": OPEN}, ["the policy of the bucket acme-notes"]),
    ("s3.delete_public_access_block", {"Bucket": "acme-notes"}, ["the Block Public Access of the bucket acme-notes"]),
    ("s3.put_object", {"Bucket": "acme-notes", "Key": "second.txt"}, []),
    ("s3.create_bucket", {"Bucket": "acme-more"}, []),
    ("ec2.describe_instances", {}, []),
    ("kms.list_keys", {}, []),
]  # fmt: skip


@pytest.fixture(scope="module")
def annex():
    with Sandbox("annex", course=find_course().folder) as sandbox:
        yield sandbox


@pytest.mark.parametrize(("call", "parameters", "expected"), CHANGES, ids=lambda value: str(value)[:40])
def test_a_change_is_found(annex, call, parameters, expected):
    annex.reset()
    annex.remember_access()
    service, _, method = call.partition(".")
    client = annex.client(service, actor="admin")

    getattr(client, method)(**parameters)

    assert [str(one) for one in annex.changes_of_access()] == expected


def test_an_instance_and_a_key_are_compared_although_they_are_created_later(annex):
    annex.reset()
    annex.remember_access()
    ec2, kms = (annex.client(one, actor="admin") for one in ("ec2", "kms"))
    tool = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    ec2.modify_instance_metadata_options(InstanceId=tool, HttpTokens="optional")
    key = kms.describe_key(KeyId="alias/delegated")["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=TRUST.replace("sts:AssumeRole", "kms:*"))

    changed = [str(one) for one in annex.changes_of_access()]
    assert "the metadata options of the instance tool-1" in changed
    assert f"the policy of the key {key}" in changed


def test_what_is_changed_back_in_another_form_is_no_change(annex):
    annex.reset()
    annex.remember_access()
    iam = annex.client("iam", actor="admin")
    trust = iam.get_role(RoleName="reader")["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName="reader", PolicyDocument=TRUST)
    statement = {**trust["Statement"][0], "Sid": "Statement1", "Condition": {}}

    back = json.dumps({**trust, "Statement": [{**statement, "Action": ["sts:AssumeRole"]}]})
    iam.update_assume_role_policy(RoleName="reader", PolicyDocument=back)

    assert annex.changes_of_access() == []
