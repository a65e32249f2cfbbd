"""The query of a request to S3: which subresource it is about, and which headers its response gets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from botocore.model import OperationModel
from moto.core.utils import get_service_model

from rolecall.aws.errors import AwsError
from rolecall.aws.routing import query_flags

# ``list-type`` and ``select-type`` only choose a version of an operation.
_NO_SUBRESOURCES = frozenset({"list-type", "select-type", "x-id"})


def check_subresources(operation: OperationModel, query: Mapping[str, str]) -> None:
    """Check that a request names no subresource but that of its operation.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html

    Parameters
    ----------
    operation
        The operation that was found for the request.
    query
        The parameters of the query.

    Raises
    ------
    AwsError
        If it names several subresources, or one that can't be used in this way.
    """
    named = _subresources().intersection(query)
    if named <= _own(operation):
        return
    if len(named) > 1:
        first, second, *_ = sorted(named)
        message = f"Conflicting query string parameters: {first}, {second}"
        details = {"ArgumentName": "ResourceType", "ArgumentValue": first}
        raise AwsError("InvalidArgument", message, 400, details)
    raise AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)


def check_response_headers(query: Mapping[str, str]) -> None:
    """Check that the response can have the headers that a request for an object chooses.

    https://github.com/IQSS/dataverse/issues/4524

    Parameters
    ----------
    query
        The parameters of the query.

    Raises
    ------
    AwsError
        If a header has a character that HTTP can't send.
    """
    for name, value in query.items():
        if name.startswith("response-") and not value.isascii():
            try:
                value.encode("latin-1")
            except UnicodeEncodeError:
                details = {"ArgumentName": name, "ArgumentValue": value}
                message = "Header value cannot be represented using ISO-8859-1."
                raise AwsError("InvalidArgument", message, 400, details) from None


@lru_cache(maxsize=1)
def _subresources() -> frozenset[str]:
    model = get_service_model("s3")
    found = {"uploadId"}
    for name in model.operation_names:
        found.update(query_flags(model.operation_model(name)))
    return frozenset(found - _NO_SUBRESOURCES)


@lru_cache(maxsize=512)
def _own(operation: OperationModel) -> frozenset[str]:
    shape: Any = operation.input_shape
    required = shape.required_query_args if shape is not None else ()
    return query_flags(operation) | frozenset(required)
