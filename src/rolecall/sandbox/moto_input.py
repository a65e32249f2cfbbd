"""Let moto read from a request only what the gateway has read.

moto looks for the name of an operation and for its parameters in several places: in the query, in headers,
and in the text of any body. The gateway reads what the service's protocol says, and moto must do the same.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import quote, unquote_plus
from wsgiref.types import WSGIEnvironment

import moto.core.responses
from moto.core.utils import get_service_model

from rolecall.aws.operations import MATCH, PARSED, input_members
from rolecall.aws.routing import query_flags
from rolecall.aws.s3 import copied_object
from rolecall.aws.wsgi_request import forget_request

REGION = "rolecall.region"
"""Where the WSGI environment keeps the Region that a request was decided for."""

_SIGNATURE = "X-Amz-"
_COPY_SOURCE = "HTTP_X_AMZ_COPY_SOURCE"
# Headers without a hyphen in their names. Any other such name could be that of a parameter.
_PLAIN_HEADERS = frozenset({"Accept", "Authorization", "Date", "Expect", "Host", "Origin", "Range"})


def restrict_moto() -> None:
    """Replace the functions of moto that would find another operation or other parameters; call it once."""
    responses: Any = moto.core.responses
    base: Any = responses.BaseResponse
    base._get_action = _with_decided_action(base._get_action)
    base._get_param = _with_located_parameters(base._get_param)
    base.get_region_from_url = _with_decided_region(base.get_region_from_url)
    # Only a form has parameters in a body of this kind, and moto reads forms before.
    responses.parse_qsl = wraps(responses.parse_qsl)(_no_parameters)


def without_other_parameters(environ: WSGIEnvironment) -> None:
    """Remove from the query what isn't a parameter of the operation; moto would prefer it to the body.

    Parameters
    ----------
    environ
        The WSGI environment of a request whose operation is known.
    """
    query = environ.get("QUERY_STRING")
    service, operation, protocol, _ = environ.get(PARSED, ("", "", "", {}))
    if not query or service == "s3" or protocol not in ("json", "rest-json", "rest-xml"):
        return
    known = _query_names(service, operation) if protocol != "json" else frozenset()
    if known is None:
        return
    parts = query.split("&")
    kept = [part for part in parts if _is_kept(unquote_plus(part.partition("=")[0]), known)]
    if len(kept) < len(parts):
        environ["QUERY_STRING"] = "&".join(kept)
        environ["RAW_URI"] = environ["RAW_URI"].partition("?")[0] + (f"?{'&'.join(kept)}" if kept else "")
        forget_request(environ)


def with_encoded_copy_source(environ: WSGIEnvironment) -> None:
    """Encode the source of a copy, so that moto finds the object that was decided in it.

    moto reads it as a URL, in which a key would end at ``#`` or ``;``.
    """
    if _COPY_SOURCE in environ:
        path, version = copied_object(environ[_COPY_SOURCE])
        environ[_COPY_SOURCE] = f"/{quote(path)}" + (f"?versionId={quote(version)}" if version else "")


def headers_for_moto(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the headers whose names can't be those of parameters, which moto looks for here too."""
    return {name: value for name, value in headers if "-" in name or name in _PLAIN_HEADERS}


def _is_kept(name: str, known: frozenset[str]) -> bool:
    return name in known or name.startswith(_SIGNATURE)


@lru_cache(maxsize=4096)
def _query_names(service: str, operation: str) -> frozenset[str] | None:
    """Return the names that the query of an operation can have; None if it can have any."""
    names = set(query_flags(get_service_model(service).operation_model(operation)))
    for name, shape in input_members(service, operation).items():
        if shape.serialization.get("location") == "querystring":
            if shape.type_name == "map":
                return None
            names.add(shape.serialization.get("name", name))
    return frozenset(names)


def _with_located_parameters(get: Callable[..., Any]) -> Callable[..., Any]:
    """Read a parameter of the path, the query, or a header only there; moto prefers one in the body."""

    @wraps(get)
    def get_located(response: Any, name: str, if_none: Any = None) -> Any:
        if response.automated_parameter_parsing:
            return get(response, name, if_none)
        environ = response.normalized_request.environ
        service, operation, labels = environ.get(MATCH, ("", None, {}))
        if operation is None or service != response.boto3_service_name:
            return get(response, name, if_none)
        if name not in _located_names(service, operation.name):
            return get(response, name, if_none)
        if name in labels:
            return labels[name]
        value = response.querystring.get(name)
        return if_none if value is None else value[0]

    return get_located


@lru_cache(maxsize=4096)
def _located_names(service: str, operation: str) -> frozenset[str]:
    """Return the names of the parameters that an operation has outside of the body, and not in it."""
    in_body: dict[bool, set[str]] = {False: set(), True: set()}
    for name, shape in input_members(service, operation).items():
        in_body["location" not in shape.serialization].add(shape.serialization.get("name", name))
    return frozenset(in_body[False] - in_body[True])


def _with_decided_action(get_action: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Perform the operation that was decided. S3's responses choose it by other means."""

    @wraps(get_action)
    def decided_action(response: Any) -> Any:
        environ = response.normalized_request.environ
        service, operation, labels = environ.get(MATCH, ("", None, {}))
        if operation is None or service != response.boto3_service_name or service == "s3":
            return get_action(response)
        if environ[PARSED][2].startswith("rest-"):
            response.uri_match = dict(labels)
        return operation.name

    return decided_action


def _with_decided_region(get_region: Callable[..., str]) -> Callable[..., str]:
    """Perform an operation in the Region that was decided; moto prefers one in the client's user agent."""

    @wraps(get_region)
    def decided_region(response: Any, request: Any, full_url: str) -> str:
        return request.environ.get(REGION) or get_region(response, request, full_url)

    return decided_region


def _no_parameters(*arguments: Any, **options: Any) -> list[tuple[str, str]]:
    return []
