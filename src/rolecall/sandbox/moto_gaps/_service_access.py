"""Which services an identity's permissions policies allow, whatever the resources and conditions are.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from rolecall._reference import actions, services
from rolecall.iam import Policy


def allowed_services(policies: Iterable[Policy]) -> list[str]:
    """Return the prefixes of the services of which the policies allow an action, sorted."""
    statements = [statement for policy in policies for statement in policy.statements]
    allows = [one.action for one in statements if one.effect == "Allow"]
    # A Deny takes a service away only if nothing of the service is left.
    denies = [
        one.action
        for one in statements
        if one.effect == "Deny"
        and not one.conditions
        and one.resource is not None
        and not one.resource.negated
        and "*" in one.resource.values
    ]
    return sorted(
        service
        for service in services()
        if any(_reaches(one.values, service, negated=one.negated) for one in allows)
        and not any(_covers(one.values, service, negated=one.negated) for one in denies)
    )


def _reaches(values: Iterable[str], service: str, *, negated: bool) -> bool:
    """Whether an Action or NotAction element matches an action of a service."""
    if negated:
        return not _covers(values, service, negated=False)
    return any(_matches_some(value.lower(), service) for value in values)


def _covers(values: Iterable[str], service: str, *, negated: bool) -> bool:
    """Whether an Action or NotAction element matches every action of a service."""
    if negated:
        return not _reaches(values, service, negated=False)
    return any(
        value == "*" or (fnmatchcase(service, value.partition(":")[0]) and value.partition(":")[2] == "*")
        for value in (one.lower() for one in values)
    )


def _matches_some(value: str, service: str) -> bool:
    if value == "*":
        return True
    prefix, _, name = value.partition(":")
    if not fnmatchcase(service, prefix):
        return False
    return name == "*" or any(fnmatchcase(one, name) for one in actions(service))
