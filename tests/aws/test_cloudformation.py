"""The calls that CloudFormation makes for resources, and the permissions that they require."""

import pytest
from moto.cloudformation.parsing import get_model_map
from moto.core.utils import get_service_model

from rolecall._reference import actions
from rolecall.aws.cloudformation import (
    StackResource,
    required_capability,
    resource_types,
    stack_calls,
    with_stack_tags,
)
from rolecall.aws.mapping import permissions

# Importing moto's CloudFormation takes several seconds.
pytestmark = pytest.mark.slow

ACCOUNT, REGION = "111122223333", "us-east-1"
# The sandbox refuses these types, because they are rarely needed to learn about roles.
REFUSED = {
    "?",  # custom resources: the sandbox doesn't run their functions
    "AWS::SERVICE::RESOURCE",
    "AWS::DataPipeline::Pipeline",
    *(
        f"AWS::IoT::{name}"
        for name in ("BillingGroup", "JobTemplate", "Policy", "RoleAlias", "Thing", "ThingType")
    ),
}


def names(stage, type, properties, before=None):
    resource = StackResource(type, "one", properties)
    old = StackResource(type, "one", before) if before is not None else None
    return [f"{one.service}.{one.name}" for one in stack_calls(stage, resource, ACCOUNT, REGION, old)]


def test_every_type_that_moto_creates_is_known_or_refused():
    assert set(get_model_map()) - set(resource_types()) == REFUSED


def test_every_call_is_an_operation_with_actions_of_the_reference():
    unknown = []
    for name, type in resource_types().items():
        for call in (*type.create, *type.update, *type.delete):
            service, _, operation = call.call.partition(".")
            assert operation in get_service_model(service).operation_names, name
            for permission in permissions(service, operation):
                prefix, _, action = permission.action.partition(":")
                if action.lower() not in actions(prefix):
                    unknown.append((name, permission.action))
    assert not unknown


@pytest.mark.parametrize(
    ("stage", "type", "properties", "expected"),
    [
        ("create", "AWS::IAM::Role", {}, ["iam.CreateRole"]),
        (
            "create",
            "AWS::IAM::Role",
            {"ManagedPolicyArns": ["a", "b"], "Policies": [{"PolicyName": "p"}]},
            ["iam.CreateRole", "iam.AttachRolePolicy", "iam.AttachRolePolicy", "iam.PutRolePolicy"],
        ),
        (
            "delete",
            "AWS::IAM::Role",
            {"ManagedPolicyArns": ["a"]},
            ["iam.DetachRolePolicy", "iam.DeleteRole"],
        ),
        ("create", "AWS::S3::Bucket", {"Tags": [{"Key": "a"}]}, ["s3.CreateBucket", "s3.PutBucketTagging"]),
        ("delete", "AWS::S3::Bucket", {"Tags": [{"Key": "a"}]}, ["s3.DeleteBucket"]),
        ("create", "AWS::CloudFormation::WaitCondition", {}, []),
    ],
)
def test_a_resource_needs_the_calls_for_the_properties_that_it_has(stage, type, properties, expected):
    assert names(stage, type, properties) == expected


def test_an_update_needs_the_calls_for_what_changes():
    before = {"ManagedPolicyArns": ["a", "b"], "Description": "old", "AssumeRolePolicyDocument": {}}
    after = {"ManagedPolicyArns": ["b", "c"], "Description": "new", "AssumeRolePolicyDocument": {}}
    resource, old = (StackResource("AWS::IAM::Role", "one", one) for one in (after, before))
    made = stack_calls("update", resource, ACCOUNT, REGION, old)

    assert [(one.name, one.parameters.get("PolicyArn")) for one in made] == [
        ("UpdateRole", None),
        ("AttachRolePolicy", "c"),
        ("DetachRolePolicy", "a"),
    ]


def test_a_type_without_an_update_is_replaced():
    assert names("update", "AWS::EC2::Volume", {"Size": 2}, {"Size": 1}) == ["ec2.ModifyVolume"]
    assert names("update", "AWS::EC2::InternetGateway", {}, {}) == [
        "ec2.CreateInternetGateway",
        "ec2.DeleteInternetGateway",
    ]


def test_parameters_have_the_names_of_the_call():
    bucket = StackResource("AWS::S3::Bucket", "generated", {})
    task = StackResource("AWS::ECS::TaskDefinition", "x", {"Family": "f", "TaskRoleArn": "r"})
    policy = StackResource("AWS::IAM::ManagedPolicy", "p", {"Path": "/a/", "Roles": ["r"]})
    instance = StackResource("AWS::EC2::Instance", "i", {"Tags": [{"Key": "a", "Value": "b"}]})

    assert stack_calls("create", bucket, ACCOUNT, REGION)[0].text("Bucket") == "generated"
    assert stack_calls("create", task, ACCOUNT, REGION)[0].text("taskRoleArn") == "r"
    attach = stack_calls("create", policy, ACCOUNT, REGION)[1]
    assert attach.text("PolicyArn") == f"arn:aws:iam::{ACCOUNT}:policy/a/p"
    assert attach.text("RoleName") == "r"
    assert stack_calls("create", instance, ACCOUNT, REGION)[0].parameters["TagSpecifications"] == [
        {"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}
    ]


def test_a_resource_inherits_the_tags_of_its_stack():
    role = StackResource("AWS::IAM::Role", "r", {"Tags": [{"Key": "team", "Value": "red"}]})
    tagged = with_stack_tags(role, {"team": "blue", "cost": "1"})
    profile = StackResource("AWS::IAM::InstanceProfile", "p", {})

    assert tagged.properties["Tags"] == [{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "1"}]
    assert with_stack_tags(profile, {"team": "blue"}) is profile


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"Type": "AWS::SQS::Queue"}, ""),
        ({"Type": "AWS::IAM::Role"}, "CAPABILITY_IAM"),
        ({"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}}, "CAPABILITY_NAMED_IAM"),
        ({"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p"}}, "CAPABILITY_IAM"),
    ],
)
def test_iam_resources_require_a_capability(resource, expected):
    assert required_capability([resource]) == expected
