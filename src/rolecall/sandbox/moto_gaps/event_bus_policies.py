"""Whole policies of event buses."""

from __future__ import annotations

import json
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.events import set_bus_policy
from rolecall.sandbox.responses import Result

_BYTES = 10_240


class EventBusPolicies(Gap):
    """PutPermission keeps a whole policy, also without a list or a Sid, on which moto fails."""

    operations = frozenset({"events.PutPermission"})
    rule = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html"
    answers = True

    def before(self, call: Call) -> Result | None:
        """Set the policy, or raise the error for a long one or one for another event bus.

        https://github.com/aws/aws-cdk/issues/14371
        """
        text = call.operation.text("Policy")
        if not text:
            return None
        if len(text.encode()) > _BYTES:
            message = "The permission policy on the event bus cannot exceed 10 KB in size."
            raise AwsError("PolicyLengthExceededException", message, 400)
        name = call.operation.text("EventBusName", "default").rpartition(":event-bus/")[2]
        statements = _listed(json.loads(text)["Statement"])
        bus = f"arn:aws:events:{call.region}:{call.account}:event-bus/{name}"
        for resource in (one for some in statements for one in _listed(some.get("Resource"))):
            identifier = str(resource).rpartition(":")[2]
            if identifier.startswith("event-bus/") and "*" not in identifier and resource != bus:
                message = f'The relative-id "{identifier}" is invalid for ARN "{resource}"'
                raise AwsError("ValidationException", message, 400)
        return {} if set_bus_policy(call.account, call.region, name, statements) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
