"""A result is written in the protocol of its service, and read back as boto3 reads it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rolecall.aws.operations import Operation
from rolecall.sandbox.responses import Response, read_result, result_response

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        (
            Operation("sts", "GetCallerIdentity", "query", {}),
            {
                "UserId": "AIDAEXAMPLE",
                "Account": "111122223333",
                "Arn": "arn:aws:iam::111122223333:user/ada",
            },
        ),
        (
            Operation("ec2", "DescribeRegions", "ec2", {}),
            {"Regions": [{"RegionName": "eu-west-1", "Endpoint": "ec2.eu-west-1.amazonaws.com"}]},
        ),
        (Operation("sqs", "ListQueues", "json", {}), {"QueueUrls": ["http://127.0.0.1/jobs"]}),
        (Operation("lambda", "GetPolicy", "rest-json", {}), {"Policy": "{}", "RevisionId": "1"}),
        (
            Operation("s3", "DeleteObjects", "rest-xml", {}),
            {
                "Deleted": [{"Key": "a&b"}],
                "Errors": [{"Key": "c", "Code": "AccessDenied", "Message": "no"}],
            },
        ),
    ],
    ids=lambda value: getattr(value, "protocol", ""),
)
def test_a_result_survives_the_protocol_of_its_service(operation, result):
    response = result_response(operation, result)

    assert response.ok
    assert dict(response.headers)["Content-Length"] == str(len(response.body))
    assert read_result(operation, response) == result


def test_times_are_written_in_utc():
    operation = Operation("iam", "GetUser", "query", {})
    in_berlin = NOON.astimezone(timezone(timedelta(hours=1)))

    response = result_response(operation, {"User": {"UserName": "ada", "CreateDate": in_berlin}})

    assert b"<CreateDate>2026-11-26T12:00:00Z</CreateDate>" in response.body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<Error><Code>NoSuchKey</Code></Error>", "NoSuchKey"),
        (b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist"}', "QueueDoesNotExist"),
        (b"<html>", "Error"),
    ],
)
def test_the_code_of_an_error_is_read_from_its_body(body, code):
    assert Response(400, (), body).error == code


def test_a_successful_response_has_no_error_code():
    assert Response(200, (), b"<Code>NoSuchKey</Code>").error == ""
