"""Parse requests and serialize results by the service models as moto does, with fewer calls.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, NamedTuple

from moto.core.parse import BaseJSONParser, BaseRestParser, BaseXMLParser
from moto.core.serialize import (
    AttributePicker,
    AttributePickerContext,
    DefaultAttributePicker,
    ResponseSerializer,
)

from rolecall.aws.wsgi_request import key_of_header


def speed_up_shapes() -> None:
    """Replace the functions of moto that ask a service model about each member; call it once."""
    serializer: Any = ResponseSerializer
    rest_parser: Any = BaseRestParser
    xml_parser: Any = BaseXMLParser
    json_parser: Any = BaseJSONParser
    serializer.get_value = _with_known_keys(serializer.get_value)
    serializer._serialize_type_structure = _serialize_present_members
    rest_parser._parse_non_payload_attrs = _parse_located_members
    rest_parser._add_modeled_parse = _parse_members
    xml_parser._parse_structure = _with_known_elements(xml_parser._parse_structure)
    json_parser._parse_structure = _with_known_names(json_parser._parse_structure)


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


class _Element(NamedTuple):
    """A member of a structure in XML or JSON, and its name there."""

    name: str
    shape: Any
    sent_as: str


@lru_cache(maxsize=4096)
def _elements(shape: Any) -> tuple[_Element, ...] | None:
    """Return the members of a structure that are elements; None if some are attributes."""
    found = []
    for name, member in shape.members.items():
        serialization = member.serialization
        if serialization.get("xmlAttribute"):
            return None
        if "location" not in serialization and not serialization.get("eventheader"):
            flattened = member.type_name == "list" and serialization.get("flattened")
            element = member.member.serialization.get("name") if flattened else None
            found.append(_Element(name, member, element or serialization.get("name") or name))
    return tuple(found)


def _with_known_elements(parse: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Read a structure in XML without asking the model again how each element is named."""

    @wraps(parse)
    def parse_known(parser: Any, shape: Any, node: Any) -> Any:
        elements = _elements(shape)
        if elements is None:
            return parse(parser, shape, node)
        sent = parser._build_name_to_xml_node(node)
        return {
            name: parser._parse_shape(member, sent[element])
            for name, member, element in elements
            if element in sent
        }

    return parse_known


@lru_cache(maxsize=4096)
def _json_names(shape: Any) -> tuple[_Element, ...]:
    """Return the members of a structure that are in the body, where moto also looks for all others."""
    return tuple(
        _Element(name, member, member.serialization.get("name", name))
        for name, member in shape.members.items()
        if "location" not in member.serialization
    )


def _with_known_names(parse: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Read a structure in JSON without asking the model again how each member is named."""

    @wraps(parse)
    def parse_known(parser: Any, shape: Any, sent: Any) -> Any:
        if type(sent) is not dict or shape.is_document_type:
            return parse(parser, shape, sent)
        parsed = parser.MAP_TYPE()
        for name, member, sent_as in _json_names(shape):
            if sent_as in sent and (value := sent[sent_as]) is not None:
                parsed[name] = parser._parse_shape(member, value)
        return parsed

    return parse_known


@wraps(ResponseSerializer._serialize_type_structure)
def _serialize_present_members(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Serialize the members that a dictionary has, without a call for each that it doesn't have."""
    if value is None:
        return
    wrapper = serializer.MAP_TYPE() if key else serialized
    picker = serializer._value_picker
    # As below, another result may have a member under any name.
    is_plain = type(value) is dict and not getattr(picker, "response_transformers", None)
    for name, member in shape.members.items():
        member.parent = shape
        if is_plain:
            try:
                keys = member._keys_of_members[type(picker), name]
            except (AttributeError, KeyError):
                keys = _keys_of(picker, name, member)
            for possible in keys:
                if possible in value:
                    break
            else:
                continue
        serializer._serialize_structure_member(wrapper, value, member, name)
    if key:
        serializer._default_serialize(serialized, wrapper, shape, key)


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
