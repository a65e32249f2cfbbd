"""List what a sandbox contains now: the users, roles, buckets, and machines of each account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rolecall.iam import Policy
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.moto_state.iam import RoleFacts, iam_backend
from rolecall.sandbox.moto_state.s3 import s3_backend


def overview(gateway: Gateway) -> dict[str, Any]:
    """Return the world's title, the time, and the accounts with what is in them, as JSON."""
    return {
        "title": gateway.world.title or gateway.world.world,
        "time": timestamp(gateway.clock.now()),
        "accounts": [
            {
                "name": name,
                "id": account.id,
                "users": [
                    {"name": user, "policies": _documents(gateway.iam.user_policies(account.id, user))}
                    for user in sorted(one.name for one in list(iam_backend(account.id).users.values()))
                ],
                "roles": [
                    _role(gateway, role)
                    for role in sorted(gateway.iam.roles(account.id), key=lambda one: one.name)
                ],
                "buckets": sorted(s3_backend(account.id).buckets),
            }
            for name, account in gateway.world.accounts.items()
        ],
        "machines": [
            {"name": name, "account": gateway.builder.actors[name].account}
            for name, actor in gateway.world.actors.items()
            if actor.user is None
        ],
    }


def _role(gateway: Gateway, role: RoleFacts) -> dict[str, Any]:
    trust = role.trust_policy
    return {
        "name": role.name,
        "trust": _documents([trust])[0]["statements"] if trust else [],
        "policies": _documents(gateway.iam.role_policies(role.account, role.name)),
    }


def _documents(policies: Iterable[Policy]) -> list[dict[str, Any]]:
    return [{"name": one.name, "statements": one.statement_sources()} for one in policies]
