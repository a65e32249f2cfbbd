"""What a sandbox contains now, for the card that a notebook shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PolicyOverview:
    """A policy: its name, and its statements as they are written."""

    name: str
    statements: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class PrincipalOverview:
    """A user or a role.

    Parameters
    ----------
    trust
        The statements of a role's trust policy; empty for a user.
    policies
        Its identity-based policies.
    """

    name: str
    policies: tuple[PolicyOverview, ...]
    trust: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """An account, with the names of its buckets and of its machines that are actors."""

    name: str
    id: str
    users: tuple[PrincipalOverview, ...]
    roles: tuple[PrincipalOverview, ...]
    buckets: tuple[str, ...]
    machines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorldOverview:
    """A world as it is now.

    Parameters
    ----------
    time
        The time of the sandbox, in ISO 8601.
    """

    title: str
    time: str
    accounts: tuple[AccountOverview, ...]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> WorldOverview:
        """Read what the control API answers to ``GET /overview``."""
        return cls(
            answer["title"],
            answer["time"],
            tuple(
                AccountOverview(
                    one["name"],
                    one["id"],
                    tuple(_principal(user) for user in one["users"]),
                    tuple(_principal(role) for role in one["roles"]),
                    tuple(one["buckets"]),
                    tuple(two["name"] for two in answer["machines"] if two["account"] == one["id"]),
                )
                for one in answer["accounts"]
            ),
        )


def _principal(one: Mapping[str, Any]) -> PrincipalOverview:
    return PrincipalOverview(one["name"], tuple(_policies(one["policies"])), tuple(one.get("trust", ())))


def _policies(policies: Iterable[Mapping[str, Any]]) -> Iterable[PolicyOverview]:
    return (PolicyOverview(one["name"], tuple(one["statements"])) for one in policies)
