"""https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html"""

import json
import re

import boto3
import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("service", "name", "policy"),
    [
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html
        ("rds.amazonaws.com", "AWSServiceRoleForRDS", "AmazonRDSServiceRolePolicy"),
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
        ("ecs.amazonaws.com", "AWSServiceRoleForECS", "AmazonECSServiceRolePolicy"),
        # https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
        (
            "ecs.application-autoscaling.amazonaws.com",
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
            "AWSApplicationAutoscalingECSServicePolicy",
        ),
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/LexBotPolicy.html
        ("lex.amazonaws.com", "AWSServiceRoleForLexBots", "AmazonLexBotPolicy"),
    ],
)
def test_a_role_has_the_name_the_policy_and_the_trust_policy_of_its_service(iam, service, name, policy):
    iam.create_service_linked_role(AWSServiceName=service)

    role = iam.get_role(RoleName=name)["Role"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert role["Arn"] == f"arn:aws:iam::111122223333:role/aws-service-role/{service}/{name}"
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": service}
    assert [one["PolicyArn"] for one in attached] == [f"arn:aws:iam::aws:policy/aws-service-role/{policy}"]


def test_a_service_that_accepts_a_suffix_can_have_several_roles(iam):
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
    created = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="web")

    assert created["Role"]["RoleName"] == "AWSServiceRoleForAutoScaling_web"


def invalid_input(iam, **parameters):
    with pytest.raises(ClientError, match="InvalidInput") as raised:
        iam.create_service_linked_role(**parameters)
    return raised.value.response["Error"]["Message"]


def test_most_services_accept_no_suffix(iam):
    assert invalid_input(iam, AWSServiceName="acm.amazonaws.com", CustomSuffix="x") == (
        "Custom suffix is not allowed for acm.amazonaws.com"
    )


def test_a_service_has_one_role_of_a_name(iam):
    iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")

    assert invalid_input(iam, AWSServiceName="batch.amazonaws.com") == (
        "Service role name AWSServiceRoleForBatch has been taken in this account, "
        "please try a different suffix."
    )


def test_deleting_a_role_returns_a_task_that_names_it(iam):
    iam.create_service_linked_role(AWSServiceName="kafka.amazonaws.com")

    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForKafka")["DeletionTaskId"]

    assert re.fullmatch(
        r"task/aws-service-role/kafka.amazonaws.com/AWSServiceRoleForKafka/[0-9a-f-]{36}", task
    )
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_service_linked_role_deletion_status(DeletionTaskId=task[:-1])


# https://github.com/clouddrove/terraform-aws-elasticsearch/pull/21
@pytest.mark.parametrize("service", ["OpenSearch.amazonaws.com", "lamda.amazonaws.com"])
def test_a_name_of_no_service_has_no_role(iam, service):
    assert invalid_input(iam, AWSServiceName=service) == (
        f"Cannot find Service Linked Role template for {service}"
    )


# https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
@pytest.mark.parametrize(
    ("suffix", "allowed"), [("_blue", True), ("_red", False), ("", False), ("*", True)]
)
def test_the_permission_is_on_the_name_with_its_suffix(administered, iam, suffix, allowed):
    name = f"creator-{len(suffix)}-{allowed}"
    path = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/"
    statement = {
        "Effect": "Allow",
        "Action": "iam:CreateServiceLinkedRole",
        "Resource": f"{path}AWSServiceRoleForAutoScaling{suffix}",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    creator = boto3.client(
        "iam",
        endpoint_url=administered.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    request = {"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "blue"}

    if allowed:
        role = creator.create_service_linked_role(**request)["Role"]
        assert role["Arn"] == f"{path}AWSServiceRoleForAutoScaling_blue"
        iam.delete_service_linked_role(RoleName=role["RoleName"])
    else:
        with pytest.raises(ClientError, match=r"AccessDenied.*AutoScaling_blue"):
            creator.create_service_linked_role(**request)


def test_a_service_linked_role_belongs_in_no_instance_profile(iam):
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
    role = iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com")["Role"]["RoleName"]
    iam.create_instance_profile(InstanceProfileName="machines")

    with pytest.raises(ClientError, match="only modifiable by AWS") as raised:
        iam.add_role_to_instance_profile(InstanceProfileName="machines", RoleName=role)
    assert raised.value.response["Error"]["Code"] == "UnmodifiableEntity"
