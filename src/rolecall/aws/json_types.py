"""Check that a JSON body can be read, and that its values have the types of the service's model.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#shape-serialization
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from botocore.model import OperationModel

_NUMBERS = frozenset({"integer", "long", "float", "double"})
# What AWS calls a JSON value, and the type that it was to become.
_NAMES = {"string": "String", "blob": "Blob", "boolean": "Boolean", "integer": "Integer"}


class WrongType(ValueError):
    """A value of another type than the model has. The text is the message for the client."""


def check_json(operation: OperationModel, body: bytes) -> Any:
    """Check the body of a request; an empty one has no parameters.

    Returns
    -------
    object
        What is in the body; None if there is none, or if it isn't JSON by the model.

    Raises
    ------
    ValueError
        If the body isn't JSON; `WrongType` if a value doesn't have the type of its parameter.
    """
    shape: Any = operation.input_shape
    if not body or shape is None:
        return None
    payload = shape.serialization.get("payload")
    shape = shape.members[payload] if payload else shape
    if shape.type_name != "structure":
        return None
    content = json.loads(body)
    check_types(shape, content)
    return content


def check_types(shape: Any, value: Any) -> None:
    """Check a value, and all values in it.

    Parameters
    ----------
    shape
        botocore's shape of the value.
    value
        As `json.loads` returns it.

    Raises
    ------
    WrongType
        For the first value of another type.
    """
    kind = shape.type_name
    if shape.serialization.get("jsonvalue") or getattr(shape, "is_document_type", False):
        return
    if value is None:
        raise WrongType(f"null can not be converted to {_target(kind)}")
    if isinstance(value, dict):
        _check_object(shape, value)
    elif isinstance(value, list):
        if kind != "list":
            raise WrongType("Start of list found where not expected.")
        for one in value:
            check_types(shape.member, one)
    elif kind in ("structure", "list", "map"):
        raise WrongType("Unexpected token received from parser")
    elif not _fits(kind, value):
        raise WrongType(f"{_name(value)} can not be converted to {_target(kind)}")


def _check_object(shape: Any, value: dict[str, Any]) -> None:
    if shape.type_name == "map":
        for one in value.values():
            check_types(shape.value, one)
    elif shape.type_name == "structure":
        by_name = _members_in_body(shape)
        for name, one in value.items():
            # A parameter that is null isn't there.
            if one is not None and (member := by_name.get(name)):
                check_types(member, one)
    else:
        raise WrongType("Start of structure or map found where not expected.")


@lru_cache(maxsize=4096)
def _members_in_body(shape: Any) -> dict[str, Any]:
    """Return the members of a structure that are in the body, by their names in JSON."""
    return {
        member.serialization.get("name", name): member
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }


def _fits(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in _NUMBERS:
        # The words NaN and Infinity are numbers in JSON.
        return not isinstance(value, bool) and (
            not isinstance(value, str) or value in ("NaN", "Infinity", "-Infinity")
        )
    if kind in ("string", "blob"):
        return isinstance(value, str)
    # A timestamp is a number or a text.
    return not isinstance(value, bool)


def _name(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _target(kind: str) -> str:
    name = _NAMES.get(kind, kind.capitalize())
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
