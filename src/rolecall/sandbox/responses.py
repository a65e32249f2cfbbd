"""HTTP responses in the protocol of a service, and the results of operations that they carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse

from botocore.parsers import create_parser
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from rolecall.aws.errors import AwsError, Protocol, render
from rolecall.aws.operations import Operation
from rolecall.aws.request_ids import request_id_headers

Result = Mapping[str, Any]
"""The result of an operation in the form in which boto3 returns it."""

_CODE = re.compile(rb'<Code>([^<]+)</Code>|"(?:__type|code)"\s*:\s*"(?:[^"#]*#)?([^"]+)"')
_REQUEST_ID = re.compile(rb"<(?P<name>[Rr]equestI[dD])>[^<]*</(?P=name)>")
_ID_HEADERS = frozenset({"x-amzn-requestid", "x-amz-request-id"})
_JSON_ERROR = re.compile(rb'\{"__type": "([^"]+)", "message": "(.*)"\}', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response with its whole body.

    Parameters
    ----------
    status
        The HTTP status, such as 404.
    headers
        Names and values, in order.
    body
        As it is sent.
    error_code
        The AWS error code, if the gateway produced the error itself. `error` also finds moto's.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    error_code: str = ""

    @property
    def ok(self) -> bool:
        """Whether the operation succeeded."""
        return self.status < 400

    @property
    def error(self) -> str:
        """The AWS error code; empty if the operation succeeded."""
        if self.ok or self.error_code:
            return self.error_code
        found = _CODE.search(self.body)
        return (found[1] or found[2]).decode("utf-8", "replace") if found else "Error"

    @property
    def request_id(self) -> str:
        """The ID of the request; empty if the response has none yet."""
        return next((value for name, value in self.headers if name.lower() in _ID_HEADERS), "")

    def send(self, start_response: StartResponse) -> list[bytes]:
        """Send the response to a WSGI server."""
        start_response(f"{self.status} {_reason(self.status)}", list(self.headers))
        return [self.body]


@lru_cache(maxsize=64)
def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def error_response(error: AwsError, service: str, protocol: Protocol, *, head: bool = False) -> Response:
    """Make the response for an error, so that every SDK raises its typed exception.

    Parameters
    ----------
    head
        Whether the request was a HEAD, whose response has no body.
    """
    rendered = render(error, service, protocol, head=head)
    return Response(rendered.status, rendered.headers, rendered.body, error.code)


def in_protocol_of(operation: Operation, response: Response) -> Response:
    """Return moto's response, with an error in XML if the operation's protocol is XML.

    For a pagination token that it doesn't know, moto returns JSON in all services.
    """
    if response.ok or operation.protocol in ("json", "rest-json"):
        return response
    # moto doesn't escape the quotation marks in such a message.
    found = _JSON_ERROR.fullmatch(response.body)
    if found is None:
        return response
    code, message = (text.decode("utf-8", "replace") for text in found.groups())
    return error_response(AwsError(code, message, response.status), operation.service, operation.protocol)


def with_request_id(response: Response, service: str, protocol: Protocol, request_id: str) -> Response:
    """Give a response the ID of its request, in place of the one that moto gives to all.

    https://docs.aws.amazon.com/general/latest/gr/aws-general.html
    """
    body = response.body
    if protocol in ("query", "ec2") or (protocol == "rest-xml" and not response.ok):
        body = _REQUEST_ID.sub(rb"<\g<name>>%s</\g<name>>" % request_id.encode(), body, count=1)
    headers = request_id_headers(service, request_id)
    for name, value in response.headers:
        lower = name.lower()
        if lower == "content-length" and len(body) != len(response.body):
            headers.append((name, str(len(body))))
        elif lower not in _ID_HEADERS:
            headers.append((name, value))
    return Response(response.status, tuple(headers), body, response.error_code)


def result_response(operation: Operation, result: Result) -> Response:
    """Make the response for a result, by the service's model.

    Parameters
    ----------
    result
        In the form in which boto3 returns it. Times may be in any time zone.
    """
    model = get_service_model(operation.service).operation_model(operation.name)
    serializer = get_serializer_class(operation.service, operation.protocol)
    response = serializer(model).serialize(_in_utc(result))
    body = response["body"]
    content = body if isinstance(body, bytes) else body.encode()
    headers = [*response["headers"].items(), ("Content-Length", len(content))]
    # moto's serializers don't read the member that is the status, such as Invoke's StatusCode.
    members = model.output_shape.members if model.output_shape else {}
    statuses = (
        result[name]
        for name, shape in members.items()
        if shape.serialization.get("location") == "statusCode" and name in result
    )
    return Response(
        next(statuses, response["status_code"]),
        tuple((str(key), str(value)) for key, value in headers),
        content,
    )


def read_result(operation: Operation, response: Response) -> dict[str, Any]:
    """Read the result of a successful operation from its response, as boto3 does."""
    model = get_service_model(operation.service)
    shape = model.operation_model(operation.name).output_shape
    raw = {"status_code": response.status, "headers": dict(response.headers), "body": response.body}
    result: dict[str, Any] = create_parser(operation.protocol).parse(raw, shape)
    result.pop("ResponseMetadata", None)
    return result


def _in_utc(value: Any) -> Any:
    """Make times naive and UTC, which is how moto's serializers expect them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, Mapping):
        return {key: one if type(one) is str else _in_utc(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_utc(one) for one in value]
    return value
