"""What replaces a slow function of moto returns what moto's function returns."""

import importlib.util
import sys

import moto.core.parse
import moto.core.serialize
import pytest
from moto.core.utils import get_service_model
from tests.aws.test_wsgi_request import environ
from werkzeug.datastructures import MultiDict

from rolecall.aws.wsgi_request import WsgiRequest, key_of_header
from rolecall.sandbox import moto_app

assert moto_app  # It replaces the functions of moto that are slow.

TEXTS = {"boolean": "true", "integer": "1", "long": "1", "timestamp": "Wed, 21 Oct 2015 07:28:00 GMT"}


def original(module):
    """A module of moto as it is in its source."""
    spec = importlib.util.spec_from_file_location(f"original.{module.__name__}", module.__file__)
    loaded = importlib.util.module_from_spec(spec)
    # Its dataclasses look for their module by its name.
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


PARSERS, SERIALIZERS = original(moto.core.parse), original(moto.core.serialize)


def located(shape):
    """A request with every member of a shape that is outside of the body."""
    headers, query, labels = {}, MultiDict(), {}
    for name, member in shape.members.items():
        sent_as = member.serialization.get("name", name)
        text = TEXTS.get(member.type_name, "a")
        match member.serialization.get("location"):
            case "header":
                headers[key_of_header(sent_as)] = text
            case "headers":
                headers[key_of_header(f"{sent_as}color")] = "blue"
            case "uri":
                labels[sent_as] = text
            case "querystring":
                query.setlist(
                    sent_as if member.type_name != "map" else "other",
                    ["a", "b"] if member.type_name == "list" else [text],
                )
    return {
        "headers": WsgiRequest(environ(**headers)).headers,
        "values": query,
        "url_params": labels,
        "body": b"",
        "url_path": "/",
        "method": "GET",
    }


@pytest.mark.parametrize("service", ["s3", "lambda", "apigateway", "s3control"])
def test_members_outside_of_the_body_are_parsed_as_moto_parses_them(service):
    model = get_service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        shape = operation.input_shape
        if shape is None:
            continue
        ours, theirs = (
            module.PROTOCOL_PARSERS[model.protocol](operation) for module in (moto.core.parse, PARSERS)
        )
        for request in (
            located(shape),
            located(shape) | {"headers": WsgiRequest(environ()).headers, "values": MultiDict()},
        ):
            found, expected = {}, {}
            ours._parse_non_payload_attrs(request, shape, shape.members, found)
            theirs._parse_non_payload_attrs(request, shape, shape.members, expected)
            assert found == expected, name


DELETION = (
    b'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key></Object>'
    b"<Object><Key>b</Key><VersionId>1</VersionId></Object><Quiet>true</Quiet></Delete>"
)
ACL = (
    b'<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    b'xsi:type="Group"><URI>all</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList>'
    b"<Owner><ID>1</ID></Owner></AccessControlPolicy>"
)


@pytest.mark.parametrize(
    ("operation", "body"),
    [("DeleteObjects", DELETION), ("DeleteObjects", b"<Delete/>"), ("PutBucketAcl", ACL)],
)
def test_a_body_in_xml_is_parsed_as_moto_parses_it(operation, body):
    model = get_service_model("s3").operation_model(operation)
    request = located(model.input_shape) | {"body": body}

    ours, theirs = (
        module.PROTOCOL_PARSERS["rest-xml"](model).parse(request) for module in (moto.core.parse, PARSERS)
    )

    assert ours == theirs


@pytest.mark.parametrize(
    ("service", "protocol", "operation", "result"),
    [
        (
            "s3",
            "rest-xml",
            "ListBuckets",
            {"Buckets": [{"Name": "a"}, {"Name": "b", "CreationDate": None}]},
        ),
        (
            "s3",
            "rest-xml",
            "DeleteObjects",
            {"Deleted": [{"Key": "a", "DeleteMarker": True}], "Errors": []},
        ),
        ("s3", "rest-xml", "DeleteObjects", {}),
        (
            "dynamodb",
            "json",
            "GetItem",
            {"Item": {"id": {"S": "a"}, "all": {"L": [{"N": "1"}, {"NULL": True}]}}},
        ),
        ("dynamodb", "json", "GetItem", {"Item": None}),
        ("iam", "query", "ListUsers", {"Users": [{"UserName": "dana", "Path": "/"}], "IsTruncated": False}),
        ("iam", "query", "ListUsers", {"users": [{"user_name": "dana", "arn": "a"}]}),
        (
            "ec2",
            "ec2",
            "DescribeVpcs",
            {"Vpcs": [{"VpcId": "vpc-1", "Tags": [{"Key": "a", "Value": "b"}]}]},
        ),
        ("lambda", "rest-json", "GetFunctionConcurrency", {"ReservedConcurrentExecutions": 0}),
    ],
)
def test_a_result_is_serialized_as_moto_serializes_it(service, protocol, operation, result):
    model = get_service_model(service).operation_model(operation)

    ours, theirs = (
        module.get_serializer_class(service, protocol)(
            model, value_picker=module.XFormedAttributePicker()
        ).serialize(result)
        for module in (moto.core.serialize, SERIALIZERS)
    )

    assert ours == theirs


@pytest.mark.parametrize(
    ("service", "protocol", "operation", "body"),
    [
        ("dynamodb", "json", "PutItem", b'{"TableName": "a", "Item": {"id": {"S": "1"}, "b": {"L": []}}}'),
        ("dynamodb", "json", "GetItem", b'{"TableName": null, "Key": {}, "Other": 1}'),
        ("kms", "json", "Encrypt", b'{"KeyId": "a", "Plaintext": "eA=="}'),
        (
            "lambda",
            "rest-json",
            "CreateFunction",
            b'{"FunctionName": "a", "Code": {"ZipFile": "eA=="}, "Timeout": 3}',
        ),
    ],
)
def test_a_body_in_json_is_parsed_as_moto_parses_it(service, protocol, operation, body):
    model = get_service_model(service).operation_model(operation)
    request = located(model.input_shape) | {"body": body}

    ours, theirs = (
        module.PROTOCOL_PARSERS[protocol](model).parse(request) for module in (moto.core.parse, PARSERS)
    )

    assert ours == theirs


def test_a_parameter_in_the_path_is_not_read_from_the_body():
    model = get_service_model("lambda").operation_model("UpdateFunctionConfiguration")
    request = located(model.input_shape) | {"body": b'{"FunctionName": "other", "Timeout": 3}'}

    parsed = moto.core.parse.PROTOCOL_PARSERS["rest-json"](model).parse(request)

    assert (parsed["FunctionName"], parsed["Timeout"]) == ("a", 3)
