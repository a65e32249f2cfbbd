"""Find what was changed in the configuration of access since a moment, such as the start of a task."""

from __future__ import annotations

import json
from typing import Any

from rolecall.sandbox.build import Builder
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.moto_state.access import (
    SERVICES_WITH_POLICIES,
    Access,
    Aspect,
    access_of,
)
from rolecall.sandbox.organization import Levels
from rolecall.sandbox.world import World

_IDENTITIES = ("user", "role")
"""What gives access as soon as it exists. A new policy or profile changes nothing until it is attached."""
_UNORDERED = frozenset({"Action", "NotAction", "Resource", "NotResource"})


class AccessChanges:
    """Compares the configuration of access with how it was.

    Parameters
    ----------
    world, builder, guardrails
        Those of the sandbox.
    """

    def __init__(self, world: World, builder: Builder, guardrails: Guardrails) -> None:
        self._world = world
        self._builder = builder
        self._guardrails = guardrails
        self._before: Access | None = None

    def remember(self) -> None:
        """Keep the configuration as it is now."""
        for service, kind in SERVICES_WITH_POLICIES.items():
            if any(getattr(account, kind) for account in self._world.accounts.values()):
                self._builder.ensure(service)
        if self._world.organization is not None:
            # moto adds the policies that AWS attaches by default.
            self._builder.ensure("organizations")
        self._before = self._now()

    def forget(self) -> None:
        """Forget what was kept."""
        self._before = None

    def since(self) -> list[Aspect] | None:
        """Return what is different now: parts that were changed or deleted, and new users and roles.

        Returns
        -------
        list of Aspect or None
            None if nothing was kept.
        """
        if self._before is None:
            return None
        before, now = self._before, self._now()
        changed = [one for one in before if not is_same(before[one], now.get(one))]
        created = [one for one in now if one not in before and not one.part and one.kind in _IDENTITIES]
        deleted = {(one.account, one.kind, one.name) for one in changed if not one.part}
        kept = [one for one in changed if not one.part or (one.account, one.kind, one.name) not in deleted]
        return [*kept, *created]

    def _now(self) -> Access:
        found = access_of(self._world, with_machines=self._builder.has_built("ec2"))
        for name, account in self._world.accounts.items():
            for part, levels in (
                ("service control policies", self._guardrails.scps(account.id)),
                ("resource control policies", self._guardrails.rcps(account.id)),
            ):
                found[Aspect(name, "account", name, part)] = _texts(levels)
        return found


def _texts(levels: Levels | None) -> list[list[str]] | None:
    return None if levels is None else [[policy.text for policy in level] for level in levels]


def is_same(one: Any, other: Any) -> bool:
    """Whether two values mean the same, such as documents with a statement and with a list of it."""
    return bool(one == other) or _plain(one) == _plain(other)


def _plain(value: Any) -> Any:
    """Return the same value for documents that mean the same, such as one action and a list of it."""
    match value:
        case str() if value.lstrip().startswith("{"):
            try:
                return _plain(json.loads(value))
            except ValueError:
                return value
        case dict():
            label = "Id" if "Statement" in value else "Sid" if "Effect" in value else ""
            plain = {name: _element(name, one) for name, one in value.items() if name != label}
            # The console writes an empty condition into a trust policy.
            return {name: one for name, one in plain.items() if one not in ({}, [])}
        case list():
            return [_plain(one) for one in value]
    return value


def _element(name: str, value: Any) -> Any:
    if name == "Statement":
        listed = [_plain(one) for one in (value if isinstance(value, list) else [value])]
        return sorted(listed, key=lambda one: json.dumps(one, sort_keys=True))
    if name in _UNORDERED:
        return sorted(map(str, value if isinstance(value, list) else [value]))
    if name in ("Principal", "NotPrincipal", "Condition"):
        return _sorted_values(value)
    return _plain(value)


def _sorted_values(value: Any) -> Any:
    """Return the values of a principal or a condition as sorted lists."""
    if isinstance(value, dict):
        return {name: _sorted_values(one) for name, one in value.items()}
    return sorted(map(str, value if isinstance(value, list) else [value]))
