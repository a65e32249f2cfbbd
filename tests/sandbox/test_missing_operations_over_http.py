"""What the sandbox can't perform is an error in the service's own form, never a 500."""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = """
world: missing-operations
accounts:
  main:
    id: "111122223333"
    users:
      ada: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    buckets: {odd: {}}
    topics: {news: {}}
actors:
  ada: {user: main/ada}
"""
ENCRYPTION = {"ServerSideEncryption": "aws:kms"}
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
SIMULATION = {"PolicyInputList": [POLICY], "ActionNames": ["s3:GetObject"]}
TOPIC = "arn:aws:sns:us-east-1:111122223333:news"
RAW = Config(parameter_validation=False, retries={"max_attempts": 0})


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "missing-operations.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


def error(lab, service, method, /, region=None, **parameters):
    session = lab.session(actor="ada")
    client = session.client(service, endpoint_url=lab.endpoint, region_name=region, config=RAW)
    with pytest.raises(ClientError) as raised:
        getattr(client, method)(**parameters)
    response = raised.value.response
    return (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Code"],
        response["Error"]["Message"],
    )


@pytest.mark.parametrize(
    ("service", "method", "parameters", "code", "operation"),
    [
        ("iam", "list_delegation_requests", {}, "InvalidAction", "iam:ListDelegationRequests"),
        ("ec2", "describe_ipam_pools", {}, "UnsupportedOperation", "ec2:DescribeIpamPools"),
        ("lambda", "get_account_settings", {}, "UnknownOperationException", "lambda:GetAccountSettings"),
        ("rolesanywhere", "list_profiles", {}, "UnknownOperationException", "rolesanywhere:ListProfiles"),
    ],
)
def test_an_operation_that_the_sandbox_lacks_is_named(lab, service, method, parameters, code, operation):
    status, answered, message = error(lab, service, method, **parameters)

    assert (status, answered) == (400, code)
    assert message.startswith(f"{operation} is not available here")


def test_an_unknown_service_answers_in_the_protocol_that_its_client_reads(lab):
    assert error(lab, "location", "cancel_job", JobId="1")[:2] == (400, "UnknownOperationException")
    # Clients of S3 sign this one for s3express.
    assert error(lab, "s3", "list_directory_buckets")[:2] == (400, "UnknownOperationException")


# https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
def test_an_error_for_a_request_in_cbor_is_in_cbor(lab):
    status, code, message = error(lab, "partnercentral-revenue-measurement", "list_revenue_attributions")

    assert (status, code) == (400, "UnknownOperationException")
    assert "CBOR" in message


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html
def test_an_error_that_moto_writes_in_json_is_in_the_protocol_of_the_service(lab):
    status, code, message = error(lab, "elasticache", "describe_cache_clusters", Marker="unknown")

    assert (status, code) == (400, "InvalidToken")
    assert message.startswith("Invalid")


def test_a_resource_of_which_moto_lists_no_tags_stops_no_other_call(lab):
    sagemaker = lab.client("sagemaker", actor="ada")
    sagemaker.create_model_card(ModelCardName="card", Content="{}", ModelCardStatus="Draft")

    assert error(lab, "sagemaker", "create_model_card_export_job")[:2] == (400, "ValidationException")
    assert sagemaker.list_models()["Models"] == []


# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
@pytest.mark.parametrize(
    ("service", "method", "code", "parameter"),
    [
        ("iam", "create_role", "ValidationError", "'roleName'"),
        ("dynamodb", "describe_table", "ValidationException", "'tableName'"),
        ("sqs", "create_queue", "MissingParameter", "QueueName"),
        ("ec2", "run_instances", "MissingParameter", "MaxCount"),
    ],
)
def test_a_missing_parameter_is_named(lab, service, method, code, parameter):
    status, answered, message = error(lab, service, method)

    assert (status, answered) == (400, code)
    assert parameter in message


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
@pytest.mark.parametrize(
    ("service", "method", "region", "code"),
    [
        ("sqs", "list_queues", "mars-1", "InvalidSignatureException"),
        ("sns", "list_topics", "mars-1", "SignatureDoesNotMatch"),
        ("sns", "list_topics", "cn-north-1", "InvalidClientTokenId"),
        ("iam", "list_users", "cn-north-1", "InvalidClientTokenId"),
        ("sns", "list_topics", "", "SignatureDoesNotMatch"),
    ],
)
def test_a_credential_is_for_a_region_of_its_partition(lab, service, method, region, code):
    status, answered, _ = error(lab, service, method, region=region)

    assert (status, answered) == (400 if service == "sqs" else 403, code)


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [
        ("lambda", "get_function", {"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function"}),
        ("dynamodb", "describe_table", {"TableName": "arn:aws:dynamodb:us-east-1:111122223333:table"}),
        ("dynamodb", "describe_table", {"TableName": "arn:aws:dynamodb:mars-1:111122223333:table/t"}),
        ("kms", "describe_key", {"KeyId": "arn:aws:kms:mars-1:111122223333:key/abc"}),
        (
            "secretsmanager",
            "get_secret_value",
            {"SecretId": "arn:aws:secretsmanager:mars-1:111122223333:secret:a"},
        ),
        ("sqs", "start_message_move_task", {"SourceArn": "arn:aws:iam::111122223333:role/reader"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "arn:"}),
        ("s3", "put_object", {"Bucket": "odd", "Key": "k", **ENCRYPTION, "SSEKMSKeyId": "arn:"}),
        ("iam", "simulate_custom_policy", {**SIMULATION, "ResourceOwner": "arn:"}),
        ("sns", "subscribe", {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": "arn::::::::"}),
    ],
)
def test_an_odd_arn_is_an_error_of_the_request(lab, service, method, parameters):
    status, _, _ = error(lab, service, method, **parameters)

    assert 400 <= status < 500
