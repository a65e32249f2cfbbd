"""What the evaluator asks the Service Authorization Reference."""

from __future__ import annotations

from functools import lru_cache

from rolecall._reference import actions, rcp_services


@lru_cache(maxsize=4096)
def supports_only_all_resources(action: str) -> bool:
    """Whether an action, in lower case, can be allowed only on `Resource: "*"`.

    An action that the reference does not know is taken to have resources.
    """
    service, _, name = action.partition(":")
    known = actions(service).get(name)
    return known is not None and not known["resourceTypes"]


def spelling(action: str) -> str:
    """The action as AWS spells it, whatever the case given."""
    service, _, name = action.partition(":")
    known = actions(service.lower()).get(name.lower())
    return f"{service.lower()}:{known['name']}" if known else action


@lru_cache(maxsize=4096)
def rcp_applies(action: str) -> bool:
    """Whether resource control policies cover an action, in lower case.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    return action.partition(":")[0] in rcp_services() and action != "kms:retiregrant"
