"""A route that is remembered is the one that moto finds."""

import pytest
from tests.aws.test_wsgi_request import environ

from rolecall.aws.routing import find_operation
from rolecall.aws.wsgi_request import WsgiRequest

REQUESTS = [
    ("s3", "ListBuckets", {}),
    ("s3", "ListObjects", {"path": "/reports"}),
    ("s3", "ListObjectsV2", {"path": "/reports", "query": "list-type=2"}),
    ("s3", "GetObject", {"path": "/reports/q1"}),
    ("s3", "GetObjectAcl", {"path": "/reports/q1", "query": "acl"}),
    ("s3", "PutObject", {"method": "PUT", "path": "/reports/q1"}),
    ("s3", "CopyObject", {"method": "PUT", "path": "/reports/q1", "HTTP_X_AMZ_COPY_SOURCE": "/reports/q2"}),
    ("lambda", "GetFunction", {"path": "/2015-03-31/functions/hello"}),
    ("dynamodb", "GetItem", {"method": "POST", "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.GetItem"}),
    ("dynamodb", "PutItem", {"method": "POST", "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.PutItem"}),
]


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.parametrize(("service", "name", "given"), REQUESTS)
def test_the_operation_is_found_each_time(service, name, given, time):
    operation, _ = find_operation(service, WsgiRequest(environ(**given)))

    assert operation.name == name


def test_the_labels_of_a_path_can_be_changed():
    _, labels = find_operation("s3", WsgiRequest(environ(path="/reports/q1")))
    labels["Key"] = "changed"

    _, again = find_operation("s3", WsgiRequest(environ(path="/reports/q1")))
    assert again == {"Bucket": "reports", "Key": "q1"}
