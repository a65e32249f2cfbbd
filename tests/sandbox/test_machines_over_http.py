"""What runs on AWS has credentials without keys: instances, tasks and pods, read by botocore's own providers.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, CredentialRetrievalError, MetadataRetrievalError

from programs import find_aws_cli_2
from rolecall import Sandbox

CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


@pytest.fixture(scope="module")
def world():
    with Sandbox(Path(__file__).parent / "worlds" / "machines.yaml") as sandbox:
        yield sandbox


@pytest.fixture
def lab(world):
    world.reset()
    return world


def instance_of(lab, actor) -> str:
    return lab.actors[actor].rpartition("/")[2]


def association(lab, actor="web-1") -> str:
    """The id of the association of an instance with its profile."""
    described = lab.client("ec2", actor="operator").describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [instance_of(lab, actor)]}]
    )
    return described["IamInstanceProfileAssociations"][0]["AssociationId"]


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        (
            {"Name": "webb"},
            "Value (webb) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        ),
        (
            {"Arn": "arn:aws:iam::111122223333:role/web"},
            "Value (arn:aws:iam::111122223333:role/web) for parameter iamInstanceProfile.arn is invalid. "
            "Invalid IAM Instance Profile ARN",
        ),
    ],
)
@pytest.mark.parametrize("operation", ["run_instances", "associate_iam_instance_profile"])
def test_a_profile_that_is_not_there_is_refused_as_ec2_does(lab, operation, profile, says):
    """https://github.com/lacework/go-sdk/pull/1045 and
    https://github.com/hashicorp/terraform-provider-aws/issues/27516 have the two answers of EC2."""
    ec2 = lab.client("ec2", actor="operator")
    further = (
        {"InstanceId": instance_of(lab, "bare")}
        if operation.startswith("assoc")
        else {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1}
    )

    with pytest.raises(ClientError) as refused:
        getattr(ec2, operation)(IamInstanceProfile=profile, **further)

    assert refused.value.response["Error"] == {"Code": "InvalidParameterValue", "Message": says}


def test_a_profile_without_a_role_gives_no_instance(lab):
    lab.client("iam", actor="operator").create_instance_profile(InstanceProfileName="empty")

    with pytest.raises(ClientError, match="has no associated IAM Roles"):
        lab.client("ec2", actor="operator").associate_iam_instance_profile(
            IamInstanceProfile={"Name": "empty"}, InstanceId=instance_of(lab, "bare")
        )


def metadata(lab, path, actor="web-1", *, in_container=False) -> tuple[int, str]:
    """Asks as IMDSv2 wants it: first for a token, then with it."""
    base = lab.environment(actor, in_container=in_container)["AWS_EC2_METADATA_SERVICE_ENDPOINT"].rstrip(
        "/"
    )
    ask = urllib.request.Request(
        base + "/latest/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    with urllib.request.urlopen(ask) as answer:
        token = answer.read().decode()
    ask = urllib.request.Request(base + path, headers={"X-aws-ec2-metadata-token": token})
    try:
        with urllib.request.urlopen(ask) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def who(lab, actor) -> str:
    return lab.client("sts", actor=actor).get_caller_identity()["Arn"]


def test_the_worlds_instances_are_there_to_be_described(lab):
    described = lab.client("ec2", actor="operator").describe_instances(
        InstanceIds=[instance_of(lab, "web-1")]
    )

    instance = described["Reservations"][0]["Instances"][0]
    assert instance["IamInstanceProfile"]["Arn"] == "arn:aws:iam::111122223333:instance-profile/web"
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance["State"]["Name"] == "running"


def test_metadata_and_ec2_tell_the_same_of_an_instance(lab):
    ec2, instance = lab.client("ec2", actor="operator"), instance_of(lab, "web-1")
    described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]

    document = json.loads(metadata(lab, "/latest/dynamic/instance-identity/document")[1])

    assert metadata(lab, "/latest/meta-data/local-ipv4") == (200, described["PrivateIpAddress"])
    assert document["privateIp"] == described["PrivateIpAddress"]
    assert document["imageId"] == described["ImageId"]


@pytest.mark.parametrize(
    ("key", "field"),
    [("aws:Ec2InstanceSourceVpc", "VpcId"), ("aws:Ec2InstanceSourcePrivateIPv4", "PrivateIpAddress")],
)
def test_credentials_of_an_instance_tell_where_they_were_given_out(lab, key, field):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2instancesourcevpc
    described = lab.client("ec2", actor="operator").describe_instances(
        InstanceIds=[instance_of(lab, "web-1")]
    )
    value = described["Reservations"][0]["Instances"][0][field]

    def may_list(wanted) -> bool:
        statement = {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "*",
            "Condition": {"StringEquals": {key: wanted}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        lab.client("iam", actor="operator").put_role_policy(
            RoleName="web", PolicyName="from-here", PolicyDocument=document
        )
        try:
            lab.client("s3", actor="web-1").list_objects_v2(Bucket="shop-files")
        except ClientError:
            return False
        return True

    assert may_list(value)
    assert not may_list("vpc-elsewhere")


def test_a_profile_that_is_replaced_changes_the_role_of_a_running_instance(lab):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-iam-role.html
    before = metadata(lab, CREDENTIALS)
    lab.client("ec2", actor="operator").replace_iam_instance_profile_association(
        AssociationId=association(lab), IamInstanceProfile={"Name": "batch"}
    )

    assert before == (200, "web")
    assert metadata(lab, CREDENTIALS) == (200, "batch")
    assert ":assumed-role/batch/i-" in who(lab, "web-1")


def test_a_replaced_association_has_another_id_which_is_the_same_after_a_reset(lab):
    # https://docs.aws.amazon.com/cli/latest/reference/ec2/replace-iam-instance-profile-association.html
    ids = []
    for _ in range(2):
        lab.reset()
        before = association(lab)
        replaced = lab.client("ec2", actor="operator").replace_iam_instance_profile_association(
            AssociationId=before, IamInstanceProfile={"Name": "batch"}
        )["IamInstanceProfileAssociation"]["AssociationId"]
        assert association(lab) == replaced
        ids.append((before, replaced))

    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_an_instance_whose_profile_is_detached_has_no_role(lab):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/detach-iam-role.html
    lab.client("ec2", actor="operator").disassociate_iam_instance_profile(AssociationId=association(lab))

    assert metadata(lab, CREDENTIALS)[0] == 404
    assert metadata(lab, "/latest/meta-data/instance-id") == (200, instance_of(lab, "web-1"))


def test_a_profile_can_be_attached_to_an_instance_that_had_none(lab):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/attach-iam-role.html
    before = metadata(lab, CREDENTIALS, "bare")
    lab.client("ec2", actor="operator").associate_iam_instance_profile(
        InstanceId=instance_of(lab, "bare"), IamInstanceProfile={"Name": "web"}
    )

    assert before[0] == 404
    assert metadata(lab, CREDENTIALS, "bare") == (200, "web")


def test_metadata_options_can_be_changed_while_it_runs_and_keep_what_is_not_named(lab):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
    ec2, instance = lab.client("ec2", actor="operator"), instance_of(lab, "web-1")

    ec2.modify_instance_metadata_options(InstanceId=instance, HttpPutResponseHopLimit=2)
    described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]

    assert described["MetadataOptions"]["HttpTokens"] == "required"
    assert described["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    assert described["MetadataOptions"]["HttpEndpoint"] == "enabled"


def test_a_container_gets_no_token_until_the_hop_limit_is_two(lab):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        metadata(lab, CREDENTIALS, in_container=True)
    lab.client("ec2", actor="operator").modify_instance_metadata_options(
        InstanceId=instance_of(lab, "web-1"), HttpPutResponseHopLimit=2
    )

    assert metadata(lab, CREDENTIALS, in_container=True) == (200, "web")


def test_a_stopped_instance_asks_nothing(lab):
    lab.client("ec2", actor="operator").stop_instances(InstanceIds=[instance_of(lab, "web-1")])

    with pytest.raises((urllib.error.URLError, ConnectionError)):
        metadata(lab, CREDENTIALS)


def test_botocore_renews_an_instances_credentials_by_the_sandboxs_clock(lab):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
    session = lab.session(actor="web-1")
    before = session.get_credentials().get_frozen_credentials().access_key
    sts = session.client("sts")
    sts.get_caller_identity()

    lab.clock.advance(hours=7)

    assert ":assumed-role/web/i-" in sts.get_caller_identity()["Arn"]
    assert session.get_credentials().get_frozen_credentials().access_key != before


@pytest.mark.slow
def test_so_does_a_plain_client_in_a_kernel_that_acts_as_the_instance(lab):
    program = (
        "import boto3, sys; from rolecall import Sandbox\n"
        "lab = Sandbox(sys.argv[1]); lab.use('web-1'); sts = boto3.client('sts')\n"
        "first = sts.get_caller_identity()['Arn']; lab.clock.advance(hours=7)\n"
        "assert sts.get_caller_identity()['Arn'] == first; print(first)\n"
    )
    world = Path(__file__).parent / "worlds" / "machines.yaml"

    ran = subprocess.run(
        [sys.executable, "-c", program, str(world)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ":assumed-role/web/i-" in ran.stdout, ran.stderr


def test_the_credentials_change_before_they_expire(lab):
    before = json.loads(metadata(lab, CREDENTIALS + "web")[1])
    lab.clock.advance(hours=5, minutes=50)
    after = json.loads(metadata(lab, CREDENTIALS + "web")[1])
    old = lab.client("sts", credentials=before | {"SessionToken": before["Token"]})

    assert after["AccessKeyId"] != before["AccessKeyId"]
    assert old.get_caller_identity()["Arn"] == who(
        lab, "web-1"
    )  # the old ones are good for ten minutes more


def test_a_task_has_the_role_of_its_definition(lab):
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    arn = who(lab, "worker")

    assert arn.startswith("arn:aws:sts::111122223333:assumed-role/worker/")
    assert lab.actors["worker"].startswith("arn:aws:ecs:us-east-1:111122223333:task/main/")
    assert arn.rpartition("/")[2] == lab.actors["worker"].rpartition("/")[2]
    assert lab.client("s3", actor="worker").list_buckets()["Buckets"]


def test_a_pod_has_its_role_and_tags_that_tell_where_it_runs(lab):
    # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
    s3 = lab.client("s3", actor="api")

    assert ":assumed-role/api/eks-prod-api-" in who(lab, "api")
    assert s3.list_objects_v2(Bucket="shop-files")["KeyCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="bank-files")


@pytest.mark.slow
def test_a_role_that_does_not_let_pods_tag_gives_them_nothing(lab):
    # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    with pytest.raises(
        (CredentialRetrievalError, MetadataRetrievalError), match="EKS does not have permissions to assume"
    ):
        who(lab, "broken")


def test_credentials_of_a_container_want_its_own_token(lab):
    worker, api = lab.environment("worker"), lab.environment("api")
    ask = urllib.request.Request(
        worker["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
        headers={"Authorization": api["AWS_CONTAINER_AUTHORIZATION_TOKEN"]},
    )

    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(ask)

    assert raised.value.code == 401
    assert b"AccessKeyId" not in raised.value.read()


def test_a_container_renews_by_the_sandboxs_clock(lab):
    sts = lab.client("sts", actor="worker")
    first = sts.get_caller_identity()["Arn"]

    lab.clock.advance(hours=7)

    assert sts.get_caller_identity()["Arn"] == first


@pytest.mark.slow
def test_the_aws_cli_reads_the_credentials_of_a_container(lab):
    environment = {**os.environ, **lab.environment("worker")}
    command = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]

    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.strip() == who(lab, "worker")


@pytest.mark.aws_cli_v2
@pytest.mark.parametrize("actor", ["operator", "web-1", "worker"])
@pytest.mark.slow
def test_the_aws_cli_exports_the_credentials_of_an_actor(lab, actor):
    # https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html
    ran = subprocess.run(
        [find_aws_cli_2(), "configure", "export-credentials", "--format", "process"],
        env={**os.environ, **lab.environment(actor)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ran.returncode == 0, ran.stderr
    exported = json.loads(ran.stdout)
    assert exported["Version"] == 1
    assert lab.client("sts", credentials=exported).get_caller_identity()["Arn"] == who(lab, actor)
