"""Decisions that depend on what exists: keys of ciphertexts, attributes of EC2's resources, launch templates."""

import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox

ACCOUNT = "111122223333"
WORLD = """
world: state
accounts:
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
      dana: {}
    keys: {one: {alias: alias/one}, two: {alias: alias/two}}
    roles:
      web:
        trust:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]
    instance_profiles: {web: {role: web}}
actors:
  admin: {user: main/admin}
  dana: {user: main/dana}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "state.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture
def allow(lab):
    """Replace what Dana may do; each statement is an action, a resource, and a condition."""

    def write(*statements):
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
                for action, resource, condition in statements
            ],
        }
        lab.client("iam", actor="admin").put_user_policy(
            UserName="dana", PolicyName="test", PolicyDocument=json.dumps(document)
        )

    return write


def denied(call, **parameters):
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Message"]


def test_a_ciphertext_is_decrypted_with_the_permission_on_its_own_key(lab, allow):
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"""
    kms = lab.client("kms", actor="admin")
    one, two = (kms.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]["Arn"] for name in ("one", "two"))
    sealed = kms.encrypt(KeyId=one, Plaintext=b"text")["CiphertextBlob"]
    decrypt = lab.client("kms", actor="dana").decrypt

    allow(("kms:Decrypt", one, {}))
    assert decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"

    allow(("kms:Decrypt", two, {}))
    assert f"kms:Decrypt on resource: {one}" in denied(decrypt, CiphertextBlob=sealed)


@pytest.mark.slow
def test_an_instance_is_stopped_by_its_type_and_zone(lab, allow):
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"""
    ec2 = lab.client("ec2", actor="admin")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    (instance,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")[
        "Instances"
    ]
    stop = lab.client("ec2", actor="dana").stop_instances

    allow(("ec2:StopInstances", "*", {"StringEquals": {"ec2:InstanceType": "m5.large"}}))
    assert "ec2:StopInstances" in denied(stop, InstanceIds=[instance["InstanceId"]])

    allow(("ec2:StopInstances", "*", {"StringEquals": {"ec2:InstanceType": "t3.micro"}}))
    assert stop(InstanceIds=[instance["InstanceId"]])["StoppingInstances"]

    allow(("ec2:StopInstances", "*", {"StringEquals": {"ec2:AvailabilityZone": "us-east-1b"}}))
    assert "ec2:StopInstances" in denied(stop, InstanceIds=[instance["InstanceId"]])

    allow(("ec2:StopInstances", "*", {"StringEquals": {"ec2:AvailabilityZone": "us-east-1a"}}))
    assert stop(InstanceIds=[instance["InstanceId"]])["StoppingInstances"]


@pytest.mark.slow
def test_an_instance_is_launched_in_one_vpc_only(lab, allow):
    """https://docs.aws.amazon.com/vpc/latest/userguide/vpc-policy-examples.html"""
    ec2 = lab.client("ec2", actor="admin")
    image, subnet = ec2.describe_images()["Images"][0]["ImageId"], ec2.describe_subnets()["Subnets"][0]
    run = lab.client("ec2", actor="dana").run_instances
    launch = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "SubnetId": subnet["SubnetId"]}
    outside = [f"arn:aws:ec2:*:*:{type}/*" for type in ("instance", "volume", "security-group")]

    def allow_vpc(vpc):
        condition = {"ArnEquals": {"ec2:Vpc": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/{vpc}"}}
        in_vpc = ["arn:aws:ec2:*:*:subnet/*", "arn:aws:ec2:*:*:network-interface/*"]
        allow(
            ("ec2:RunInstances", [*outside, "arn:aws:ec2:*::image/*"], {}),
            ("ec2:RunInstances", in_vpc, condition),
        )

    allow_vpc("vpc-0")
    assert "network-interface/*" in denied(run, **launch)

    allow_vpc(subnet["VpcId"])
    assert run(**launch)["Instances"]


@pytest.mark.slow
def test_a_launch_template_passes_the_role_of_its_profile(lab, allow):
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html"""
    ec2 = lab.client("ec2", actor="admin")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    data = {"ImageId": image, "IamInstanceProfile": {"Name": "web"}}
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    allow(("ec2:*", "*", {}))

    message = denied(
        lab.client("ec2", actor="dana").run_instances,
        MinCount=1,
        MaxCount=1,
        LaunchTemplate={"LaunchTemplateName": "web"},
    )

    assert f"iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/web" in message


def test_signing_up_with_cognito_needs_no_credentials(lab):
    """https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html"""
    cognito = lab.client("cognito-idp", actor="admin")
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app")["UserPoolClient"][
        "ClientId"
    ]
    anyone = boto3.client(
        "cognito-idp",
        endpoint_url=lab.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )

    assert anyone.sign_up(ClientId=client, Username="eve", Password="Passw0rd!-long")["UserSub"]


def test_the_resource_behind_an_association_decides(lab, allow):
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"""
    admin, dana = lab.client("ec2", actor="admin"), lab.client("ec2", actor="dana")
    vpc = admin.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = admin.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    interface = admin.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    table = admin.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    in_table = admin.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    address = admin.allocate_address(Domain="vpc")
    to_interface = admin.associate_address(
        AllocationId=address["AllocationId"], NetworkInterfaceId=interface
    )["AssociationId"]
    second = admin.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.1.0.0/16")
    in_vpc = second["CidrBlockAssociation"]["AssociationId"]
    prefix = f"arn:aws:ec2:us-east-1:{ACCOUNT}:"
    calls = (
        (dana.disassociate_route_table, in_table, f"{prefix}route-table/{table}"),
        (dana.disassociate_address, to_interface, f"{prefix}elastic-ip/{address['AllocationId']}"),
        (dana.disassociate_vpc_cidr_block, in_vpc, f"{prefix}vpc/{vpc}"),
    )

    for call, association, resource in calls:
        allow(("ec2:Disassociate*", f"{resource}x", {}))
        assert f"on resource: {resource}" in denied(call, AssociationId=association)
        allow(("ec2:Disassociate*", resource, {}))
        call(AssociationId=association)


def test_a_task_definition_without_a_revision_is_its_latest_one(lab, allow):
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"""
    admin, dana = lab.client("ecs", actor="admin"), lab.client("ecs", actor="dana")
    admin.create_cluster(clusterName="jobs")
    for _ in range(2):
        latest = admin.register_task_definition(
            family="report", containerDefinitions=[{"name": "report", "image": "report", "memory": 128}]
        )["taskDefinition"]["taskDefinitionArn"]
    allow(("ecs:RunTask", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/report:1", {}))

    assert f"on resource: {latest}" in denied(dana.run_task, cluster="jobs", taskDefinition="report")
