"""Identify the operation and the parameters of a request with botocore's service models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, overload
from wsgiref.types import WSGIEnvironment

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from rolecall.aws.errors import AwsError, Protocol, failure
from rolecall.aws.http import HttpRequest
from rolecall.aws.json_types import WrongType, check_json
from rolecall.aws.routing import find_operation
from rolecall.aws.s3_subresources import check_response_headers, check_subresources
from rolecall.aws.services import protocol_of
from rolecall.aws.sigv4 import form_parameters
from rolecall.aws.wsgi_request import WsgiRequest

# What moto's parsers raise.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


MATCH = "rolecall.match"
"""Where the WSGI environment keeps the service, the operation, and the labels of the path that matched."""
PARSED = "rolecall.parsed"
"""Where it keeps what was parsed: the service, the operation, the protocol, and the parameters."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A call to an AWS service.

    Parameters
    ----------
    service
        The service, by botocore's name.
    name
        The operation, as in the service's API reference.
    protocol
        The protocol of the request.
    parameters
        The parameters, as boto3 takes them.
    """

    service: str
    name: str
    protocol: Protocol
    parameters: Mapping[str, Any]

    @overload
    def text(self, parameter: str) -> str | None: ...

    @overload
    def text(self, parameter: str, default: str) -> str: ...

    def text(self, parameter: str, default: str | None = None) -> str | None:
        """Return a parameter if it is a non-empty string, else the default."""
        value = self.parameters.get(parameter)
        return value if isinstance(value, str) and value else default


@lru_cache(maxsize=4096)
def is_unsigned(service: str, operation: str) -> bool:
    """Whether clients don't sign an operation, as for sign-in and for calls with a token.

    Parameters
    ----------
    service
        The service, by botocore's name.
    operation
        The operation, as in the service's API reference.
    """
    try:
        return bool(get_service_model(service).operation_model(operation).auth_type == "none")
    except (UnknownServiceError, DataNotFoundError, KeyError, ValueError):
        return False


@lru_cache(maxsize=4096)
def is_operation(service: str, name: str) -> bool:
    """Whether a service has an operation.

    Parameters
    ----------
    service
        The service, by botocore's name.
    name
        What could be the name of an operation.
    """
    return name in get_service_model(service).operation_names


def input_members(service: str, operation: str) -> Mapping[str, Any]:
    """Return the parameters of an operation in botocore's model of its service, by their names."""
    shape = get_service_model(service).operation_model(operation).input_shape
    return shape.members if shape else {}


def request_path(service: str, operation: str) -> str:
    """Return the path of an operation in botocore's model, with its placeholders."""
    path: str = get_service_model(service).operation_model(operation).http["requestUri"]
    return path


def _unknown_operation(service: str, protocol: Protocol, request: HttpRequest) -> AwsError:
    """Return the error for an operation that a service doesn't have.

    https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    if protocol in ("query", "ec2"):
        parameters = form_parameters(request)
        action, version = parameters.get("Action", ""), parameters.get("Version", "")
        if protocol == "ec2":
            return AwsError("InvalidAction", f"The action {action} is not valid for this web service.", 400)
        return AwsError("InvalidAction", f"Could not find operation {action} for version {version}", 400)
    if service == "s3":
        message = "The specified method is not allowed against this resource."
        return AwsError("MethodNotAllowed", message, 405)
    message = f"The action or operation requested is not one of {service}."
    return AwsError("UnknownOperationException", message, 400)


def parse_operation(service: str, request: HttpRequest, environ: WSGIEnvironment) -> Operation:
    """Parse the operation and its parameters with the model of the service.

    Parameters
    ----------
    service
        The service, by botocore's name.
    request
        The request.
    environ
        The WSGI environment that the request was read from.

    Returns
    -------
    Operation
        The operation with its parameters.

    Raises
    ------
    AwsError
        If the service has no such operation, or its parameters can't be parsed.
    """
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        message = f"The sandbox doesn't read CBOR, which this request to {service} is written in."
        raise AwsError("UnknownOperationException", message, 400)
    protocol = protocol_of(service, request.headers.get("content-type"))
    wsgi = WsgiRequest.of(environ)
    try:
        operation, uri = find_operation(service, wsgi)
        environ[MATCH] = (service, operation, uri)
    except (HTTPException, NotImplementedError, UnknownServiceError, DataNotFoundError):
        raise _unknown_operation(service, protocol, request) from None
    if service == "s3" and request.query:
        check_subresources(operation, wsgi.args)
        if "response-" in request.query:
            check_response_headers(wsgi.args)
    parser = PROTOCOL_PARSERS[protocol](operation)
    try:
        if protocol in ("json", "rest-json"):
            # moto reads a body that isn't JSON as if it had no parameters.
            content = check_json(operation, request.body)
            if content is not None:
                parser._parse_body_as_json = lambda body: content
        parameters = parser.parse(
            {
                "method": request.method,
                "values": _values(wsgi, protocol),
                "headers": wsgi.headers,
                "body": request.body,
                "url_path": wsgi.path,
                "url_params": uri,
            }
        )
    except WrongType as error:
        raise failure("unreadable", service, protocol, str(error)) from error
    except (RequestParserError, *_UNREADABLE) as error:
        message = f"The request could not be read: {type(error).__name__}."
        raise failure("unreadable", service, protocol, message) from error
    finally:
        environ["wsgi.input"].seek(0)
    environ[PARSED] = (service, str(operation.name), protocol, parameters)
    return Operation(service, str(operation.name), protocol, parameters)


def _values(request: WsgiRequest, protocol: Protocol) -> Any:
    """Return the fields of a form, or the query, whichever has the parameters of a protocol."""
    if protocol in ("query", "ec2"):
        return request.values
    # werkzeug would look for a form in the whole body.
    return None if protocol == "json" else request.args
