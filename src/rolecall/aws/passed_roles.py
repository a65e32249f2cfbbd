"""The parameters with which an operation hands a role to a service.

That requires ``iam:PassRole`` on the role. A parameter passes a role if its name says so and the operation
changes something; ``passes`` in a service's table lists the exceptions: roles given by name, instance
profiles, other principals, and parameters that pass no role.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model

from rolecall.aws.mapping import prefix_of
from rolecall.aws.tables import Passed, table

_ROLE = re.compile(r"(^|[a-z\d_])role(_?arn)?s?$|^role(_?arn)?s?$", re.IGNORECASE)
_CHANGES_NOTHING = re.compile(
    r"(Get|List|Describe|Delete|Remove|Search|Query|Batch(Get|Delete)|Simulate|Validate|Test|Check|Tag|Untag|Disassociate)"
)
# Services that manage identities: a role in their parameters is what the call is about, and isn't passed to
# them.
_IDENTITY_SERVICES = ("iam", "sts", "organizations", "sso-admin", "accessanalyzer", "sso", "ram")
_MAX_DEPTH = 7


@lru_cache(maxsize=2048)
def passed_roles(service: str, operation: str) -> tuple[Passed, ...]:
    """Return the parameters of an operation that pass roles, and the principals they are passed to.

    Parameters
    ----------
    service
        The service, by botocore's name.
    operation
        The operation, as in the service's API reference.
    """
    own = table(service)
    if operation in own.passes:
        return own.passes[operation]
    if service in _IDENTITY_SERVICES or _CHANGES_NOTHING.match(operation):
        return ()
    try:
        shape = get_service_model(service).operation_model(operation).input_shape
    except (UnknownServiceError, KeyError, ValueError):
        return ()
    general = own.passes.get("*", ())
    default = next(
        (one for one in general if not one.roles), Passed(to=f"{prefix_of(service)}.amazonaws.com")
    )
    by_name = {name: one for one in general for name in one.roles}
    found: dict[str, list[str]] = {}
    for path in _role_paths(shape, (), frozenset()):
        to = by_name.get(path.rpartition(".")[2], default).to
        if to:
            found.setdefault(to, []).append(path)
    return tuple(Passed(to=to, roles=tuple(paths), by_name=default.by_name) for to, paths in found.items())


def _role_paths(shape: Any, path: tuple[str, ...], seen: frozenset[str]) -> Iterator[str]:
    if shape is None or shape.name in seen or len(path) > _MAX_DEPTH:
        return
    if shape.type_name == "list":
        yield from _role_paths(shape.member, path, seen)
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            leaf = member.member if member.type_name == "list" else member
            if leaf.type_name == "string":
                if _ROLE.search(name):
                    yield ".".join((*path, name))
            else:
                yield from _role_paths(member, (*path, name), seen | {shape.name})
