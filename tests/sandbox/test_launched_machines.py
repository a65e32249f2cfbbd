"""Machines that a learner launches get their endpoint and the credentials of their role."""

import json
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from rolecall import Sandbox
from rolecall.sandbox.client import SandboxError

pytestmark = pytest.mark.slow

IMAGE = "ami-12345678"


@pytest.fixture(scope="module")
def world():
    with Sandbox(Path(__file__).parent / "worlds" / "machines.yaml") as sandbox:
        yield sandbox


@pytest.fixture
def lab(world):
    world.reset()
    return world


def launch(lab, profile="web", **options) -> str:
    ec2 = lab.client("ec2", actor="operator")
    if profile:
        options["IamInstanceProfile"] = {"Name": profile}
    return ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, **options)["Instances"][0]["InstanceId"]


def role_of(lab, actor) -> str:
    """The name of the role with which an actor calls."""
    return lab.client("sts", actor=actor).get_caller_identity()["Arn"].split("/")[1]


def metadata(lab, instance: str, path: str) -> str:
    """Read a value of the metadata service as the instance does."""
    endpoint = lab.environment(instance)["AWS_EC2_METADATA_SERVICE_ENDPOINT"].rstrip("/") + "/latest"
    lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    asking = urllib.request.Request(f"{endpoint}/api/token", method="PUT", headers=lifetime)
    with urllib.request.urlopen(asking) as answer:
        token = {"X-aws-ec2-metadata-token": answer.read().decode()}
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{path}", headers=token)) as answer:
        return answer.read().decode()


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_from_create_role_to_a_call_on_the_instance(lab):
    iam = lab.client("iam", actor="operator")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shop-files"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="reader", PolicyName="list", PolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName="reader-profile")
    iam.add_role_to_instance_profile(InstanceProfileName="reader-profile", RoleName="reader")
    instance = launch(lab, "reader-profile")

    lab.use(instance)

    arn = boto3.client("sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::111122223333:assumed-role/reader/{instance}"
    assert boto3.client("s3").list_objects_v2(Bucket="shop-files")["KeyCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        boto3.client("s3").list_objects_v2(Bucket="bank-files")


def test_an_instance_reads_the_availability_zone_that_it_was_launched_in(lab):
    instance = launch(lab, Placement={"AvailabilityZone": "us-east-1b"})

    assert metadata(lab, instance, "meta-data/placement/availability-zone") == "us-east-1b"


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
def test_an_instance_reads_what_it_was_launched_with(lab):
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "reports"}]}]
    options = {"InstanceMetadataTags": "enabled"}
    instance = launch(lab, UserData="#!/bin/sh", TagSpecifications=tags, MetadataOptions=options)

    assert metadata(lab, instance, "user-data") == "#!/bin/sh"
    assert metadata(lab, instance, "meta-data/tags/instance/Name") == "reports"
    assert metadata(lab, instance, "meta-data/hostname").endswith(".ec2.internal")
    assert metadata(lab, instance, "meta-data/iam").splitlines() == ["info", "security-credentials/"]


def test_an_instance_reads_no_tags_unless_its_options_allow_it(lab):
    instance = launch(
        lab, TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "a"}]}]
    )

    assert "tags/" not in metadata(lab, instance, "meta-data/").splitlines()


def filtered(ec2, name: str, value: str) -> list[str]:
    """The IDs of the instances of this test that pass a filter."""
    filters = [{"Name": name, "Values": [value]}, {"Name": "instance-type", "Values": ["c5.large"]}]
    reservations = ec2.describe_instances(Filters=filters)["Reservations"]
    return [one["InstanceId"] for reservation in reservations for one in reservation["Instances"]]


# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IamInstanceProfile.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
def test_an_instance_shows_the_id_of_its_profile(lab):
    profile = lab.client("iam", actor="operator").get_instance_profile(InstanceProfileName="web")
    instance = launch(lab, InstanceType="c5.large")

    ec2 = lab.client("ec2", actor="operator")
    described = ec2.describe_instances(InstanceIds=[instance])

    shown = described["Reservations"][0]["Instances"][0]["IamInstanceProfile"]
    assert shown["Id"] == profile["InstanceProfile"]["InstanceProfileId"]
    assert filtered(ec2, "iam-instance-profile.arn", shown["Arn"]) == [instance]
    assert filtered(ec2, "iam-instance-profile.id", shown["Id"]) == [instance]
    assert filtered(ec2, "iam-instance-profile.arn", f"{shown['Arn']}s") == []


# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
def test_a_profile_is_named_once(lab):
    both = {"Name": "web", "Arn": "arn:aws:iam::111122223333:instance-profile/web"}

    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        launch(lab, None, IamInstanceProfile=both)


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html
def test_a_terminated_instance_stays_terminated_and_gets_no_profile(lab):
    instance = launch(lab, None)
    ec2 = lab.client("ec2", actor="operator")
    ec2.terminate_instances(InstanceIds=[instance])

    with pytest.raises(ClientError, match=r"IncorrectInstanceState.* from which it can be started"):
        ec2.start_instances(InstanceIds=[instance])
    with pytest.raises(ClientError, match=r"IncorrectInstanceState.* from which it can be stopped"):
        ec2.stop_instances(InstanceIds=[instance])
    with pytest.raises(ClientError, match="IncorrectInstanceState"):
        ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": "web"})
    (again,) = ec2.terminate_instances(InstanceIds=[instance])["TerminatingInstances"]
    assert again["CurrentState"]["Name"] == "terminated"
    assert instance not in lab.actors


# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
def test_run_instances_launches_as_many_as_it_can_and_each_has_the_role(lab):
    ec2 = lab.client("ec2", actor="operator")

    launched = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=2, IamInstanceProfile={"Name": "web"})[
        "Instances"
    ]

    assert [role_of(lab, instance["InstanceId"]) for instance in launched] == ["web", "web"]


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html
def test_an_instance_has_the_profile_and_the_metadata_options_of_its_launch_template(lab):
    ec2 = lab.client("ec2", actor="operator")
    data = {
        "ImageId": IMAGE,
        "IamInstanceProfile": {"Name": "web"},
        "MetadataOptions": {"HttpTokens": "required"},
    }
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)

    (launched,) = ec2.run_instances(LaunchTemplate={"LaunchTemplateName": "web"}, MinCount=1, MaxCount=1)[
        "Instances"
    ]

    assert launched["MetadataOptions"]["HttpTokens"] == "required"
    assert launched["IamInstanceProfile"]["Arn"].endswith(":instance-profile/web")
    assert role_of(lab, launched["InstanceId"]) == "web"


# https://docs.aws.amazon.com/autoscaling/ec2/userguide/us-iam-role.html
@pytest.mark.slow
def test_an_instance_of_an_auto_scaling_group_has_the_role_of_the_launch_template(lab):
    ec2, autoscaling = lab.client("ec2", actor="operator"), lab.client("autoscaling", actor="operator")
    data = {"ImageId": IMAGE, "InstanceType": "t3.micro", "IamInstanceProfile": {"Name": "web"}}
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)

    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchTemplate={"LaunchTemplateName": "web"},
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
    )

    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert role_of(lab, group["Instances"][0]["InstanceId"]) == "web"


def test_a_launched_instance_is_listed_until_it_is_terminated(lab):
    before = dict(lab.actors)
    instance = launch(lab)
    while_running = dict(lab.actors)
    lab.client("ec2", actor="operator").terminate_instances(InstanceIds=[instance])

    assert while_running == {**before, instance: f"arn:aws:ec2:us-east-1:111122223333:instance/{instance}"}
    assert lab.actors == before
    with pytest.raises(SandboxError, match=f"there is no actor '{instance}'"):
        lab.session(actor=instance)


def test_the_control_api_reports_the_endpoint_of_a_launched_instance(lab):
    instance = launch(lab)

    listed = lab._control("GET", "/actors")

    endpoint = listed["actors"][instance]["imds_endpoint"]
    request = urllib.request.Request(
        f"{endpoint}/latest/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    with urllib.request.urlopen(request) as response:
        assert response.status == 200
    assert listed["container_imds_endpoints"][instance] != endpoint
    assert "access_key_id" in listed["actors"]["operator"]


def test_an_instance_without_a_profile_has_no_credentials(lab):
    instance = launch(lab, profile=None)

    with pytest.raises(NoCredentialsError):
        role_of(lab, instance)


def test_credentials_that_were_read_before_the_termination_stay_valid(lab):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    instance = launch(lab)
    sts = lab.client("sts", actor=instance)
    sts.get_caller_identity()

    lab.client("ec2", actor="operator").terminate_instances(InstanceIds=[instance])

    assert sts.get_caller_identity()["Arn"].endswith(instance)


def swap(lab, profile, old, new) -> None:
    iam = lab.client("iam", actor="operator")
    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=old)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=new)


def test_an_instance_has_the_new_role_of_its_profile_after_an_hour(lab):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
    instance = launch(lab)
    swap(lab, "web", old="web", new="batch")

    roles = [role_of(lab, instance)]
    lab.clock.advance(minutes=61)
    roles.append(role_of(lab, instance))

    assert roles == ["web", "batch"]


def restart(ec2, instance) -> None:
    ec2.stop_instances(InstanceIds=[instance])
    ec2.start_instances(InstanceIds=[instance])


def associate_again(ec2, instance) -> None:
    described = ec2.describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [instance]}]
    )
    association = described["IamInstanceProfileAssociations"][0]["AssociationId"]
    ec2.disassociate_iam_instance_profile(AssociationId=association)
    ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": "web"})


@pytest.mark.parametrize("force", [restart, associate_again])
def test_the_new_role_can_be_put_into_effect_immediately(lab, force):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
    instance = launch(lab)
    swap(lab, "web", old="web", new="batch")

    force(lab.client("ec2", actor="operator"), instance)

    assert role_of(lab, instance) == "batch"


def test_an_instance_that_is_launched_after_the_change_has_the_new_role(lab):
    swap(lab, "web", old="web", new="batch")

    assert role_of(lab, launch(lab)) == "batch"


def run_task(lab, **options) -> str:
    """Start a task of a definition whose task role is `worker`; return its ARN."""
    ecs = lab.client("ecs", actor="operator")
    ecs.create_cluster(clusterName="jobs")
    ecs.register_task_definition(
        family="report",
        taskRoleArn="arn:aws:iam::111122223333:role/worker",
        containerDefinitions=[{"name": "main", "image": "report", "memory": 128}],
    )
    options = {"launchType": "FARGATE"} | options
    return ecs.run_task(cluster="jobs", taskDefinition="report", **options)["tasks"][0]["taskArn"]


def test_a_task_that_was_started_has_its_task_role_until_it_is_stopped(lab):
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    task = run_task(lab)
    identifier = task.rpartition("/")[2]
    arn = lab.client("sts", actor=task).get_caller_identity()["Arn"]
    listed = lab.actors[identifier]
    variables = lab.environment(task)
    endpoint = urllib.request.Request(
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
        headers={"Authorization": variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]},
    )
    assert b"SecretAccessKey" in urllib.request.urlopen(endpoint).read()
    lab.client("ecs", actor="operator").stop_task(cluster="jobs", task=task)
    with pytest.raises(ConnectionResetError):
        urllib.request.urlopen(endpoint)

    assert arn == f"arn:aws:sts::111122223333:assumed-role/worker/{identifier}"
    assert listed == task
    assert identifier not in lab.actors


# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
def test_a_task_definition_can_name_its_role_without_an_arn_and_containers_name_their_task(lab):
    ecs = lab.client("ecs", actor="operator")
    ecs.create_cluster(clusterName="jobs")
    container = {"name": "main", "image": "report", "memory": 128}
    ecs.register_task_definition(family="named", taskRoleArn="worker", containerDefinitions=[container])

    (task,) = ecs.run_task(cluster="jobs", taskDefinition="named", launchType="FARGATE")["tasks"]

    assert role_of(lab, task["taskArn"]) == "worker"
    (made,) = task["containers"]
    assert made["containerArn"].startswith(task["taskArn"].replace(":task/", ":container/") + "/")
    assert (made["taskArn"], made["lastStatus"]) == (task["taskArn"], "RUNNING")
    assert "exitCode" not in made


FARGATE = {"cluster": "jobs", "launchType": "FARGATE"}
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
REFUSED_TASKS = [
    ("run_task", {**FARGATE, "taskDefinition": "old:1"}, "TaskDefinition is inactive"),
    ("run_task", {**FARGATE, "taskDefinition": "old"}, "Unable to describe task definition"),
    ("run_task", {**FARGATE, "taskDefinition": "report", "count": 11}, "InvalidParameterException.*count"),
    ("stop_task", {"cluster": "jobs", "task": "none"}, "InvalidParameterException.* task was not found"),
]


def test_ecs_says_why_it_does_not_start_or_stop_a_task(lab):
    ecs = lab.client("ecs", actor="operator")
    ecs.create_cluster(clusterName="jobs")
    for family in ("old", "report"):
        container = {"name": "main", "image": "report", "memory": 128}
        ecs.register_task_definition(family=family, containerDefinitions=[container])
    ecs.deregister_task_definition(taskDefinition="old:1")

    for operation, parameters, message in REFUSED_TASKS:
        with pytest.raises(ClientError, match=message):
            getattr(ecs, operation)(**parameters)


def task_description(lab, task: str) -> dict:
    uri = lab.environment(task)["ECS_CONTAINER_METADATA_URI_V4"]
    with urllib.request.urlopen(f"{uri}/task") as answer:
        return json.load(answer)


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
def test_a_task_reads_its_metadata_without_a_token(lab):
    task = run_task(lab)

    launched, declared = task_description(lab, task), task_description(lab, "worker")

    assert (launched["TaskARN"], launched["Family"], launched["Revision"]) == (task, "report", "1")
    (container,) = launched["Containers"]
    assert (container["Name"], container["Image"]) == ("main", "report")
    assert container["Labels"]["com.amazonaws.ecs.task-arn"] == task
    assert (declared["TaskARN"], declared["Family"]) == (lab.actors["worker"], "worker")


def test_a_pod_has_no_task_metadata(lab):
    assert "ECS_CONTAINER_METADATA_URI_V4" not in lab.environment("api")


def run_task_with_secret(lab, allowed: bool) -> dict:
    """Run a task that needs a secret; describe it. The execution role may read the secret, or may not."""
    iam, ecs = lab.client("iam", actor="operator"), lab.client("ecs", actor="operator")
    secret = lab.client("secretsmanager", actor="operator").create_secret(Name="db", SecretString="x")[
        "ARN"
    ]
    iam.create_role(RoleName="execution", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))
    if allowed:
        statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="execution", PolicyName="read", PolicyDocument=document)
    ecs.create_cluster(clusterName="jobs")
    secrets = [{"name": "DB", "valueFrom": f"{secret}:key::"}]
    container = {"name": "main", "image": "report", "memory": 128, "secrets": secrets}
    ecs.register_task_definition(
        family="report",
        executionRoleArn="arn:aws:iam::111122223333:role/execution",
        containerDefinitions=[container],
    )
    started = ecs.run_task(cluster="jobs", taskDefinition="report", launchType="FARGATE")["tasks"][0]
    return ecs.describe_tasks(cluster="jobs", tasks=[started["taskArn"]])["tasks"][0]


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
def test_a_task_does_not_start_unless_its_execution_role_can_read_its_secrets(lab):
    task = run_task_with_secret(lab, allowed=False)

    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert "unable to retrieve secret from asm" in task["stoppedReason"]
    session = f"assumed-role/execution/{task['taskArn'].rpartition('/')[2]} is not authorized to perform: "
    assert f"{session}secretsmanager:GetSecretValue" in task["stoppedReason"]


@pytest.mark.slow
def test_a_task_starts_if_its_execution_role_can_read_its_secrets(lab):
    assert run_task_with_secret(lab, allowed=True)["lastStatus"] == "RUNNING"


# https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html
@pytest.mark.slow
def test_a_task_does_not_start_unless_its_execution_role_can_pull_its_image(lab):
    ecs = lab.client("ecs", actor="operator")
    ecs.create_cluster(clusterName="jobs")
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/report:1"
    definition = {
        "family": "report",
        "containerDefinitions": [{"name": "main", "image": image, "memory": 128}],
    }
    ecs.register_task_definition(executionRoleArn="arn:aws:iam::111122223333:role/worker", **definition)

    started = ecs.run_task(cluster="jobs", taskDefinition="report", launchType="FARGATE")["tasks"]

    (task,) = ecs.describe_tasks(cluster="jobs", tasks=[started[0]["taskArn"]])["tasks"]
    assert "unable to retrieve ecr registry auth" in task["stoppedReason"]
    with pytest.raises(ClientError, match="Fargate requires task definition to have execution role ARN"):
        ecs.register_task_definition(requiresCompatibilities=["FARGATE"], **definition)


def test_run_task_can_override_the_task_role(lab):
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
    iam = lab.client("iam", actor="operator")
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))

    task = run_task(lab, overrides={"taskRoleArn": "arn:aws:iam::111122223333:role/other"})

    assert role_of(lab, task) == "other"


def test_ecs_starts_no_task_with_a_role_that_it_cannot_assume(lab):
    with pytest.raises(
        ClientError, match="ECS was unable to assume the role 'arn:aws:iam::111122223333:role"
    ):
        run_task(lab, overrides={"taskRoleArn": "arn:aws:iam::111122223333:role/web"})


def test_a_task_on_ec2_needs_a_container_instance(lab):
    with pytest.raises(ClientError, match="No Container Instances were found in your cluster"):
        run_task(lab, launchType="EC2")


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html
def test_a_task_of_a_definition_in_a_stack_has_the_task_role(lab):
    cloudformation, ecs = (
        lab.client("cloudformation", actor="operator"),
        lab.client("ecs", actor="operator"),
    )
    properties = {
        "Family": "report",
        "TaskRoleArn": "arn:aws:iam::111122223333:role/batch",
        "ContainerDefinitions": [{"Name": "main", "Image": "report", "Memory": 128}],
    }
    template = {"Resources": {"Report": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}}}
    cloudformation.create_stack(StackName="report", TemplateBody=json.dumps(template))
    properties["TaskRoleArn"] = "arn:aws:iam::111122223333:role/worker"
    cloudformation.update_stack(StackName="report", TemplateBody=json.dumps(template))
    ecs.create_cluster(clusterName="jobs")

    (task,) = ecs.run_task(cluster="jobs", taskDefinition="report", launchType="FARGATE")["tasks"]

    assert task["taskDefinitionArn"].endswith("/report:2")
    assert role_of(lab, task["taskArn"]) == "worker"


@pytest.mark.slow
def test_cloudformation_creates_a_role_and_an_instance_that_has_it(lab):
    template = {
        "Resources": {
            "Reader": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": "stack-reader",
                    "AssumeRolePolicyDocument": json.loads(trust("ec2.amazonaws.com")),
                },
            },
            "Profile": {
                "Type": "AWS::IAM::InstanceProfile",
                "Properties": {"Roles": [{"Ref": "Reader"}]},
            },
            "Server": {
                "Type": "AWS::EC2::Instance",
                "Properties": {"ImageId": IMAGE, "IamInstanceProfile": {"Ref": "Profile"}},
            },
            "FromTemplate": {
                "Type": "AWS::EC2::Instance",
                "Properties": {"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "1"}},
            },
        }
    }
    data = {"ImageId": IMAGE, "IamInstanceProfile": {"Name": "web"}}
    lab.client("ec2", actor="operator").create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData=data
    )
    cloudformation = lab.client("cloudformation", actor="operator")

    cloudformation.create_stack(
        StackName="servers", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )

    resources = cloudformation.describe_stack_resources(StackName="servers")["StackResources"]
    instances = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
    assert role_of(lab, instances["Server"]) == "stack-reader"
    assert role_of(lab, instances["FromTemplate"]) == "web"
