"""The operation of a request, with requests as botocore sends them."""

from io import BytesIO

import boto3
import pytest

from rolecall.aws.errors import AwsError
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import parse_operation
from rolecall.aws.services import service_and_protocol


class Stopped(Exception):
    """Carries a request that isn't sent."""


def sent(service, operation, **parameters):
    """The request that boto3 sends for a call."""
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI",
        endpoint_url="http://127.0.0.1:9",
    )

    def stop(request, **_):
        raise Stopped(request)

    client.meta.events.register("before-send", stop)
    with pytest.raises(Stopped) as stopped:
        getattr(client, operation)(**parameters)
    (request,) = stopped.value.args
    path, _, query = request.url.removeprefix("http://127.0.0.1:9").partition("?")
    headers = {
        name.lower(): text.decode() if isinstance(text, bytes) else text
        for name, text in request.headers.items()
    }
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    return HttpRequest(
        request.method, path, query, headers, body.encode() if isinstance(body, str) else body, "127.0.0.1"
    )


def environ(request):
    return {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "9",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        **{f"HTTP_{name.upper().replace('-', '_')}": text for name, text in request.headers.items()},
    }


CALLS = [
    ("sts", "assume_role", {"RoleArn": "arn:aws:iam::111122223333:role/reader", "RoleSessionName": "dana"}, "sts", "AssumeRole"),
    ("iam", "get_user", {"UserName": "dana"}, "iam", "GetUser"),
    ("ec2", "describe_instances", {"InstanceIds": ["i-1"]}, "ec2", "DescribeInstances"),
    ("s3", "get_object", {"Bucket": "reports", "Key": "2026/may.txt"}, "s3", "GetObject"),
    ("dynamodb", "get_item", {"TableName": "orders", "Key": {"id": {"S": "1"}}}, "dynamodb", "GetItem"),
    ("lambda", "get_function", {"FunctionName": "hello"}, "lambda", "GetFunction"),
    ("sqs", "send_message", {"QueueUrl": "http://127.0.0.1/111122223333/jobs", "MessageBody": "x"}, "sqs", "SendMessage"),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["high"]}, "cloudwatch", "DeleteAlarms"),
    ("apigateway", "get_rest_api", {"restApiId": "a1"}, "apigateway", "GetRestApi"),
    ("apigatewayv2", "get_api", {"ApiId": "a1"}, "apigatewayv2", "GetApi"),
    ("ses", "get_send_quota", {}, "ses", "GetSendQuota"),
    ("sesv2", "get_account", {}, "sesv2", "GetAccount"),
    ("sso-admin", "list_instances", {}, "sso-admin", "ListInstances"),
    ("dynamodbstreams", "list_streams", {"TableName": "orders"}, "dynamodbstreams", "ListStreams"),
    ("opensearch", "describe_domain", {"DomainName": "logs"}, "opensearch", "DescribeDomain"),
    ("es", "describe_elasticsearch_domain", {"DomainName": "logs"}, "es", "DescribeElasticsearchDomain"),
    ("elb", "describe_load_balancers", {"LoadBalancerNames": ["web"]}, "elb", "DescribeLoadBalancers"),
    ("elbv2", "describe_load_balancers", {"Names": ["web"]}, "elbv2", "DescribeLoadBalancers"),
    ("timestream-query", "describe_scheduled_query", {"ScheduledQueryArn": "arn:aws:timestream:us-east-1:111122223333:scheduled-query/q"}, "timestream-query", "DescribeScheduledQuery"),
    ("sagemaker", "describe_model", {"ModelName": "m"}, "sagemaker", "DescribeModel"),
    ("cognito-idp", "initiate_auth", {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "c", "AuthParameters": {"USERNAME": "dana"}}, "cognito-idp", "InitiateAuth"),
    ("sso-oidc", "create_token", {"clientId": "c", "clientSecret": "s", "grantType": "refresh_token"}, "sso-oidc", "CreateToken"),
    ("sso", "get_role_credentials", {"roleName": "r", "accountId": "111122223333", "accessToken": "t"}, "sso", "GetRoleCredentials"),
    ("stepfunctions", "describe_state_machine", {"stateMachineArn": "arn:aws:states:us-east-1:111122223333:stateMachine:m"}, "stepfunctions", "DescribeStateMachine"),
]  # fmt: skip


@pytest.mark.parametrize(("client", "method", "parameters", "service", "name"), CALLS)
def test_a_request_is_parsed_to_the_call_that_made_it(client, method, parameters, service, name):
    request = sent(client, method, **parameters)
    identified, _ = service_and_protocol(request)

    operation = parse_operation(identified, request, environ(request))

    assert (operation.service, operation.name) == (service, name)
    assert parameters.items() <= operation.parameters.items()


@pytest.mark.parametrize(
    ("service", "body", "code", "message"),
    [
        (
            "iam",
            b"Action=ListUnicorns&Version=2010-05-08",
            "InvalidAction",
            "Could not find operation ListUnicorns for version 2010-05-08",
        ),
        (
            "ec2",
            b"Action=RunUnicorns&Version=2016-11-15",
            "InvalidAction",
            "The action RunUnicorns is not valid for this web service.",
        ),
        (
            "lambda",
            b"",
            "UnknownOperationException",
            "The action or operation requested is not one of lambda.",
        ),
    ],
)
def test_an_unknown_operation_is_an_error_of_the_service(service, body, code, message):
    headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
    request = HttpRequest("POST", "/unicorns", "", headers, body, "127.0.0.1")

    with pytest.raises(AwsError) as raised:
        parse_operation(service, request, environ(request))

    assert (raised.value.code, raised.value.message) == (code, message)


def test_a_body_that_is_not_json_is_an_error_of_the_service():
    headers = {"x-amz-target": "DynamoDB_20120810.GetItem", "content-type": "application/x-amz-json-1.0"}
    request = HttpRequest("POST", "/", "", headers, b"{", "127.0.0.1")

    with pytest.raises(AwsError, match="SerializationException"):
        parse_operation("dynamodb", request, environ(request))
