"""Request bodies that a client compressed, as SDKs do for CloudWatch's PutMetricData from 10 KiB.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html
https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import lru_cache

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from moto.core.utils import get_service_model

from rolecall.aws.errors import AwsError, Protocol, failure
from rolecall.aws.http import HttpRequest

# Far above the 1 MB that PutMetricData accepts, so that a small body can't fill the memory.
_LONGEST_BODY = 10 * 1024 * 1024
_WITH_GZIP_HEADER = zlib.MAX_WBITS | 16


def decompressed(request: HttpRequest, service: str, protocol: Protocol) -> HttpRequest:
    """Return a request with its body as it was before the client compressed it.

    Parameters
    ----------
    request
        The request, whose signature is of the compressed body.
    service
        The service, by botocore's name. Of most services, such as S3, the header isn't about the request
        but is a parameter, and the body stays as it is.
    protocol
        The protocol of the request.

    Returns
    -------
    HttpRequest
        The request without the ``gzip`` in its ``Content-Encoding``.

    Raises
    ------
    AwsError
        If the body isn't in the format of gzip, or is too long.
    """
    *others, last = [one.strip() for one in request.headers.get("content-encoding", "").split(",")]
    if last.lower() != "gzip" or not _accepts_compression(service):
        return request
    reader = zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        body = reader.decompress(request.body, _LONGEST_BODY)
    except zlib.error as error:
        message = "The request could not be read: its body is not in the format of gzip."
        raise failure("unreadable", service, protocol, message) from error
    if reader.unconsumed_tail:
        message = f"Request size exceeded {_LONGEST_BODY} bytes"
        raise AwsError("RequestEntityTooLarge", message, 413)
    if not reader.eof:
        message = "The request could not be read: its body ends before the end of the gzip stream."
        raise failure("unreadable", service, protocol, message)
    headers = {**request.headers, "content-length": str(len(body))}
    del headers["content-encoding"]
    if others:
        headers["content-encoding"] = ",".join(others)
    return replace(request, headers=headers, body=body)


@lru_cache(maxsize=1024)
def _accepts_compression(service: str) -> bool:
    """Whether the model of a service has an operation whose requests can be compressed."""
    try:
        model = get_service_model(service)
    except (UnknownServiceError, DataNotFoundError):
        return False
    return any(model.operation_model(name).request_compression for name in model.operation_names)
