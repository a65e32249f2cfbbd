"""Functions that run with the credentials of their execution role.

https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

import base64
import io
import json
import os
import re
import zipfile

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::111122223333:role/reader"
LAYER = "arn:aws:lambda:us-east-1:111122223333:layer:missing"
WORLD = """
world: functions
accounts:
  main:
    id: "111122223333"
    users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
    roles:
      reader:
        trust:
          Version: "2012-10-17"
          Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
        policies:
          read: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:ListBucket", Resource: "*"}}
    buckets: {files: {objects: {a: "1"}}}
actors:
  admin: {user: main/admin}
"""
CODE = """
import logging, os, socket, sys, time
from decimal import Decimal
import boto3

def who(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]

def list_keys(event, context):
    return [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=event["bucket"])["Contents"]]

def delete(event, context):
    boto3.client("s3").delete_bucket(Bucket="files")

def divide(event, context):
    print("dividing")
    return 1 / 0

def leave(event, context):
    sys.exit(3)

def quit_quietly(event, context):
    sys.exit(0)

def say_much(event, context):
    return "x" * 7 * 2**20

def sleep(event, context):
    time.sleep(60)

def grow(event, context):
    return len(bytearray(400 * 2**20))

def call_home(event, context):
    socket.create_connection(("192.0.2.1", 80))

def look_up(event, context):
    for ask in (socket.gethostbyname, socket.gethostbyaddr, lambda host: socket.getnameinfo((host, 80), 0)):
        try:
            ask("home.example")
        except PermissionError as error:
            refused = error
        else:
            return "resolved"
    raise refused

def count(event, context):
    return [Decimal(7), Decimal("0.25")]

def leave_a_process(event, context):
    # Only this process and its child have the pipe open.
    output = os.open(event["pipe"], os.O_WRONLY)
    if os.fork() == 0:
        time.sleep(30)
        os.write(output, b"still running")
        os._exit(0)

def log(event, context):
    logging.getLogger().warning("careful")

def say(event, context):
    said = context.client_context
    client = {"custom": said.custom, "env": said.env, "title": said.client.app_title}
    return {"event": event, "greeting": os.environ["GREETING"], "name": context.function_name, "client": client}
"""


def package(code: str, **modules: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in {"index": code, **modules}.items():
            archive.writestr(f"{name}.py", text)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def awslambda(tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "functions.yaml"
    path.write_text(WORLD)
    with Sandbox(path) as lab:
        client = lab.client("lambda", actor="admin")
        client.create_function(
            FunctionName="hello",
            Runtime="python3.13",
            Role=ROLE,
            Handler="index.who",
            Code={"ZipFile": package(CODE)},
            Environment={"Variables": {"GREETING": "good morning"}},
            Timeout=30,
        )
        yield client


def invoke(awslambda, handler, event=None, timeout=30, **options):
    awslambda.update_function_configuration(
        FunctionName="hello", Handler=f"index.{handler}", Timeout=timeout
    )
    return awslambda.invoke(FunctionName="hello", Payload=json.dumps(event or {}), **options)


def payload(response):
    return json.load(response["Payload"])


def test_a_function_acts_as_its_execution_role(awslambda):
    response = invoke(awslambda, "who")

    assert payload(response) == "arn:aws:sts::111122223333:assumed-role/reader/hello"
    assert (response["StatusCode"], response["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in response


def test_a_function_can_do_what_its_role_allows_and_nothing_else(awslambda):
    denied = invoke(awslambda, "delete")

    assert payload(invoke(awslambda, "list_keys", {"bucket": "files"})) == ["a"]
    assert denied["FunctionError"] == "Unhandled"
    assert "AccessDenied" in payload(denied)["errorMessage"]


# https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
def test_a_handler_gets_its_event_its_context_and_its_variables(awslambda):
    context = {"client": {"app_title": "Shop"}, "custom": {"team": "data"}}
    encoded = base64.b64encode(json.dumps(context).encode()).decode()

    response = invoke(awslambda, "say", {"to": "dana"}, ClientContext=encoded)

    assert payload(response) == {
        "event": {"to": "dana"},
        "greeting": "good morning",
        "name": "hello",
        "client": {"custom": {"team": "data"}, "env": None, "title": "Shop"},
    }


# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
def test_a_client_context_is_an_object(awslambda):
    with pytest.raises(
        ClientError, match=r"InvalidRequestContentException.*Client context must be a valid"
    ):
        invoke(awslambda, "who", ClientContext="xx")


def test_an_exception_is_returned_with_its_stack_trace(awslambda):
    response = invoke(awslambda, "divide", LogType="Tail")

    error = payload(response)
    assert response["FunctionError"] == "Unhandled"
    assert (error["errorType"], error["errorMessage"]) == ("ZeroDivisionError", "division by zero")
    assert error["stackTrace"][0].startswith('  File "/var/task/index.py", line ')
    log = base64.b64decode(response["LogResult"]).decode()
    assert "dividing" in log
    assert "[ERROR] ZeroDivisionError: division by zero\nTraceback (most recent call last):" in log


# https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
def test_what_a_function_started_ends_with_its_invocation(awslambda, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        invoke(awslambda, "leave_a_process", {"pipe": str(tmp_path / "pipe")})

        os.set_blocking(reader, True)
        assert os.read(reader, 100) == b""
    finally:
        os.close(reader)


def test_a_function_logs_in_the_format_of_lambda(awslambda):
    response = invoke(awslambda, "log", LogType="Tail")

    log = base64.b64decode(response["LogResult"]).decode()
    request_id = response["ResponseMetadata"]["RequestId"]
    assert re.search(rf"\[WARNING\]\t\d{{4}}-.*Z\t{request_id}\tcareful\n", log)


# https://github.com/aws/aws-lambda-python-runtime-interface-client
def test_a_handler_can_return_the_numbers_of_dynamodb(awslambda):
    assert payload(invoke(awslambda, "count")) == [7, 0.25]


@pytest.mark.parametrize(
    ("handler", "timeout", "kind", "message"),
    [
        ("sleep", 1, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ("quit_quietly", 30, "Runtime.ExitError", "Runtime exited without providing a reason"),
        ("say_much", 30, "Function.ResponseSizeTooLarge", "Response payload size exceeded maximum"),
        ("leave", 30, "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("grow", 30, "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        ("missing", 30, "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'index'"),
        ("call_home", 30, "PermissionError", "192.0.2.1 isn't on this machine"),
        ("look_up", 30, "PermissionError", "home.example isn't on this machine"),
    ],
)
def test_a_function_that_fails_says_how(awslambda, handler, timeout, kind, message):
    response = invoke(awslambda, handler, timeout=timeout)

    error = payload(response)
    assert response["FunctionError"] == "Unhandled"
    assert error["errorType"] == kind
    assert message in error["errorMessage"]


# https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
@pytest.mark.parametrize(
    ("handler", "kind", "message", "frames"),
    [
        ("index", "Runtime.MalformedHandlerName", "not enough values to unpack (expected 2, got 1)", []),
        (
            "no.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'no': No module named 'no'",
            [],
        ),
        (
            "broken.handler",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'broken': ",
            ['  File "/var/task/broken.py" Line 1\n    def\n'],
        ),
    ],
)
def test_a_handler_that_cannot_be_imported_says_why(awslambda, handler, kind, message, frames):
    code = package("", broken="def\n")
    settings = {"Runtime": "python3.13", "Role": ROLE, "Handler": handler, "Code": {"ZipFile": code}}
    name = awslambda.create_function(FunctionName=f"{handler.replace('.', '-')}", **settings)[
        "FunctionName"
    ]

    error = payload(awslambda.invoke(FunctionName=name))

    assert (error["errorType"], error["stackTrace"]) == (kind, frames)
    assert message in error["errorMessage"]


# https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
def test_a_function_imports_what_its_layers_have(awslambda):
    modules = {
        "python/shared": "VALUE = 7",
        "python/lib/python3.13/site-packages/installed": "VALUE = 3",
    }
    layer = awslambda.publish_layer_version(LayerName="shared", Content={"ZipFile": package("", **modules)})
    code = package(
        "import installed, shared\n\n"
        "def handler(event, context):\n    return shared.VALUE + installed.VALUE\n"
    )
    awslambda.create_function(
        FunctionName="layered",
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": code},
        Layers=[layer["LayerVersionArn"]],
    )

    assert payload(awslambda.invoke(FunctionName="layered")) == 10


def test_a_version_that_does_not_exist_is_not_found(awslambda):
    with pytest.raises(ClientError, match=r"Function not found: arn:aws:lambda:.*:function:hello:9"):
        awslambda.invoke(FunctionName="hello", Qualifier="9")


# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"Runtime": "python9"}, "Value python9 at 'runtime' failed to satisfy constraint: Member must"),
        ({"Code": {"ZipFile": b"x"}}, "Could not unzip uploaded file. Please check your file, then try to"),
        (
            {"Code": {"ZipFile": package("").replace(b"PK\x01\x02", b"PK??")}},
            "Could not unzip uploaded file. Please check your file",
        ),
        ({"Code": {}}, "Please provide a source for function code."),
        ({"Timeout": 901}, "Value '901' at 'timeout' failed to satisfy constraint: Member must have value"),
        ({"Role": "reader"}, "Value 'reader' at 'role' failed to satisfy constraint: Member must satisfy"),
        ({"Handler": None}, "Runtime and Handler are mandatory parameters for functions created with"),
        ({"Layers": [f"{LAYER}:1"]}, f"Layer version {LAYER}:1 does not exist."),
        (
            {"Environment": {"Variables": {"AWS_REGION": "x"}}},
            "Reserved keys used in this request: AWS_REGION",
        ),
        ({"Environment": {"Variables": {"TEXT": "x" * 4096}}}, "exceeded the 4KB limit"),
        # https://github.com/fabric8io/kubernetes-alexa/issues/6
        ({"Role": ROLE.replace("1111", "4444")}, "Cross-account pass role is not allowed."),
    ],
)
def test_settings_that_no_function_can_have_are_rejected(awslambda, settings, message):
    good = {"Runtime": "python3.13", "Role": ROLE, "Handler": "a.b", "Code": {"ZipFile": package("")}}
    given = {name: value for name, value in (good | settings).items() if value is not None}

    with pytest.raises(ClientError) as caught:
        awslambda.create_function(FunctionName="rejected", **given)

    assert message in caught.value.response["Error"]["Message"]


def test_a_hundred_concurrent_executions_stay_unreserved(awslambda):
    with pytest.raises(ClientError, match=r"below its minimum value of \[100\]"):
        awslambda.put_function_concurrency(FunctionName="hello", ReservedConcurrentExecutions=901)


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (
            {"Runtime": "nodejs22.x", "Handler": "index.who", "Code": {"ZipFile": package("")}},
            "the runtime nodejs22.x",
        ),
        (
            {
                "PackageType": "Image",
                "Code": {"ImageUri": "111122223333.dkr.ecr.us-east-1.amazonaws.com/who:1"},
            },
            "a container image",
        ),
    ],
)
def test_a_function_that_is_not_in_python_says_what_the_sandbox_can_run(awslambda, settings, what):
    name = what.replace(" ", "-").replace(".", "-")
    awslambda.create_function(FunctionName=name, Role=ROLE, **settings)

    with pytest.raises(ClientError, match=f"with a Python runtime only. The function {name} has {what}"):
        awslambda.invoke(FunctionName=name)


@pytest.mark.parametrize(("how", "status"), [("DryRun", 204), ("Event", 202)])
def test_other_invocation_types_return_no_payload(awslambda, how, status):
    response = invoke(awslambda, "who", InvocationType=how)

    assert (response["StatusCode"], response["Payload"].read()) == (status, b"")


# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
def test_an_event_has_at_most_six_mebibytes(awslambda):
    with pytest.raises(ClientError, match="RequestTooLargeException"):
        awslambda.invoke(FunctionName="hello", Payload=b'"' + b"x" * 6 * 2**20 + b'"')
