"""Find statements that let every role be passed to a service, or every service-linked role be created.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from collections.abc import Callable

from rolecall._reference import services
from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._patterns import has_wildcard, includes
from rolecall.iam.policy_checks._view import PolicyKind, PolicyView, Statement

_PASS_ROLE, _CREATE_ROLE = "iam:passrole", "iam:createservicelinkedrole"


def check(policy: PolicyView) -> Findings:
    """Find wildcards with which a statement reaches roles that it doesn't name."""
    if policy.kind is not PolicyKind.IDENTITY:
        return
    for statement in policy.statements:
        if not statement.allows:
            continue
        keys = statement.keys()
        if "iam:awsservicename" not in keys:
            yield from _wide(statement, _CREATE_ROLE, "CREATE_SLR", _is_open_service)
        # For NotResource, the findings don't offer iam:PassedToService as a way out.
        if statement.has_not_resource or "iam:passedtoservice" not in keys:
            yield from _wide(statement, _PASS_ROLE, "PASS_ROLE", _is_open_role)


def _wide(statement: Statement, action: str, code: str, is_open: Callable[[str], bool]) -> Findings:
    by = _reaching(statement, action)
    if by is None:
        return
    star = not statement.has_not_action and has_wildcard(by.text)
    if statement.has_not_resource:
        kind = "NOT_ACTION_AND_" if statement.has_not_action else "STAR_IN_ACTION_AND_" if star else ""
        places = (by, statement.key("NotResource") or by)
        yield finding(f"{code}_WITH_{kind}NOT_RESOURCE", *places)
        return
    wide = next((node for node in statement.resources if is_open(node.text)), None)
    if wide is None:
        return
    if statement.has_not_action:
        yield finding(f"{code}_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", by, wide)
    elif star:
        yield finding(f"{code}_WITH_STAR_IN_ACTION_AND_RESOURCE", by, wide)
    else:
        yield finding(f"{code}_WITH_STAR_IN_RESOURCE", by, wide)


def _reaching(statement: Statement, action: str) -> Node | None:
    """Return the element by which a statement reaches an action, or None."""
    listed = [node for node in statement.actions if includes(node.text.lower(), action)]
    if statement.has_not_action:
        return None if listed else statement.key("NotAction")
    return listed[0] if listed else None


def _role(resource: str) -> str | None:
    """Return what is behind ``role/`` in a resource; ``*`` for one that includes all, None for another."""
    if not resource.strip("*"):
        return "*"
    fields = resource.lower().split(":", 5)
    if len(fields) < 6:
        return (
            "*" if resource.endswith("*") and includes(resource.lower(), "arn:aws:iam::*:role/*") else None
        )
    if not includes(fields[2], "iam"):
        return None
    part = fields[5]
    if not part.strip("*"):
        return "*"
    return part.removeprefix("role/") if part.startswith("role/") else None


def _is_open_role(resource: str) -> bool:
    """Whether a resource includes roles by a wildcard that doesn't follow the name of a service."""
    role = _role(resource)
    if role is None or not has_wildcard(role):
        return False
    named = role.rpartition("/")[2].partition("*")[0].partition("?")[0]
    return not named.startswith(("service", "aws", "amazon")) and named.rstrip("-_") not in services()


def _is_open_service(resource: str) -> bool:
    """Whether a resource includes the service-linked roles of any service."""
    role = _role(resource)
    return role is not None and includes(role, "aws-service-role/*/*")
