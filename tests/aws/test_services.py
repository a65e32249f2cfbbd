"""The service of a request, its protocol, and its Region."""

import pytest

from rolecall.aws.http import HttpRequest
from rolecall.aws.services import protocol_of, region_for, service_and_protocol


@pytest.mark.parametrize(
    ("service", "content_type", "protocol"),
    [
        ("iam", None, "query"),
        ("ec2", None, "ec2"),
        ("s3", None, "rest-xml"),
        ("lambda", "application/json", "rest-json"),
        ("dynamodb", "application/x-amz-json-1.0", "json"),
        ("sqs", "application/x-amz-json-1.0", "json"),
        ("sqs", "application/x-www-form-urlencoded", "query"),
        ("no-such-service", None, "rest-json"),
        ("no-such-service", "application/x-www-form-urlencoded", "query"),
        ("no-such-service", "application/x-amz-json-1.1", "json"),
    ],
)
def test_a_service_has_a_protocol(service, content_type, protocol):
    assert protocol_of(service, content_type) == protocol


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15", {}, ("sts", "query")),
        (b"Action=ListUsers&Version=2010-05-08", {}, ("iam", "query")),
        (b"Action=DescribeInstances&Version=2016-11-15", {}, ("ec2", "ec2")),
        (b"{}", {"x-amz-target": "DynamoDB_20120810.ListTables"}, ("dynamodb", "json")),
        (b"", {}, ("s3", "rest-xml")),
    ],
)
def test_an_unsigned_request_is_identified_by_what_it_carries(body, headers, expected):
    request = HttpRequest("POST", "/", "", headers, body, "127.0.0.1")

    assert service_and_protocol(request) == expected


# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
@pytest.mark.parametrize(
    ("service", "region"), [("iam", "us-east-1"), ("globalaccelerator", "us-west-2"), ("s3", "eu-west-1")]
)
def test_a_global_service_has_one_region(service, region):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion"""
    assert region_for(service, "eu-west-1") == region


@pytest.mark.parametrize(
    ("method", "path", "service"),
    [
        ("GET", "/v20180820/configuration/publicAccessBlock", "s3control"),
        ("GET", "/v20180820/q1.txt", "s3"),
        ("PUT", "/reports/v20180820/jobs", "s3"),
        ("PATCH", "/reports", "s3"),
    ],
)
def test_only_a_path_of_s3_control_is_not_for_s3(method, path, service):
    scope = "Credential=AKIAIOSFODNN7EXAMPLE/20261126/us-east-1/s3/aws4_request"
    headers = {
        "authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "host": "127.0.0.1",
        "x-amz-account-id": "111122223333",
    }

    identified, _ = service_and_protocol(HttpRequest(method, path, "", headers, b"", "127.0.0.1"))

    assert identified == service
