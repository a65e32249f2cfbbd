"""The ARNs that an operation is about, found by filling the reference's ARN formats from its parameters.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rolecall._reference import ResourceType, actions, arn_formats

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PLAIN = ("name", "id", "names", "ids", "identifier")
_MAKES = ("Create", "Run")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bare name in a request is meant."""

    account: str
    region: str


def knows(prefix: str, name: str) -> bool:
    """Whether the reference has an action."""
    return name.lower() in actions(prefix)


def resource_types(prefix: str, name: str) -> list[ResourceType]:
    """The resource types of an action; empty for one that knows none, or that is not in the reference."""
    known = actions(prefix).get(name.lower())
    return known["resourceTypes"] if known else []


def arns(prefix: str, name: str, parameters: Mapping[str, Any], place: Place) -> list[str]:
    """The ARNs that an action is asked on; empty when the parameters do not tell.

    Of the types that an action requires each counts; of those that it may have, the first that is named.
    """
    types = resource_types(prefix, name)
    given = _given(parameters)
    required = [one["name"] for one in types if one["required"]]
    found = [arn for type in required for arn in _of_type(prefix, type, given, place, name)]
    if found:
        return list(dict.fromkeys(found))
    for type in (one["name"] for one in types if not one["required"]):
        optional = list(_of_type(prefix, type, given, place, name))
        if optional:
            return optional
    return []


def _of_type(
    prefix: str, type: str, given: Mapping[str, list[str]], place: Place, action: str
) -> Iterator[str]:
    template = arn_formats(prefix).get(type)
    if template is None:
        return
    literal = re.escape(template).replace(r"\$\{", "${").replace(r"\}", "}")
    whole = re.compile(_VARIABLE.sub("[^/]*", literal))
    variables = [v for v in _VARIABLE.findall(template) if v not in ("Partition", "Region", "Account")]
    names = [one for variable in variables for one in _called(variable, type)]
    for key in [*names, "resourcearn", "arn", "resource"]:
        named = [
            value for value in given.get(key, ()) if value.startswith("arn:") and whole.fullmatch(value)
        ]
        if named:
            yield from named
            return
    filled = template.replace("${Partition}", "aws").replace("${Region}", place.region)
    filled = filled.replace("${Account}", place.account)
    texts = [filled]
    for variable in variables:
        # A parameter that is called just Name means what comes last in the ARN.
        values = _values(variable, type, given, plain=variable == variables[-1])
        if not values and action.startswith(_MAKES):
            values = ["*"]
        texts = [text.replace(f"${{{variable}}}", value) for text in texts for value in values]
    # A type of which nothing at all was said is not what the call is about, unless the call makes one.
    if texts != [filled] or not variables:
        yield from texts


def _values(variable: str, type: str, given: Mapping[str, list[str]], *, plain: bool) -> list[str]:
    for key in [*_called(variable, type), *(_PLAIN if plain else ())]:
        values = [value for value in given.get(key, ()) if value and not value.startswith("arn:")]
        if values:
            return [value.lstrip("/") for value in values]
    return []


def _called(variable: str, type: str) -> list[str]:
    """What a parameter that fills a variable may be called."""
    name = variable.lower().removesuffix("withoutleadingslash")
    kind = re.sub(r"\W", "", type.lower())
    stem = re.sub(r"(name|id|arn)$", "", name)
    called = [name, f"{stem}arn", f"{stem}name", f"{stem}id", f"{stem}identifier", stem]
    called += [kind, f"{kind}name", f"{kind}id", f"{kind}arn", f"{kind}identifier"]
    called += [f"{one}s" for one in called]
    return list(dict.fromkeys(called))


def _given(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """The parameters that are texts or lists of texts, by name in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in parameters.items():
        texts = value if isinstance(value, list) else [value]
        if texts and all(isinstance(one, str) for one in texts):
            found[re.sub(r"\W|_", "", name.lower())] = texts
    return found
