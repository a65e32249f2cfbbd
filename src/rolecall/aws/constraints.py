"""Check parameters against the constraints of the service's model, as many services do in the same words.

A value that is too long, too large, or of another form is rejected before the request is authorized.

https://smithy.io/2.0/spec/constraint-traits.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

from rolecall.aws.operations import Operation
from rolecall.aws.required_parameters import rejection

# Services that are known to answer in these words. Others have a message for each parameter.
# https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
SERVICES = frozenset(
    {
        "accessanalyzer",
        "cognito-idp",
        "dynamodb",
        "dynamodbstreams",
        "events",
        "kinesis",
        "kms",
        "lambda",
        "logs",
        "secretsmanager",
        "ssm",
    }
)
# Their gaps know the messages for texts and lists.
_NUMBERS_ONLY = frozenset({"iam", "sts"})
# Lambda has another code and message for this one; moto knows the order of DynamoDB's values.
_OWN_CHECKS = frozenset({("dynamodb", "Select"), ("lambda", "Runtime")})
# Their messages don't repeat texts, such as "Value at 'logGroupName' failed to satisfy constraint".
# https://github.com/getmoto/moto/blob/5.2.5/tests/test_logs/test_logs.py, which was run in AWS.
_WITHOUT_TEXTS = frozenset({"logs"})
# Java reads some patterns differently than Python, and long texts would take long.
_NOT_IN_PYTHON = ("&&", "[[", "\\p", "\\u")
_LONGEST_MATCHED = 2048

_Rule = Callable[[Any], bool]
_Check = Callable[[Any, str], Iterator[str]]


def check_constraints(operation: Operation) -> None:
    """Check every parameter against the model of the service.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html

    Raises
    ------
    AwsError
        If any violates its constraint; the message lists all that do.
    """
    if operation.service not in SERVICES | _NUMBERS_ONLY:
        return
    check = _operation_check(operation.service, operation.name)
    found = list(check(operation.parameters, "")) if check else []
    if found:
        errors = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
        message = f"{errors} detected: {'; '.join(found)}"
        raise rejection(operation, message)


@lru_cache(maxsize=2048)
def _operation_check(service: str, operation: str) -> _Check | None:
    shape = get_service_model(service).operation_model(operation).input_shape
    return _check(service, shape, ()) if shape else None


def _check(service: str, shape: Shape, above: tuple[str, ...], *, is_value: bool = False) -> _Check | None:
    """Return what checks a value of a shape, or None if the shape has no constraints.

    Parameters
    ----------
    is_value
        Whether the shape is the value of a map, which knows the rules for the length of a list.
    """
    if shape.name in above or (service, shape.name) in _OWN_CHECKS:
        # Documents that contain themselves, such as the values of DynamoDB.
        return None
    above = (*above, shape.name)
    if shape.type_name == "structure":
        return _structure_check(service, shape, above)
    if shape.type_name == "list":
        return _list_check(service, shape, above, {} if is_value else _rules(service, shape))
    if shape.type_name == "map":
        return _map_check(service, shape, above)
    rules = _rules(service, shape)
    return _scalar_check(service, shape, rules) if rules else None


def _structure_check(service: str, shape: Any, above: tuple[str, ...]) -> _Check | None:
    members = {name: _check(service, member, above) for name, member in shape.members.items()}
    checks = {name: check for name, check in members.items() if check}
    # `check_required` knows the parameters themselves.
    required = tuple(shape.required_members) if len(above) > 1 else ()
    if not checks and not required:
        return None

    def check_members(value: Any, path: str) -> Iterator[str]:
        for name in required:
            if value.get(name) is None:
                yield _violation("null", _below(path, name), "Member must not be null", quoted=False)
        for name, member in value.items():
            if member is not None and (check := checks.get(name)):
                yield from check(member, _below(path, name))

    return check_members


def _list_check(
    service: str, shape: Any, above: tuple[str, ...], rules: Mapping[str, _Rule]
) -> _Check | None:
    simple = shape.member.type_name not in ("structure", "list", "map")
    item_rules = _rules(service, shape.member) if simple else {}
    check = None if simple else _check(service, shape.member, above)
    if not rules and not item_rules and not check:
        return None

    def check_items(value: Any, path: str) -> Iterator[str]:
        for rule, holds in rules.items():
            if not holds(value):
                yield _violation(_shown(value), path, rule)
        if any(not holds(item) for item in value for holds in item_rules.values()):
            yield _violation(
                _shown(value), path, f"Member must satisfy constraint: [{_joined(item_rules)}]"
            )
        if check:
            for number, item in enumerate(value, 1):
                yield from check(item, f"{path}.{number}.member")

    return check_items


def _map_check(service: str, shape: Any, above: tuple[str, ...]) -> _Check | None:
    rules, key_rules = _rules(service, shape), _rules(service, shape.key)
    simple = shape.value.type_name not in ("structure", "list", "map")
    # The rules of a list that is a value, such as the 25 requests of BatchWriteItem, are the map's.
    value_rules = _rules(service, shape.value) if shape.value.type_name != "map" else {}
    value_words = _joined(value_rules) if simple else ", ".join(value_rules)
    check = None if simple else _check(service, shape.value, above, is_value=True)
    if not rules and not key_rules and not value_rules and not check:
        return None

    def check_entries(value: Any, path: str) -> Iterator[str]:
        for rule, holds in rules.items():
            if not holds(value):
                yield _violation(_shown(value), path, rule)
        for what, words, of_what, items in (
            ("keys", _joined(key_rules), key_rules, value.keys()),
            ("value", value_words, value_rules, value.values()),
        ):
            if any(not holds(item) for item in items for holds in of_what.values()):
                rule = f"Map {what} must satisfy constraint: [{words}]"
                yield _violation(_shown(value), path, rule)
        if check:
            for key, item in value.items():
                yield from check(item, f"{path}.{key}.member")

    return check_entries


def _scalar_check(service: str, shape: Any, rules: Mapping[str, _Rule]) -> _Check:
    secret = bool(shape.metadata.get("sensitive")) or (
        service in _WITHOUT_TEXTS and shape.type_name == "string"
    )

    def check_value(value: Any, path: str) -> Iterator[str]:
        for rule, holds in rules.items():
            if not holds(value):
                yield _violation(None if secret else _shown(value), path, rule)

    return check_value


def _rules(service: str, shape: Any) -> dict[str, _Rule]:
    """Return the constraints of a shape, in the words of the message, with what tests a value."""
    metadata, kind = shape.metadata, shape.type_name
    if service in _NUMBERS_ONLY and kind != "integer":
        return {}
    rules: dict[str, _Rule] = {}
    least, most = metadata.get("min"), metadata.get("max")
    if kind in ("integer", "long", "float", "double"):
        if most is not None:
            rules[f"Member must have value less than or equal to {most}"] = lambda value: value <= most
        if least is not None:
            rules[f"Member must have value greater than or equal to {least}"] = lambda value: value >= least
    elif kind in ("string", "blob", "list", "map"):
        if most is not None:
            rules[f"Member must have length less than or equal to {most}"] = lambda value: (
                len(value) <= most
            )
        if least is not None:
            rules[f"Member must have length greater than or equal to {least}"] = lambda value: (
                len(value) >= least
            )
    if enum := metadata.get("enum"):
        allowed = frozenset(enum)
        rules[f"Member must satisfy enum value set: [{', '.join(enum)}]"] = lambda value: value in allowed
    elif pattern := _compiled(metadata.get("pattern")):
        rules[f"Member must satisfy regular expression pattern: {pattern.pattern}"] = lambda value: (
            len(value) > _LONGEST_MATCHED or pattern.fullmatch(value) is not None
        )
    return rules


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None or any(text in pattern for text in _NOT_IN_PYTHON):
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _joined(rules: Mapping[str, _Rule]) -> str:
    return ", ".join([*rules, "Member must not be null"])


def _below(path: str, name: str) -> str:
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    """Write a value as Java does."""
    if isinstance(value, bytes | bytearray):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_shown(one)}' for key, one in value.items())}}}"
    return str(value)


def _violation(value: str | None, path: str, rule: str, *, quoted: bool = True) -> str:
    shown = "" if value is None else f" '{value}'" if quoted else f" {value}"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {rule}"
