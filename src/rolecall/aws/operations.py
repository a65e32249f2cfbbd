"""Which service and operation a request is for, and with which parameters, by botocore's service models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from rolecall.aws.errors import AwsError, Protocol
from rolecall.aws.http import HttpRequest
from rolecall.aws.sigv4 import form_parameters

# Signing names that differ from botocore's service names.
# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
_BY_SIGNING_NAME = {
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "email": "sesv2",
    "elasticfilesystem": "efs",
    "elasticmapreduce": "emr",
    "elasticloadbalancing": "elbv2",
    "tagging": "resourcegroupstaggingapi",
    "cloudcontrolapi": "cloudcontrol",
    "aps": "amp",
    "airflow": "mwaa",
    "access-analyzer": "accessanalyzer",
    "execute-api": "apigateway",
}


UNSIGNED_STS = ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
"""Operations that bring their proof in their parameters."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A call, understood.

    Parameters
    ----------
    service
        botocore's name of the service.
    name
        The operation, as in the API reference.
    parameters
        As boto3 would take them.
    """

    service: str
    name: str
    protocol: Protocol
    parameters: Mapping[str, Any]

    def text(self, parameter: str) -> str | None:
        """A parameter that is a non-empty string, or None."""
        value = self.parameters.get(parameter)
        return value if isinstance(value, str) and value else None


def service_for(signing_name: str) -> str:
    """botocore's name for the service that a credential scope names."""
    return _BY_SIGNING_NAME.get(signing_name, signing_name)


def protocol_of(service: str, content_type: str | None) -> Protocol:
    """The protocol in which a client speaks to a service; query for a service nobody knows."""
    try:
        model = get_service_model(service)
    except (UnknownServiceError, DataNotFoundError):
        return "query"
    try:
        return cast(Protocol, determine_request_protocol(model, content_type))
    except NotImplementedError:
        # moto knows no way to tell the protocol by the content type; the model's own it is.
        return cast(Protocol, str(model.protocol))


def addressed(request: HttpRequest) -> tuple[str, Protocol]:
    """The service that a request is for, by its credential scope, and the protocol to answer in."""
    header = request.headers.get("authorization", "")
    scope = header.partition("Credential=")[2].partition(",")[0].split("/")
    if len(scope) != 5:
        scope = request.query_parameters().get("X-Amz-Credential", "").split("/")
    if len(scope) == 5:
        service = service_for(scope[3])
    elif request.method == "POST" and form_parameters(request).get("Action") in UNSIGNED_STS:
        service = "sts"
    elif request.method == "POST" and b"Action=" in request.body[:4096]:
        version = form_parameters(request).get("Version")
        service = {"2011-06-15": "sts", "2010-05-08": "iam", "2016-11-15": "ec2"}.get(version or "", "sts")
    elif target := request.headers.get("x-amz-target"):
        # The service has a prefix of its own there; that the protocol is JSON is all an answer needs.
        return target.partition("_")[0].partition(".")[0].lower(), "json"
    else:
        service = "s3"
    return service, protocol_of(service, request.headers.get("content-type"))


def understand(service: str, request: HttpRequest, environ: WSGIEnvironment) -> Operation:
    """Reads a request by the service's model.

    Raises
    ------
    AwsError
        For an operation that the service does not have, or parameters that cannot be read.
    """
    protocol = protocol_of(service, request.headers.get("content-type"))
    wsgi = Request(environ | {"RAW_URI": request.path})
    try:
        operation, uri = get_service_router(service).match(wsgi)
    except (HTTPException, NotImplementedError, UnknownServiceError, DataNotFoundError):
        raise AwsError(
            "InvalidAction" if protocol == "query" else "UnknownOperationException",
            f"The action or operation requested is not one of {service}.",
            400,
        ) from None
    parser = PROTOCOL_PARSERS[protocol](operation)
    try:
        parameters = parser.parse(
            {
                "method": request.method,
                "values": wsgi.values,
                "headers": wsgi.headers,
                "body": request.body,
                "url_path": wsgi.path,
                "url_params": uri,
            }
        )
    except (RequestParserError, ValueError, TypeError, KeyError, AttributeError) as error:
        code = "MalformedXML" if protocol == "rest-xml" else "SerializationException"
        raise AwsError(code, f"The request could not be read: {type(error).__name__}.") from error
    finally:
        environ["wsgi.input"].seek(0)
    return Operation(service, str(operation.name), protocol, parameters)
