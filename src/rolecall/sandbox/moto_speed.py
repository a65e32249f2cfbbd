"""Make moto faster without a change of any answer: find out once what it finds out for each request.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from functools import cache, cached_property, lru_cache, wraps
from typing import Any

import flask.debughelpers
import moto.backends
import moto.core.responses
import moto.core.serialize
import werkzeug.sansio.request
from moto.core.base_backend import BackendDict
from moto.core.request import EnvironHeaders, Request, determine_request_protocol
from moto.core.routing import ServiceOperationRouter
from moto.core.serialize import (
    AttributePicker,
    AttributePickerContext,
    DefaultAttributePicker,
    ResponseSerializer,
)
from moto.core.utils import get_service_model
from moto.moto_api._internal.moto_random import MotoRandom
from moto.s3.responses import S3Response
from moto.server import DomainDispatcherApplication
from werkzeug.wrappers import Request as WerkzeugRequest

from rolecall.aws.http import HEADERS_WITH_UNDERSCORES
from rolecall.aws.operations import MATCH, PARSED

_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def speed_up_moto() -> None:
    """Replace the functions of moto in which most of its time is spent; call it once."""
    _remember_module_names()
    _remember_what_stays_the_same()
    _look_up_directly()


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
    base.parse_parameters = _with_parsed_parameters(base.parse_parameters)
    serialize.parse_to_aware_datetime = _with_remembered_texts(serialize.parse_to_aware_datetime)
    S3Response.subdomain_based_buckets = staticmethod(_by_host(S3Response.subdomain_based_buckets))
    ServiceOperationRouter.match = _with_earlier_match(ServiceOperationRouter.match)
    for name in ("raw_path", "raw_url"):
        _compute_once(Request, name)
    MotoRandom.get_random_string = _random_string
    # moto runs Flask in debug mode, where this creates a class for each request, to explain why a form
    # lacks a file.
    flask.debughelpers.attach_enctype_error_multidict = lambda request: None


def _compute_once(owner: type, name: str) -> None:
    """Compute a property once for each object; moto reads the URL of a request three times."""
    computed = cached_property(vars(owner)[name].fget)
    computed.__set_name__(owner, name)
    setattr(owner, name, computed)


def _with_remembered_texts(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Parse the text of a time once; moto keeps the times of many resources as texts."""
    parse_text = lru_cache(maxsize=4096)(parse)

    @wraps(parse)
    def parse_once(value: Any) -> Any:
        # A shorter text may have no date, and then means today.
        is_whole = isinstance(value, str) and len(value) >= len("2026-01-01T00:00:00Z")
        return parse_text(value) if is_whole else parse(value)

    return parse_once


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
        known = request.environ.get(PARSED)
        if known is None or response.PROTOCOL_PARSER_MAP_TYPE is not dict or request.content_encoding:
            parse(response, request)
            return
        service, operation, protocol, parameters = known
        model = get_service_model(response.boto3_service_name)
        same = (model.service_name, response._get_action()) == (service, operation)
        if same and determine_request_protocol(model, request.content_type) == protocol:
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


@wraps(MotoRandom.get_random_string)
def _random_string(
    random: MotoRandom, length: int = 20, include_digits: bool = True, lower_case: bool = False
) -> str:
    """Choose all characters of a request ID in one call."""
    pool = string.ascii_letters + (string.digits if include_digits else "")
    text = "".join(random.choices(pool, k=length))
    return text.lower() if lower_case else text


def _look_up_directly() -> None:
    """Shorten the look-ups that moto makes for each request: accounts, headers, and members of results."""
    backends: Any = BackendDict
    headers: Any = EnvironHeaders
    serializer: Any = ResponseSerializer
    request: Any = werkzeug.sansio.request
    backends.__getitem__ = _without_lock(backends.__getitem__)
    headers._get_key = _header
    headers.__iter__ = _headers
    serializer.get_value = _with_known_keys(serializer.get_value)
    Request._load_form_data = _load_form_data
    request.get_current_url = lru_cache(maxsize=1024)(request.get_current_url)


def _without_lock(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Return the state of an account that has one; moto lists all accounts first."""

    @wraps(get)
    def get_existing(backends: BackendDict[Any], account: str) -> Any:
        found = dict.get(backends, account)
        return get(backends, account) if found is None else found

    return get_existing


@lru_cache(maxsize=1024)
def _name_in_environ(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _header(headers: EnvironHeaders, name: str) -> str:
    value: str = headers.environ[_name_in_environ(name)]
    return value


@lru_cache(maxsize=1024)
def _name_of(key: str) -> str:
    """Return the name of the header that the environment keeps under a key; empty if it keeps none."""
    if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        return key.replace("_", "-").title()
    if not key.startswith("HTTP_") or key in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
        return ""
    return key[5:].replace("_", "-").title()


def _headers(headers: EnvironHeaders) -> Iterator[tuple[str, str]]:
    """List the headers, with the names that were kept, as moto and werkzeug do together."""
    environ = headers.environ
    kept = environ.get(HEADERS_WITH_UNDERSCORES) or {}
    for key, value in environ.items():
        # The body of a request without a type or a length has none of them.
        if (name := _name_of(key)) and (value or key[:5] == "HTTP_"):
            yield kept.get(key, name), value


def _load_form_data(request: Request) -> None:
    """Read the fields of a form, without the parser for forms if the request isn't one.

    An object that is uploaded with PUT can be of any type, and none of them makes it a form.
    """
    found = vars(request)
    if "form" in found:
        return
    if request.method != "PUT" and request.mimetype in _FORMS:
        WerkzeugRequest._load_form_data(request)
    else:
        empty = request.parameter_storage_class()
        found.update(form=empty, files=empty)


def _with_known_keys(get_value: Callable[..., Any]) -> Callable[..., Any]:
    """Find out once under which names a dictionary can have a member of a shape.

    moto makes up to seven names for each member of each item, and a list has hundreds of members.
    """

    @wraps(get_value)
    def get_by_known_keys(serializer: Any, result: Any, key: str, shape: Any) -> Any:
        picker = serializer._value_picker
        # Another result may be any object, and some operations change what was found.
        if type(result) is not dict or getattr(picker, "response_transformers", None):
            return get_value(serializer, result, key, shape)
        for possible in _keys_of(picker, key, shape):
            if possible in result:
                return result[possible]
        return None

    return get_by_known_keys


def _keys_of(picker: DefaultAttributePicker, key: str, shape: Any) -> tuple[str, ...]:
    """Return the keys under which a dictionary can have a member; the first one that it has counts."""
    if not isinstance(picker, AttributePicker):
        return (key,)
    # A shape exists as long as the service's model.
    known: dict[Any, tuple[str, ...]] = vars(shape).setdefault("_keys_of_members", {})
    keys = known.get((type(picker), key))
    if keys is None:
        possible = picker.get_possible_keys(AttributePickerContext({}, key, shape))
        keys = known[type(picker), key] = tuple(dict.fromkeys(possible))
    return keys
