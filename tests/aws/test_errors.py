"""Errors in the form of each protocol.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

import json
from xml.etree import ElementTree

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from moto.core.utils import get_service_model

from rolecall.aws.errors import AwsError, failure, render

DENIALS = [
    ("iam", "query", "AccessDenied", 403),
    ("sts", "query", "AccessDenied", 403),
    ("sns", "query", "AuthorizationError", 403),
    ("ec2", "ec2", "UnauthorizedOperation", 403),
    ("s3", "rest-xml", "AccessDenied", 403),
    ("route53", "rest-xml", "AccessDenied", 403),
    ("dynamodb", "json", "AccessDeniedException", 400),
    ("kms", "json", "AccessDeniedException", 400),
    ("sqs", "json", "AccessDenied", 403),
    ("lambda", "rest-json", "AccessDeniedException", 403),
    ("eks", "rest-json", "AccessDeniedException", 403),
]


@pytest.mark.parametrize(("service", "protocol", "code", "status"), DENIALS)
def test_a_denial_has_the_code_and_status_of_its_service(service, protocol, code, status):
    error = failure("denied", service, protocol, "not allowed")

    assert (error.code, error.status, error.message) == (code, status, "not allowed")


@pytest.mark.parametrize(
    ("kind", "service", "protocol", "code", "status"),
    [
        ("missing", "iam", "query", "MissingAuthenticationToken", 403),
        ("missing", "dynamodb", "json", "MissingAuthenticationTokenException", 400),
        ("missing", "lambda", "rest-json", "MissingAuthenticationTokenException", 403),
        ("missing", "s3", "rest-xml", "AccessDenied", 403),
        ("unknown key", "sts", "query", "InvalidClientTokenId", 403),
        ("unknown key", "ec2", "ec2", "AuthFailure", 401),
        ("unknown key", "s3", "rest-xml", "InvalidAccessKeyId", 403),
        ("unknown key", "dynamodb", "json", "UnrecognizedClientException", 400),
        ("unknown key", "lambda", "rest-json", "UnrecognizedClientException", 403),
        ("bad signature", "sts", "query", "SignatureDoesNotMatch", 403),
        ("bad signature", "dynamodb", "json", "InvalidSignatureException", 400),
        ("expired", "sts", "query", "ExpiredToken", 403),
        ("expired", "ec2", "ec2", "RequestExpired", 400),
        ("expired", "s3", "rest-xml", "ExpiredToken", 400),
        ("expired", "dynamodb", "json", "ExpiredTokenException", 400),
        ("expired", "lambda", "rest-json", "ExpiredTokenException", 403),
        ("invalid token", "s3", "rest-xml", "InvalidToken", 400),
        ("skewed", "s3", "rest-xml", "RequestTimeTooSkewed", 403),
        ("missing parameter", "iam", "query", "ValidationError", 400),
        ("missing parameter", "sqs", "json", "MissingParameter", 400),
        ("missing parameter", "dynamodb", "json", "ValidationException", 400),
        ("unreadable", "s3", "rest-xml", "MalformedXML", 400),
        ("unreadable", "route53", "rest-xml", "MalformedXML", 400),
        ("unreadable", "dynamodb", "json", "SerializationException", 400),
        ("unreadable", "lambda", "rest-json", "SerializationException", 400),
    ],
)
def test_a_request_that_is_not_authenticated_fails_as_the_service_does(
    kind, service, protocol, code, status
):
    error = failure(kind, service, protocol)

    assert (error.code, error.status) == (code, status)


@pytest.mark.parametrize(("service", "protocol", "code", "status"), DENIALS)
def test_botocore_reads_the_code_and_the_message(service, protocol, code, status):
    response = render(AwsError(code, 'not <allowed> & "so"', status), service, protocol)

    parsed = create_parser(protocol).parse(
        {
            "status_code": response.status,
            "headers": HeadersDict(dict(response.headers)),
            "body": response.body,
        },
        get_service_model(service)
        .operation_model(next(iter(get_service_model(service).operation_names)))
        .output_shape,
    )
    assert parsed["Error"]["Code"] == code
    assert parsed["Error"]["Message"] == 'not <allowed> & "so"'
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == status
    assert parsed["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("service", ["sqs", "cloudwatch"])
def test_services_that_left_the_query_protocol_return_their_old_code_in_a_header(service):
    response = render(AwsError("AccessDenied", "no", 403), service, "json")

    assert dict(response.headers)["x-amzn-query-error"] == "AccessDenied;Sender"


@pytest.mark.parametrize("protocol", ["rest-xml", "rest-json"])
def test_an_error_for_a_head_request_has_no_body(protocol):
    response = render(AwsError("AccessDenied", "no", 403), "s3", protocol, head=True)

    assert (response.status, response.body, dict(response.headers)["Content-Length"]) == (403, b"", "0")


def test_s3_repeats_the_request_id_in_the_body():
    response = render(AwsError("NoSuchKey", "The specified key does not exist.", 404), "s3", "rest-xml")

    document = ElementTree.fromstring(response.body)
    assert document.findtext("RequestId") == dict(response.headers)["x-amz-request-id"]


def test_the_length_counts_bytes():
    response = render(AwsError("ValidationError", "é", 400), "dynamodb", "json")

    assert dict(response.headers)["Content-Length"] == str(len(response.body))
    assert json.loads(response.body)["message"] == "é"
