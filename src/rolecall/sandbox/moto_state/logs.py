"""Log groups of CloudWatch Logs."""

from __future__ import annotations

import json
from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class LogGroups(ServiceResources):
    """Log groups, which share the resource policies of their account and Region."""

    policy_kind = "resource policy for CloudWatch Logs"

    def _document(self, arn: Arn) -> Any:
        state = backend("logs", arn.account, arn.region)
        if arn.resource.startswith("destination:"):
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html
            destination = state.destinations.get(arn.resource.partition(":")[2])
            return destination.access_policy if destination else None
        kept = state.resource_policies.values()
        statements = [statement for one in kept for statement in _statements(one.policy_document)]
        return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _statements(text: str | None) -> list[Any]:
    """Return the statements of a policy. moto also keeps what isn't a policy, which grants nothing."""
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return []
    return _listed(document.get("Statement")) if isinstance(document, dict) else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
