"""Make moto faster without a change of any answer: find out once what it finds out for each request.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache, wraps
from typing import Any

import moto.backends
import moto.core.responses
import moto.core.serialize
import moto.iam.models
import moto.s3.models
import moto.s3.responses
import moto.s3.utils
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.routing import ServiceOperationRouter
from moto.s3.responses import S3Response
from moto.server import DomainDispatcherApplication
from moto.utilities.utils import get_partition

from rolecall.aws.operations import MATCH, PARSED
from rolecall.sandbox.moto_shapes import speed_up_shapes

_partition = lru_cache(maxsize=1024)(get_partition)
_REQUEST_ID = "0" * 52


def speed_up_moto() -> None:
    """Replace the functions of moto in which most of its time is spent; call it once."""
    _remember_module_names()
    _remember_what_stays_the_same()
    _look_up_directly()
    speed_up_shapes()


def _remember_module_names() -> None:
    """List moto's folders once, not twice for each request."""
    names = tuple(moto.backends.list_of_moto_modules())

    @wraps(moto.backends.list_of_moto_modules)
    def remembered_names() -> Iterator[str]:
        return iter(names)

    moto.backends.list_of_moto_modules = remembered_names


def _remember_what_stays_the_same() -> None:
    """Find out only once what moto finds out again for each request, often several times.

    Together these take a quarter of moto's time. None of them changes an answer.
    """
    responses: Any = moto.core.responses
    serialize: Any = moto.core.serialize
    application: Any = DomainDispatcherApplication
    base: Any = responses.BaseResponse
    responses.method_names_from_class = cache(responses.method_names_from_class)
    application.get_backend_for_host = lru_cache(maxsize=1024)(application.get_backend_for_host)
    base._get_param = _without_empty_body(base._get_param)
    base.parse_parameters = _with_parsed_parameters(base.parse_parameters)
    serialize.parse_to_aware_datetime = _with_remembered_texts(serialize.parse_to_aware_datetime)
    S3Response.subdomain_based_buckets = staticmethod(_by_host(S3Response.subdomain_based_buckets))
    ServiceOperationRouter.match = _with_earlier_match(ServiceOperationRouter.match)
    responses.gen_amzn_requestid_long = _same_request_id
    responses.camelcase_to_underscores = cache(responses.camelcase_to_underscores)
    s3: Any = moto.s3.responses
    s3.parse_region_from_url = lru_cache(maxsize=1024)(s3.parse_region_from_url)
    s3.metadata_from_headers = _metadata_from_headers
    for module in (moto.core.responses, moto.iam.models, moto.s3.models, moto.s3.responses):
        module.get_partition = _partition
    s3.bucketpath_bucket_name_from_url = lru_cache(maxsize=1024)(s3.bucketpath_bucket_name_from_url)
    serialize.xmltodict._validate_name = lru_cache(maxsize=4096)(serialize.xmltodict._validate_name)


def _with_remembered_texts(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Parse the text of a time once; moto keeps the times of many resources as texts."""
    parse_text = lru_cache(maxsize=4096)(parse)

    @wraps(parse)
    def parse_once(value: Any) -> Any:
        # A shorter text may have no date, and then means today.
        is_whole = isinstance(value, str) and len(value) >= len("2026-01-01T00:00:00Z")
        return parse_text(value) if is_whole else parse(value)

    return parse_once


def _without_empty_body(get: Callable[..., Any]) -> Callable[..., Any]:
    """Look for a parameter in the body only if there is one; moto would fail to read it as JSON."""

    @wraps(get)
    def get_parameter(response: Any, name: str, if_none: Any = None) -> Any:
        if response.body or response.automated_parameter_parsing:
            return get(response, name, if_none)
        value = response.querystring.get(name)
        return response.uri_match.get(name, if_none) if value is None else value[0]

    return get_parameter


class _RequestTo:
    """As much of a request as moto reads to find out whether the host includes the bucket."""

    def __init__(self, host: str) -> None:
        self.headers = {"host": host}


def _by_host(has_bucket: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Decide once for each host whether it includes the bucket; moto does it seven times for a request."""

    @lru_cache(maxsize=1024)
    def host_has_bucket(host: str) -> bool:
        return has_bucket(_RequestTo(host))

    @wraps(has_bucket)
    def host_of_request_has_bucket(request: Any) -> bool:
        host = request.headers.get("host")
        return host_has_bucket(host) if host else has_bucket(request)

    return host_of_request_has_bucket


def _with_earlier_match(match: Callable[..., Any]) -> Callable[..., Any]:
    """Reuse the operation that the gateway has found for a request."""

    @wraps(match)
    def match_once(router: Any, request: Any) -> tuple[Any, dict[str, Any]]:
        service, operation, labels = request.environ.get(MATCH, ("", None, {}))
        if service == router._service_model.service_name:
            return operation, dict(labels)
        found: tuple[Any, dict[str, Any]] = match(router, request)
        return found

    return match_once


def _with_parsed_parameters(parse: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Reuse the parameters that the gateway has parsed for an operation."""

    @wraps(parse)
    def parse_once(response: Any, request: Any) -> None:
        environ = request.environ
        service, _, _, parameters = environ.get(PARSED, ("", "", "", {}))
        as_sent = response.PROTOCOL_PARSER_MAP_TYPE is dict and "HTTP_CONTENT_ENCODING" not in environ
        if as_sent and service == response.boto3_service_name:
            response.params = _copied(parameters)
        else:
            parse(response, request)

    return parse_once


def _copied(value: Any) -> Any:
    """Copy parameters, because moto changes some of them, and the log shows them as they were sent."""
    if type(value) is dict:
        return {name: _copied(one) for name, one in value.items()}
    if type(value) is list:
        return [_copied(one) for one in value]
    return value


@lru_cache(maxsize=1024)
def _metadata_key(header: str) -> str | None:
    """Return the name under which moto keeps a header of an object; None for another header."""
    return next(iter(moto.s3.utils.metadata_from_headers({header: ""}).keys()), None)


@wraps(moto.s3.utils.metadata_from_headers)
def _metadata_from_headers(headers: Any) -> Any:
    """Find the headers that S3 keeps with an object, without a pattern for each header."""
    found: Any = moto.s3.utils.CaseInsensitiveDict()
    # werkzeug's headers are iterated over as pairs.
    names = headers.keys()
    for header in names:
        if key := _metadata_key(header):
            value = headers[header]
            found[key] = value[0] if isinstance(value, list) else value
    return found


@wraps(moto.core.responses.gen_amzn_requestid_long)
def _same_request_id(headers: dict[str, Any] | None = None) -> str:
    """Return the ID that each response has until the gateway replaces it."""
    if isinstance(headers, dict):
        headers["x-amzn-requestid"] = _REQUEST_ID
    return _REQUEST_ID


def _look_up_directly() -> None:
    """Shorten the look-ups of accounts and Regions, of which moto makes about twenty for each request."""
    backends: Any = BackendDict
    regions: Any = AccountSpecificBackend
    backends.__getitem__ = _existing_first(backends.__getitem__)
    regions.__getitem__ = _existing_first(regions.__getitem__)


def _existing_first(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Return the state of an account or a Region that has one; moto lists all of them first."""

    @wraps(get)
    def get_existing(backends: dict[str, Any], name: str) -> Any:
        found = dict.get(backends, name)
        return get(backends, name) if found is None else found

    return get_existing
