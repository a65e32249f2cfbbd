"""Find the operation of a request, and remember it for requests that look the same.

Services of the REST protocols have many operations on one path, and to find the one that is meant takes as
long as to decide the request.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.model import OperationModel
from moto.core.request import determine_request_protocol
from moto.core.routing import RequiredHeader, get_service_router
from moto.core.utils import get_service_model

from rolecall.aws.wsgi_request import WsgiRequest, key_of_header

_MOST_KNOWN = 4096
_known: dict[tuple[object, ...], tuple[OperationModel, dict[str, Any]]] = {}


def find_operation(service: str, request: WsgiRequest) -> tuple[OperationModel, dict[str, Any]]:
    """Find the operation that a request is for, and the labels of its path.

    Parameters
    ----------
    service
        The service, by botocore's name.
    request
        The request.

    Raises
    ------
    HTTPException, NotImplementedError
        If the service has no such operation.
    UnknownServiceError, DataNotFoundError
        If there is no such service.
    """
    protocol = determine_request_protocol(get_service_model(service), request.headers.get("Content-Type"))
    key: tuple[object, ...] = (service, protocol, request.method, request.host, request.raw_path)
    if protocol == "json":
        key += (request.headers.get("X-Amz-Target"),)
    elif protocol.startswith("rest-"):
        key += (request.query_string, _deciding_headers(service, protocol).intersection(request.environ))
    else:
        found: tuple[OperationModel, dict[str, Any]] = get_service_router(service).match(request)
        return found
    known = _known.get(key)
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[key] = get_service_router(service).match(request)
    operation, labels = known
    return operation, dict(labels)


def query_flags(operation: OperationModel) -> frozenset[str]:
    """Return the names that the path of an operation has in its query, such as ``acl`` in S3."""
    query = str(operation.http["requestUri"]).partition("?")[2]
    return frozenset(part.partition("=")[0] for part in query.split("&") if part)


@lru_cache(maxsize=1024)
def _deciding_headers(service: str, protocol: str) -> frozenset[str]:
    """Return where the WSGI environment keeps the headers that operations are distinguished by."""
    rules = get_service_router(service)._get_router(protocol)._map.iter_rules()
    return frozenset(
        key_of_header(constraint.name)
        for rule in rules
        for candidate in rule._action_selector.candidates
        for constraint in candidate.constraints
        if isinstance(constraint, RequiredHeader)
    )
