"""A learner's calls are made again with the parameters as they were sent."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox
from rolecall.course import find_course
from rolecall.lab import find_task, grade_calls, run_steps
from rolecall.lab._replay import _Replay, replayable_calls
from rolecall.sandbox.lambda_runtime import FUNCTIONS_VARIABLE

POLICY = (
    '{ "Version": "2012-10-17",  "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}] }'
)
SQS_POLICY = POLICY.replace('"Effect"', '"Principal": "*", "Effect"').replace('"s3:*"', '"sqs:SendMessage"')
WORLD = """\
world: admin
title: An administrator
accounts:
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    buckets: {reports: {}}
actors:
  admin: {user: main/admin}
"""
CALLS = {
    "a document with white space": ("iam", "create_policy", {"PolicyName": "p", "PolicyDocument": POLICY}),
    "a document in a map": ("sqs", "create_queue", {"QueueName": "q", "Attributes": {"Policy": SQS_POLICY}}),
    "a text that is JSON": ("secretsmanager", "create_secret", {"Name": "s", "SecretString": '{"a": 1}'}),
    "bytes": ("secretsmanager", "create_secret", {"Name": "s", "SecretBinary": b"\xff\x00"}),
    "a body": ("s3", "put_object", {"Bucket": "reports", "Key": "k", "Body": b'{"a": 1}\xff'}),
    "bytes in a structure": (
        "dynamodb",
        "put_item",
        {"TableName": "t", "Item": {"id": {"S": "1"}, "a": {"B": b"\xff"}}},
    ),
    "a time": (
        "cloudwatch",
        "put_metric_data",
        {
            "Namespace": "n",
            "MetricData": [{"MetricName": "m", "Timestamp": datetime(2026, 1, 2, tzinfo=UTC), "Value": 1.5}],
        },
    ),
    "a text that boto3 encodes": (
        "autoscaling",
        "create_launch_configuration",
        {
            "LaunchConfigurationName": "l",
            "ImageId": "ami-12345678",
            "InstanceType": "t3.micro",
            "UserData": "#!/bin/sh",
        },
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "admin.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.mark.parametrize(("service", "method", "parameters"), CALLS.values(), ids=CALLS)
def test_a_call_that_is_made_again_sends_the_same_parameters(lab, service, method, parameters):
    lab.reset()
    prepare(lab)
    before = len(lab.calls())
    getattr(lab.client(service, actor="admin"), method)(**parameters)
    learners = lab.calls()[before:]
    handed_in = json.loads(json.dumps(replayable_calls(learners)))

    lab.reset()
    prepare(lab)
    before = len(lab.calls())
    replay = _Replay(lab)
    for call in handed_in:
        replay.repeat(call)

    assert replay.failed == []
    assert [one["sent"] for one in lab.calls()[before:]] == [one["sent"] for one in learners]


def prepare(lab) -> None:
    lab.client("dynamodb", actor="admin").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_a_parameter_that_is_too_long_to_be_kept_is_reported(lab):
    lab.reset()
    lab.client("s3", actor="admin").put_object(Bucket="reports", Key="k", Body=b"x" * 40_000)
    (call,) = replayable_calls(lab.calls())

    lab.reset()
    replay = _Replay(lab)
    replay.repeat(call)

    assert call["parameters"]["Body"] == {"too_long": 40_000}
    assert "a parameter of 40000 characters is too long to be sent again" in replay.failed[0]


@pytest.mark.slow
def test_a_date_that_a_learner_typed_is_right_when_it_is_graded_the_next_day():
    task = find_task(find_course(), "end-old-sessions")
    with Sandbox(task.world) as lab:
        lab.clock.set(datetime.now(UTC) - timedelta(days=1))
        assert run_steps(task.start, lab) == []
        started = lab.calls()
        typed = f"{lab.clock.now():%Y-%m-%dT%H:%M:%SZ}"
        (step,) = task.solution
        document = json.dumps(step.parameters["PolicyDocument"]).replace("{{ now }}", typed)
        lab.client("iam", actor="admin").put_role_policy(**step.parameters | {"PolicyDocument": document})
        calls = replayable_calls(lab.calls(len(started)))

        lab.reset()
        grade = grade_calls(task, lab, calls, started[0]["at"])

    assert (grade.score, grade.failed_calls) == (1, ())


@pytest.mark.parametrize("time", ["", "soon", "2026-11-25T12:00:00", "1066-10-14T09:00:00+00:00", "9" * 99])
def test_a_time_that_no_notebook_records_is_ignored(lab, time):
    lab.reset()
    replay = _Replay(lab)

    replay.repeat(
        {"who": lab.actors["admin"], "call": "iam.ListUsers", "parameters": {}, "error": "", "at": time}
    )

    assert replay.failed == []
    assert abs(lab.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_documents_of_earlier_notebooks_are_still_made_texts(lab):
    lab.reset()
    replay = _Replay(lab)

    replay.repeat(
        {
            "who": lab.actors["admin"],
            "call": "iam.CreatePolicy",
            "parameters": {"PolicyName": "p", "PolicyDocument": json.loads(POLICY)},
            "error": "",
        }
    )

    assert replay.failed == []


def test_a_function_of_a_learner_does_not_run_where_calls_are_graded(tmp_path, monkeypatch):
    written, package = tmp_path / "written", io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("f.py", f"def handler(event, context): open({str(written)!r}, 'w')")
    world = tmp_path / "admin.yaml"
    world.write_text(WORLD)
    monkeypatch.setenv(FUNCTIONS_VARIABLE, "off")
    with Sandbox(world) as graded:
        admin = {name: graded.client(name, actor="admin") for name in ("iam", "lambda")}
        trust = POLICY.replace('"s3:*", "Resource": "*"', '"sts:AssumeRole"').replace(
            '"Effect"', '"Principal": {"Service": "lambda.amazonaws.com"}, "Effect"'
        )
        role = admin["iam"].create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        code = {"ZipFile": package.getvalue()}
        admin["lambda"].create_function(
            FunctionName="f", Role=role, Code=code, Handler="f.handler", Runtime="python3.12"
        )

        with pytest.raises(ClientError, match="doesn't run the code of the function f"):
            admin["lambda"].invoke(FunctionName="f")

    assert not written.exists()
