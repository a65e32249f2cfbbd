"""Make moto faster without a change of any answer: find out once what it finds out for each request.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache, wraps
from typing import Any, NamedTuple

import moto.backends
import moto.core.responses
import moto.core.serialize
import moto.iam.models
import moto.s3.models
import moto.s3.responses
import moto.s3.utils
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.parse import BaseRestParser
from moto.core.request import determine_request_protocol
from moto.core.routing import ServiceOperationRouter
from moto.core.serialize import (
    AttributePicker,
    AttributePickerContext,
    DefaultAttributePicker,
    ResponseSerializer,
)
from moto.core.utils import get_service_model
from moto.s3.responses import S3Response
from moto.server import DomainDispatcherApplication
from moto.utilities.utils import get_partition

from rolecall.aws.operations import MATCH, PARSED
from rolecall.aws.wsgi_request import key_of_header

_partition = lru_cache(maxsize=1024)(get_partition)
_REQUEST_ID = "0" * 52


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
    base._get_param = _without_empty_body(base._get_param)
    base.parse_parameters = _with_parsed_parameters(base.parse_parameters)
    serialize.parse_to_aware_datetime = _with_remembered_texts(serialize.parse_to_aware_datetime)
    S3Response.subdomain_based_buckets = staticmethod(_by_host(S3Response.subdomain_based_buckets))
    ServiceOperationRouter.match = _with_earlier_match(ServiceOperationRouter.match)
    responses.gen_amzn_requestid_long = _same_request_id
    responses.camelcase_to_underscores = cache(responses.camelcase_to_underscores)
    s3: Any = moto.s3.responses
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
    """Return the ID that every response has until the gateway gives it one of its own."""
    if isinstance(headers, dict):
        headers["x-amzn-requestid"] = _REQUEST_ID
    return _REQUEST_ID


def _look_up_directly() -> None:
    """Shorten the look-ups that moto makes for each request: accounts, headers, and members of results."""
    backends: Any = BackendDict
    serializer: Any = ResponseSerializer
    regions: Any = AccountSpecificBackend
    parser: Any = BaseRestParser
    backends.__getitem__ = _existing_first(backends.__getitem__)
    regions.__getitem__ = _existing_first(regions.__getitem__)
    parser._parse_non_payload_attrs = _parse_located_members
    parser._add_modeled_parse = _parse_members
    serializer.get_value = _with_known_keys(serializer.get_value)


def _existing_first(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Return the state of an account or a Region that has one; moto lists all of them first."""

    @wraps(get)
    def get_existing(backends: dict[str, Any], name: str) -> Any:
        found = dict.get(backends, name)
        return get(backends, name) if found is None else found

    return get_existing


class _Located(NamedTuple):
    """A member of a request that isn't in its body.

    Parameters
    ----------
    name, shape
        The member.
    location
        ``header``, ``headers``, ``uri``, or ``querystring``.
    sent_as
        Its name there.
    key
        Where the WSGI environment has it, if it is a header.
    """

    name: str
    shape: Any
    location: str
    sent_as: str
    key: str


@lru_cache(maxsize=4096)
def _located_members(shape: Any) -> tuple[_Located, ...]:
    found = []
    for name, member in shape.members.items():
        if location := member.serialization.get("location"):
            sent_as = member.serialization.get("name", name)
            found.append(_Located(name, member, location, sent_as, key_of_header(sent_as)))
    return tuple(found)


@wraps(BaseRestParser._parse_non_payload_attrs)
def _parse_located_members(
    parser: Any, request: dict[str, Any], shape: Any, members: Any, parsed: dict[str, Any]
) -> None:
    """Read the members of a request outside of its body; one that isn't there takes no call."""
    headers, query = request["headers"], request["values"]
    sent = headers.environ
    for name, member, location, sent_as, key in _located_members(shape):
        if location == "header":
            if key in sent:
                parsed[name] = parser._parse_shape(member, headers[sent_as])
        elif location == "headers":
            parsed[name] = parser._parse_header_map(member, headers)
        elif location == "uri":
            parsed[name] = parser._parse_shape(member, request["url_params"].get(sent_as))
        elif location == "querystring":
            if member.type_name == "list":
                parsed[name] = parser._parse_shape(member, query.getlist(sent_as))
            elif member.type_name == "map":
                listed = query.to_dict(flat=False)
                texts = {key: text if len(text) > 1 else text[0] for key, text in listed.items()}
                parsed[name] = parser._parse_shape(member, texts)
            elif sent_as in query:
                parsed[name] = parser._parse_shape(member, query.get(sent_as))


@lru_cache(maxsize=4096)
def _has_host_labels(shape: Any) -> bool:
    return any(member.serialization.get("hostLabel") for member in shape.members.values())


@wraps(BaseRestParser._add_modeled_parse)
def _parse_members(parser: Any, request: dict[str, Any], shape: Any, parsed: dict[str, Any]) -> None:
    """Read all members of a request, and the labels of its host only if there are any."""
    members = shape.members
    parser._parse_non_payload_attrs(request, shape, members, parsed)
    parser._parse_payload(request, shape, members, parsed)
    if _has_host_labels(shape):
        parser._parse_host_labels(request, members, parsed)


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
        try:
            keys = shape._keys_of_members[type(picker), key]
        except (AttributeError, KeyError):
            keys = _keys_of(picker, key, shape)
        for possible in keys:
            if possible in result:
                return result[possible]
        return None

    return get_by_known_keys


def _keys_of(picker: DefaultAttributePicker, key: str, shape: Any) -> tuple[str, ...]:
    """Return the keys under which a dictionary can have a member; the first one that it has counts."""
    keys: tuple[str, ...] = (key,)
    if isinstance(picker, AttributePicker):
        possible = picker.get_possible_keys(AttributePickerContext({}, key, shape))
        keys = tuple(dict.fromkeys(possible))
    # A shape exists as long as the service's model.
    vars(shape).setdefault("_keys_of_members", {})[type(picker), key] = keys
    return keys
