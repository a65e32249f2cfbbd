"""What replaces a slow function of moto returns what moto's function returns."""

import importlib.util

import moto.core.parse
import pytest
from moto.core.utils import get_service_model
from moto.s3.utils import metadata_from_headers
from tests.aws.test_wsgi_request import environ
from werkzeug.datastructures import MultiDict

from rolecall.aws.wsgi_request import WsgiRequest, key_of_header
from rolecall.sandbox import moto_app, moto_speed

assert moto_app  # It replaces the functions of moto that are slow.

TEXTS = {"boolean": "true", "integer": "1", "long": "1", "timestamp": "Wed, 21 Oct 2015 07:28:00 GMT"}


@pytest.fixture(scope="module")
def original():
    """moto's parsers as they are in its source."""
    spec = importlib.util.spec_from_file_location("original_parsers", moto.core.parse.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
def test_members_outside_of_the_body_are_parsed_as_moto_parses_them(service, original):
    model = get_service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        shape = operation.input_shape
        if shape is None:
            continue
        ours, theirs = (
            module.PROTOCOL_PARSERS[model.protocol](operation) for module in (moto.core.parse, original)
        )
        for request in (
            located(shape),
            located(shape) | {"headers": WsgiRequest(environ()).headers, "values": MultiDict()},
        ):
            found, expected = {}, {}
            ours._parse_non_payload_attrs(request, shape, shape.members, found)
            theirs._parse_non_payload_attrs(request, shape, shape.members, expected)
            assert found == expected, name


def test_the_metadata_of_an_object_is_found_as_moto_finds_it():
    headers = {
        "X-Amz-Meta-Color": "blue",
        "x-amz-meta-b_c": "1",
        "Content-Type": "text/plain",
        "cache-control": "no",
        "Host": "here",
        "Other": ["a"],
        "Expires": ["b", "c"],
    }

    found = moto_speed._metadata_from_headers(headers)

    assert dict(found) == dict(metadata_from_headers(headers))
    assert "x-amz-meta-color" in dict(found)
