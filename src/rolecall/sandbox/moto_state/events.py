"""Event buses of EventBridge."""

from __future__ import annotations

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
