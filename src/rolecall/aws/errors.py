"""Errors as AWS returns them: the code, the status, and the body that each protocol requires.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from rolecall.aws.request_ids import new_request_id, request_id_headers

Protocol = Literal["query", "ec2", "json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor"]
Failure = Literal[
    "denied",
    "missing",
    "unknown key",
    "bad signature",
    "expired",
    "invalid token",
    "skewed",
    "wrong region",
    "missing parameter",
    "unsupported",
    "unreadable",
]

_INVALID = "The security token included in the request is invalid."
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_EXPIRED = "The security token included in the request is expired"
_MISSING = "Request is missing Authentication Token"
_REGION = "Credential should be scoped to a valid region."
_EC2_AUTH = "AWS was not able to validate the provided access credentials"

# Code, status, and message of each failure, by service or protocol. None means the message of the caller.
_TABLE: dict[str, dict[Failure, tuple[str, int, str | None]]] = {
    "query": {
        "denied": ("AccessDenied", 403, None),
        "missing": ("MissingAuthenticationToken", 403, _MISSING),
        "unknown key": ("InvalidClientTokenId", 403, _INVALID),
        "bad signature": ("SignatureDoesNotMatch", 403, _MISMATCH),
        "expired": ("ExpiredToken", 403, _EXPIRED),
        "invalid token": ("InvalidClientTokenId", 403, _INVALID),
        "skewed": ("SignatureDoesNotMatch", 403, None),
        "wrong region": ("SignatureDoesNotMatch", 403, _REGION),
        "missing parameter": ("ValidationError", 400, None),
        "unsupported": ("InvalidAction", 400, None),
        "unreadable": ("SerializationException", 400, None),
    },
    "ec2": {
        "denied": ("UnauthorizedOperation", 403, None),
        "missing": ("MissingAuthenticationToken", 403, _MISSING),
        "unknown key": ("AuthFailure", 401, _EC2_AUTH),
        "bad signature": ("AuthFailure", 401, _EC2_AUTH),
        "expired": ("RequestExpired", 400, "Request has expired."),
        "invalid token": ("AuthFailure", 401, _EC2_AUTH),
        "skewed": ("RequestExpired", 400, None),
        "wrong region": ("AuthFailure", 401, _EC2_AUTH),
        "missing parameter": ("MissingParameter", 400, None),
        "unsupported": ("UnsupportedOperation", 400, None),
        "unreadable": ("SerializationException", 400, None),
    },
    "s3": {
        "denied": ("AccessDenied", 403, None),
        "missing": ("AccessDenied", 403, "Access Denied"),
        "unknown key": (
            "InvalidAccessKeyId",
            403,
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        "bad signature": (
            "SignatureDoesNotMatch",
            403,
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
        ),
        "expired": ("ExpiredToken", 400, "The provided token has expired."),
        "invalid token": (
            "InvalidToken",
            400,
            "The provided token is malformed or otherwise invalid.",
        ),
        "skewed": (
            "RequestTimeTooSkewed",
            403,
            "The difference between the request time and the current time is too large.",
        ),
        "wrong region": ("AuthorizationHeaderMalformed", 400, _REGION),
        "missing parameter": ("InvalidRequest", 400, None),
        "unsupported": ("MethodNotAllowed", 405, None),
        "unreadable": ("MalformedXML", 400, None),
    },
    "json": {
        "denied": ("AccessDeniedException", 400, None),
        "missing": ("MissingAuthenticationTokenException", 400, _MISSING),
        "unknown key": ("UnrecognizedClientException", 400, _INVALID),
        "bad signature": ("InvalidSignatureException", 400, _MISMATCH),
        "expired": ("ExpiredTokenException", 400, _EXPIRED),
        "invalid token": ("UnrecognizedClientException", 400, _INVALID),
        "skewed": ("InvalidSignatureException", 400, None),
        "wrong region": ("InvalidSignatureException", 400, _REGION),
        "missing parameter": ("ValidationException", 400, None),
        "unsupported": ("UnknownOperationException", 400, None),
        "unreadable": ("SerializationException", 400, None),
    },
}


# Services whose error for a denial differs from the error of their protocol.
# https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
# SQS and CloudWatch use JSON, and return the code that they had in the query protocol in a header.
_DENIED = {"sns": "AuthorizationError", "sqs": "AccessDenied", "cloudwatch": "AccessDenied"}
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
_MISSING_PARAMETER = {
    "cognito-idp": "InvalidParameterException",
    "logs": "InvalidParameterException",
    "sqs": "MissingParameter",
}
_QUERY_COMPATIBLE = ("sqs", "cloudwatch")
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_INTERNAL = {"s3": "InternalError", "ec2": "InternalError"}
_MALFORMED_SIGNATURE = {"s3": "AuthorizationHeaderMalformed"}
_EXPIRED_URL = {"s3": ("AccessDenied", 403, "Request has expired")}
# https://www.w3.org/TR/xml/#charsets
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
DENIAL_CODES = frozenset({*(codes["denied"][0] for codes in _TABLE.values()), *_DENIED.values()})
"""Every error code by which a service denies access."""


class AwsError(Exception):
    """An error to return to the client.

    Parameters
    ----------
    code
        The error code, such as ``ValidationError``.
    message
        The message for the client.
    status
        The HTTP status.
    details
        Further elements of the response of S3, such as ``BucketName``.
    headers
        Further headers of the response, such as ``x-amz-bucket-region``.
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        details: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.details = details or {}
        self.headers = headers or {}
        self.code = code
        self.message = message
        self.status = status


def failure(
    kind: Failure,
    service: str,
    protocol: Protocol,
    message: str = "",
    details: Mapping[str, str] | None = None,
) -> AwsError:
    """Return the error of a service for a request that it can't read or authenticate, or doesn't authorize.

    Parameters
    ----------
    kind
        What went wrong.
    service
        The service, by botocore's name.
    protocol
        The protocol of the request.
    message
        The message, for the failures whose message depends on the request.
    details
        Further elements of the response of S3.

    Returns
    -------
    AwsError
        The error, with the code, status, and message of the service.
    """
    family = service if service == "s3" else protocol
    if protocol == "rest-xml" and service != "s3":
        family = "query"
    table = _TABLE["json" if family == "rest-json" else family]
    code, status, fixed = table[kind]
    if protocol == "rest-json" and kind not in ("missing parameter", "unsupported", "unreadable"):
        status = 403
    if kind == "denied" and service in _DENIED:
        code, status = _DENIED[service], 403
    if kind == "unreadable" and protocol == "rest-xml":
        code = "MalformedXML"
    if kind == "missing parameter":
        code = _MISSING_PARAMETER.get(service, code)
    return AwsError(code, fixed if fixed is not None else message, status, details)


def internal_error(service: str, message: str) -> AwsError:
    """Return the error of a service for an internal fault."""
    return AwsError(_INTERNAL.get(service, "InternalFailure"), message, 500)


def unavailable(message: str) -> AwsError:
    """Return the error for a request that can't be answered right now.

    https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    return AwsError("ServiceUnavailable", message, 503)


def malformed_signature(service: str, message: str, *, in_query: bool = False) -> AwsError:
    """Return the error of a service for a signature that it can't parse.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    if in_query and service == "s3":
        return AwsError("AuthorizationQueryParametersError", message, 400)
    return AwsError(_MALFORMED_SIGNATURE.get(service, "IncompleteSignature"), message, 400)


def expired_url(
    service: str, protocol: Protocol, message: str, details: Mapping[str, str] | None = None
) -> AwsError:
    """Return the error of a service for a presigned URL that is no longer valid.

    Parameters
    ----------
    details
        What S3 says about the times: ``X-Amz-Expires`` (Version 4 only), ``Expires``, and ``ServerTime``.
    """
    if service in _EXPIRED_URL:
        code, status, fixed = _EXPIRED_URL[service]
        return AwsError(code, fixed, status, details)
    return failure("skewed", service, protocol, message)


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An error as an HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def render(error: AwsError, service: str, protocol: Protocol, *, head: bool = False) -> ErrorResponse:
    """Serialize an error in a protocol, so that every SDK raises its typed exception.

    Parameters
    ----------
    error
        The error.
    service
        The service, by botocore's name.
    protocol
        The protocol of the request.
    head
        Whether the request was a HEAD request, whose response has no body.

    Returns
    -------
    ErrorResponse
        Status, headers, and body.
    """
    request_id = new_request_id(service)
    identified = request_id_headers(service, request_id)
    code, message = escape(error.code), escape(_NOT_IN_XML.sub("\ufffd", error.message))
    if protocol == "smithy-rpc-v2-cbor":
        return _in_cbor(error, request_id)
    if protocol in ("json", "rest-json"):
        key = "message" if protocol == "json" else "Message"
        body = json.dumps({"__type": error.code, key: error.message})
        content_type = "application/x-amz-json-1.0" if protocol == "json" else "application/json"
        headers = [*identified, ("x-amzn-ErrorType", error.code)]
        if service in _QUERY_COMPATIBLE:
            headers.append(("x-amzn-query-error", f"{error.code};Sender"))
    else:
        content_type = "text/xml"
        headers = identified
        if service == "s3":
            content_type = "application/xml"
            host = dict(identified)["x-amz-id-2"]
            more = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in error.details.items())
            body = (
                f"<Error><Code>{code}</Code><Message>{message}</Message>{more}"
                f"<RequestId>{request_id}</RequestId><HostId>{host}</HostId></Error>"
            )
        elif protocol == "ec2":
            body = (
                f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>"
                f"</Error></Errors><RequestID>{request_id}</RequestID></Response>"
            )
        else:
            body = (
                "<ErrorResponse><Error><Type>Sender</Type>"
                f"<Code>{code}</Code><Message>{message}</Message></Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    content = b"" if head else body.encode()
    headers += [("Content-Type", content_type), ("Content-Length", str(len(content)))]
    headers += error.headers.items()
    return ErrorResponse(error.status, tuple(headers), content)


def _in_cbor(error: AwsError, request_id: str) -> ErrorResponse:
    """Serialize an error in Smithy RPC v2 CBOR.

    https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
    """
    map_of_two = b"\xa2"
    texts = ("__type", error.code, "message", error.message)
    content = map_of_two + b"".join(_cbor_text(text) for text in texts)
    headers = (
        ("smithy-protocol", "rpc-v2-cbor"),
        ("x-amzn-RequestId", request_id),
        ("Content-Type", "application/cbor"),
        ("Content-Length", str(len(content))),
    )
    return ErrorResponse(error.status, headers, content)


def _cbor_text(text: str) -> bytes:
    """Encode a text: its type, the length of its length, its length, and its bytes.

    https://www.rfc-editor.org/rfc/rfc8949.html#section-3
    """
    content = text.encode()
    return b"\x7a" + len(content).to_bytes(4, "big") + content
