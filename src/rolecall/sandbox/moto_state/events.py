"""Event buses of EventBridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class EventBuses(ServiceResources):
    """Event buses with their policies."""

    policy_kind = "event bus policy"

    def _document(self, arn: Arn) -> Any:
        kind, _, name = arn.resource.partition("/")
        if kind != "event-bus":
            return None
        bus = backend("events", arn.account, arn.region).event_buses.get(name)
        return bus.policy if bus else None


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement with the attributes of moto's statements."""

    document: dict[str, Any]
    sid: str

    @property
    def principal(self) -> Any:
        return self.document.get("Principal")

    def describe(self) -> dict[str, Any]:
        return self.document


def set_bus_policy(account: str, region: str, name: str, statements: Sequence[dict[str, Any]]) -> bool:
    """Replace the policy of an event bus; return whether there is such an event bus."""
    bus = backend("events", account, region).event_buses.get(name)
    if bus is None:
        return False
    numbered = enumerate(statements)
    kept = [_Statement(one, str(one.get("Sid") or f"statement {number}")) for number, one in numbered]
    bus._statements = {one.sid: one for one in kept}
    return True
