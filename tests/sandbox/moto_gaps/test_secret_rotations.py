"""A function rotates a secret, if its policy lets Secrets Manager invoke it.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
"""

import io
import zipfile

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

# Each step starts a function.
pytestmark = pytest.mark.slow

WORLD = """
world: rotations
accounts:
  main:
    id: "111122223333"
    users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
    roles:
      rotator:
        trust: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}}
        managed_policies: ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"]
actors: {admin: {user: main/admin}}
"""
CODE = """
import boto3

def rotate(event, context):
    client = boto3.client("secretsmanager")
    secret, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString="new", VersionStages=["AWSPENDING"]
        )
    elif event["Step"] == "finishSecret":
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token,
            RemoveFromVersionId=client.get_secret_value(SecretId=secret)["VersionId"],
        )

def fail(event, context):
    raise ValueError(event["Step"])
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "rotations.yaml"
    path.write_text(WORLD)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", CODE)
    with Sandbox(path) as sandbox:
        functions = sandbox.client("lambda", actor="admin")
        for name in ("rotate", "fail"):
            functions.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role="arn:aws:iam::111122223333:role/rotator",
                Handler=f"index.{name}",
                Code={"ZipFile": archive.getvalue()},
                Timeout=30,
            )
        yield sandbox


def rotated(sandbox, function):
    """Rotate a new secret with a function; its value after that."""
    client = sandbox.client("secretsmanager", actor="admin")
    secret = client.create_secret(Name=f"db-{function}", SecretString="old")["ARN"]
    arn = f"arn:aws:lambda:us-east-1:111122223333:function:{function}"
    rotation = {
        "SecretId": secret,
        "RotationLambdaARN": arn,
        "RotationRules": {"AutomaticallyAfterDays": 30},
    }
    with pytest.raises(ClientError, match=r"access to the principal secretsmanager.amazonaws.com"):
        client.rotate_secret(**rotation)
    sandbox.client("lambda", actor="admin").add_permission(
        FunctionName=function,
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
        SourceAccount="111122223333",
    )

    client.rotate_secret(**rotation)

    return client.get_secret_value(SecretId=secret)["SecretString"]


def test_a_function_rotates_a_secret_step_by_step(sandbox):
    assert rotated(sandbox, "rotate") == "new"


def test_a_secret_keeps_its_value_if_its_function_fails(sandbox):
    assert rotated(sandbox, "fail") == "old"
