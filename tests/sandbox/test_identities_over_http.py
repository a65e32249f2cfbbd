"""Principals that come and go, users' boundaries, and EC2's encoded messages, by real boto3."""

import json
import random
import re
import string
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/for-dana"
DANA = f"arn:aws:iam::{ACCOUNT}:user/dana"


@pytest.fixture(scope="module")
def world():
    with Sandbox(Path(__file__).parent / "worlds" / "identities.yaml") as sandbox:
        yield sandbox


@pytest.fixture
def lab(world):
    world.reset()
    return world


def refused(call, **parameters) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def trusting(principal) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def replace_dana(lab) -> dict:
    """Deletes dana, and makes another user of that name."""
    iam = lab.client("iam", actor="admin")
    for key in iam.list_access_keys(UserName="dana")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="dana", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="dana")
    iam.create_user(UserName="dana")
    return iam.create_access_key(UserName="dana")["AccessKey"]


def test_a_trust_policy_shows_the_unique_id_of_a_deleted_user(lab):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users
    iam = lab.client("iam", actor="admin")
    unique_id = iam.get_user(UserName="dana")["User"]["UserId"]

    replace_dana(lab)

    trust = iam.get_role(RoleName="for-dana")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"]["Principal"] == {"AWS": unique_id}
    assert unique_id.startswith("AIDA")


def test_a_new_user_of_the_same_name_is_not_the_one_that_was_trusted(lab):
    key = replace_dana(lab)
    credentials = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}

    sts, s3 = (lab.client(service, credentials=credentials) for service in ("sts", "s3"))

    assert refused(sts.assume_role, RoleArn=ROLE, RoleSessionName="test")[0] == "AccessDenied"
    assert refused(s3.list_objects_v2, Bucket="shared")[0] == "AccessDenied"
    assert lab.client("s3", actor="clerk").list_objects_v2(Bucket="shared")["KeyCount"] == 0


def test_saving_the_trust_policy_again_trusts_the_new_user(lab):
    key = replace_dana(lab)
    lab.client("iam", actor="admin").update_assume_role_policy(
        RoleName="for-dana", PolicyDocument=trusting(DANA)
    )

    credentials = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}
    assert lab.client("sts", credentials=credentials).assume_role(RoleArn=ROLE, RoleSessionName="test")


def test_a_deletion_that_fails_changes_no_policy(lab):
    iam = lab.client("iam", actor="admin")

    assert refused(iam.delete_user, UserName="dana")[0] == "DeleteConflict"  # it has an access key

    trust = iam.get_role(RoleName="for-dana")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"]["Principal"] == {"AWS": DANA}


@pytest.mark.parametrize(
    "principal",
    [f"arn:aws:iam::{ACCOUNT}:user/nobody", f"arn:aws:iam::{ACCOUNT}:role/none", "AIDAQQQQQQQQQQQQQQQQQ"],
)
def test_a_trust_policy_cannot_name_a_principal_that_is_not_there(lab, principal):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html
    iam = lab.client("iam", actor="admin")

    answer = refused(iam.create_role, RoleName="new", AssumeRolePolicyDocument=trusting(principal))

    assert answer == ("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{principal}"')


def test_nor_can_a_bucket_policy(lab):
    policy = json.loads(trusting(f"arn:aws:iam::{ACCOUNT}:user/nobody"))
    policy["Statement"][0] |= {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shared"}

    code, message = refused(
        lab.client("s3", actor="admin").put_bucket_policy, Bucket="shared", Policy=json.dumps(policy)
    )

    assert (code, message) == ("MalformedPolicy", "Invalid principal in policy")


def test_a_boundary_put_on_a_user_holds_at_once_and_until_it_is_taken_away(lab):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    iam, s3 = lab.client("iam", actor="admin"), lab.client("s3", actor="clerk")
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/only-listing"

    iam.put_user_permissions_boundary(UserName="clerk", PermissionsBoundary=boundary)
    user_boundary = iam.get_user(UserName="clerk")["User"]["PermissionsBoundary"]
    code, message = refused(s3.create_bucket, Bucket="new-bucket-of-clerk")
    iam.delete_user_permissions_boundary(UserName="clerk")

    assert user_boundary == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    assert code == "AccessDenied"
    assert message.endswith("because no permissions boundary allows the s3:CreateBucket action")
    assert s3.create_bucket(Bucket="new-bucket-of-clerk")
    assert "PermissionsBoundary" not in iam.get_user(UserName="clerk")["User"]


def test_a_user_may_be_created_with_a_boundary(lab):
    iam = lab.client("iam", actor="admin")
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/only-listing"

    iam.create_user(UserName="bounded", PermissionsBoundary=boundary)

    user_boundary = iam.get_user(UserName="bounded")["User"]["PermissionsBoundary"]
    assert user_boundary["PermissionsBoundaryArn"] == boundary


@pytest.mark.parametrize("operation", ["create_user", "put_user_permissions_boundary"])
def test_a_boundary_that_is_no_policy_is_refused(lab, operation):
    call = getattr(lab.client("iam", actor="admin"), operation)
    name = "new" if operation == "create_user" else "clerk"

    code, _ = refused(call, UserName=name, PermissionsBoundary=f"arn:aws:iam::{ACCOUNT}:policy/none")

    assert code == "NoSuchEntity"


def test_only_callers_who_may_decode_a_denial_of_ec2_see_its_reason(lab):
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
    code, message = refused(
        lab.client("ec2", actor="clerk").terminate_instances, InstanceIds=["i-0123456789abcdef0"]
    )
    text, _, encoded = message.partition(" Encoded authorization failure message: ")
    answer = lab.client("sts", actor="admin").decode_authorization_message(EncodedMessage=encoded)
    decoded = json.loads(answer["DecodedMessage"])

    assert code == "UnauthorizedOperation"
    assert text.endswith("with an explicit deny in an identity-based policy.")
    assert decoded["allowed"] is False
    assert decoded["explicitDeny"] is True
    # The elements are those of the policy: https://docs.aws.amazon.com/cli/latest/reference/sts/decode-authorization-message.html
    (matched,) = decoded["matchedStatements"]["items"]
    assert (matched["statementId"], matched["effect"]) == ("NoTermination", "DENY")
    assert matched["principals"]["items"] == [{"value": decoded["context"]["principal"]["id"]}]
    assert matched["resources"]["items"] == [{"value": "*"}]
    assert decoded["context"]["action"] == "ec2:TerminateInstances"
    assert decoded["context"]["principal"]["arn"] == f"arn:aws:iam::{ACCOUNT}:user/clerk"
    keys = {item["key"]: item["values"]["items"] for item in decoded["context"]["conditions"]["items"]}
    assert keys["aws:requestedregion"] == [{"value": "us-east-1"}]


def test_decoding_is_a_permission_of_its_own(lab):
    sts = lab.client("sts", actor="clerk")

    assert refused(sts.decode_authorization_message, EncodedMessage="abc")[0] == "AccessDenied"


def test_a_text_that_is_no_encoded_message_is_refused(lab):
    sts = lab.client("sts", actor="admin")

    answer = refused(sts.decode_authorization_message, EncodedMessage="abc")

    assert answer == ("InvalidAuthorizationMessageException", "Message is invalid")


def test_reading_operations_of_ec2_have_no_encoded_message(lab):
    _, message = refused(lab.client("ec2", actor="clerk").describe_instances)

    assert message.endswith("because no identity-based policy allows the ec2:DescribeInstances action")


def test_tags_and_policies_share_a_space_that_can_be_too_small(lab):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    letters = random.Random(1)
    tags = [
        {"Key": f"key-{number}", "Value": "".join(letters.choices(string.ascii_letters, k=200))}
        for number in range(50)
    ]
    iam = lab.client("iam", actor="admin")
    open_to_tags = json.loads(trusting(f"arn:aws:iam::{ACCOUNT}:user/admin"))
    open_to_tags["Statement"][0]["Action"] = ["sts:AssumeRole", "sts:TagSession"]
    iam.create_role(RoleName="tagged", AssumeRolePolicyDocument=json.dumps(open_to_tags))
    assume = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/tagged", "RoleSessionName": "test"}
    sts = lab.client("sts", actor="admin")

    code, message = refused(sts.assume_role, **assume, Tags=tags)

    assert code == "PackedPolicyTooLarge"
    assert "% of allotted space" in message
    assert 0 < sts.assume_role(**assume, Tags=tags[:2])["PackedPolicySize"] < 100


def test_nothing_is_deleted_while_something_hangs_on_it(lab):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
    iam = lab.client("iam", actor="admin")
    policy = f"arn:aws:iam::{ACCOUNT}:policy/only-listing"
    iam.create_group(GroupName="clerks")
    iam.add_user_to_group(GroupName="clerks", UserName="clerk")
    iam.attach_group_policy(GroupName="clerks", PolicyArn=policy)

    conflicts = [
        refused(iam.delete_user, UserName="dana"),
        refused(iam.delete_group, GroupName="clerks"),
        refused(iam.delete_policy, PolicyArn=policy),
    ]

    assert conflicts == [
        ("DeleteConflict", "Cannot delete entity, must delete access keys first."),
        ("DeleteConflict", "Cannot delete entity, must remove users from group first."),
        ("DeleteConflict", "Cannot delete a policy attached to entities."),
    ]


@pytest.mark.parametrize(
    ("create", "prefix"),
    [
        (lambda iam: iam.create_user(UserName="new")["User"]["UserId"], "AIDA"),
        (lambda iam: iam.create_group(GroupName="new")["Group"]["GroupId"], "AGPA"),
        (
            lambda iam: iam.create_instance_profile(InstanceProfileName="new")["InstanceProfile"][
                "InstanceProfileId"
            ],
            "AIPA",
        ),
    ],
)
def test_a_unique_id_tells_what_it_is_of(lab, create, prefix):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids"""
    assert re.fullmatch(prefix + "[A-Z0-9]{17}", create(lab.client("iam", actor="admin")))


def test_a_reset_restores_the_policies_of_aws(lab):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html
    iam, policy = lab.client("iam", actor="admin"), "arn:aws:iam::aws:policy/ReadOnlyAccess"
    before = iam.get_policy(PolicyArn=policy)["Policy"]
    iam.attach_user_policy(UserName="dana", PolicyArn=policy)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == before["AttachmentCount"] + 1

    lab.reset()

    assert iam.get_policy(PolicyArn=policy)["Policy"] == before
