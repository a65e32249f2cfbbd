"""Call every operation of the services that the course uses: no 500, and no closed connection."""

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, MissingDependencyException, ParamValidationError
from jmespath.exceptions import JMESPathError

from rolecall import Sandbox
from sandbox.parameters import plausible

pytestmark = pytest.mark.slow

WORLD = """
world: every-operation
accounts:
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
      nobody: {}
    roles:
      reader:
        trust:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "sts:AssumeRole"}]
actors:
  admin: {user: main/admin}
  nobody: {user: main/nobody}
"""
SERVICES = [
    "iam",
    "sts",
    "s3",
    "sqs",
    "sns",
    "kms",
    "secretsmanager",
    "lambda",
    "dynamodb",
    "ecr",
    "ecs",
    "logs",
    "ssm",
    "accessanalyzer",
    "apigateway",
    "cloudformation",
    "cloudtrail",
    "ec2",
    "events",
    "organizations",
    "sso-admin",
    "stepfunctions",
]
# botocore itself fails on some parameters that are missing, before it sends a request.
NOT_SENT = (MissingDependencyException, ParamValidationError, JMESPathError, KeyError, TypeError)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "every-operation.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


def status(client, operation, parameters):
    try:
        response = getattr(client, xform_name(operation))(**parameters)
    except ClientError as error:
        response = error.response
    except NOT_SENT:
        return None
    return response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("actor", ["admin", "nobody"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_answers_below_500(lab, service, actor):
    config = Config(parameter_validation=False, retries={"max_attempts": 0}, inject_host_prefix=False)
    client = lab.session(actor=actor).client(service, endpoint_url=lab.endpoint, config=config)
    failed = []
    once = actor == "nobody" or service == "ec2"
    for operation in client.meta.service_model.operation_names:
        shape = client.meta.service_model.operation_model(operation).input_shape
        # For someone without permissions, and for the many operations of EC2, one call shows it.
        kinds = [plausible(shape) if shape else {}] if once else [{}, plausible(shape) if shape else {}]
        for parameters in kinds:
            answered = status(client, operation, parameters)
            if answered is not None and answered >= 500:
                failed.append(f"{operation} with {parameters}: {answered}")

    assert failed == []
