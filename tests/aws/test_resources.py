import pkgutil

import boto3
import moto
import pytest
from moto.core.utils import get_service_model

from rolecall.aws.authorization import Scope, checks, prefix_of
from rolecall.aws.operations import Operation
from rolecall.aws.resources import Place, arns, knows, resource_types

HERE = Place("111122223333", "us-east-1")
ARN = "arn:aws:{}:us-east-1:111122223333:{}"

ROWS = [
    ("dynamodb", "GetItem", {"TableName": "orders"}, [ARN.format("dynamodb", "table/orders")]),
    ("dynamodb", "GetItem", {"TableName": ARN.format("dynamodb", "table/orders")}, [ARN.format("dynamodb", "table/orders")]),
    ("lambda", "InvokeFunction", {"FunctionName": "hello"}, [ARN.format("lambda", "function:hello")]),
    ("ssm", "GetParameter", {"Name": "/app/mode"}, [ARN.format("ssm", "parameter/app/mode")]),
    ("ssm", "GetParameters", {"Names": ["/a", "/b"]}, [ARN.format("ssm", "parameter/a"), ARN.format("ssm", "parameter/b")]),
    ("ec2", "StopInstances", {"InstanceIds": ["i-1", "i-2"]}, [ARN.format("ec2", "instance/i-1"), ARN.format("ec2", "instance/i-2")]),
    ("ec2", "DescribeInstances", {"InstanceIds": ["i-1"]}, []),
    ("events", "DescribeRule", {"Name": "nightly"}, [ARN.format("events", "rule/nightly")]),
    ("events", "DescribeRule", {"Name": "nightly", "EventBusName": "own"}, [ARN.format("events", "rule/own/nightly")]),
    ("kinesis", "DescribeStream", {"StreamName": "clicks"}, [ARN.format("kinesis", "stream/clicks")]),
    ("ecr", "ListImages", {"repositoryName": "app"}, [ARN.format("ecr", "repository/app")]),
    ("logs", "CreateLogStream", {"logGroupName": "app", "logStreamName": "one"}, [ARN.format("logs", "log-group:app:log-stream:one")]),
    ("states", "StartExecution", {"stateMachineArn": ARN.format("states", "stateMachine:m")}, [ARN.format("states", "stateMachine:m")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("prefix", "name", "parameters", "expected"),
    ROWS,
    ids=[f"{r[0]}-{r[1]}-{i}" for i, r in enumerate(ROWS)],
)
def test_an_operation_is_about_what_its_parameters_name(prefix, name, parameters, expected):
    assert arns(prefix, name, parameters, HERE) == expected


class Nobody:
    """An account of which nothing is known."""

    def iam_arn(self, account: str, type: str, name: str) -> str:
        return f"arn:aws:iam::{account}:{type}/{name}"

    def profile_role_arn(self, account: str, profile: str) -> str | None:
        return None

    def full_arn(self, service: str, account: str, region: str, name: str) -> str | None:
        return f"arn:aws:{service}:{region}:{account}:{name}"


def every_operation():
    """Each operation of the services that moto and the reference share, with a value for every text it takes."""
    packages = {package.name for package in pkgutil.iter_modules(moto.__path__)}
    for service in boto3.Session().get_available_services():
        if not {service.replace("-", ""), f"aws{service}"} & packages:
            continue
        model = get_service_model(service)
        for name in model.operation_names:
            shape = model.operation_model(name).input_shape
            members = shape.members if shape is not None else {}
            parameters = {
                member: "thing" if kind.type_name == "string" else ["thing"]
                for member, kind in members.items()
                if kind.type_name == "string"
                or (kind.type_name == "list" and kind.member.type_name == "string")
            }
            yield Operation(service, name, "json", parameters)


def test_most_operations_are_decided_on_their_own_resource(record_property):
    scope = Scope("111122223333", "us-east-1", "arn:aws:iam::111122223333:user/dana", Nobody())
    resolved = total = 0
    for operation in every_operation():
        prefix = prefix_of(operation.service)
        if not knows(prefix, operation.name) or not resource_types(prefix, operation.name):
            continue
        total += 1
        resolved += all(check.resolved and check.resource != "*" for check in checks(operation, scope)[:1])

    record_property("resolved", f"{resolved} of {total}")
    print(f"{resolved} of {total} operations with resources are decided on them")
    assert total > 4_000
    assert resolved / total > 0.7
