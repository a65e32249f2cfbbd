"""The policy of a queue when other attributes are set."""

from __future__ import annotations

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.sqs import queue_policy, set_queue_policy
from rolecall.sandbox.responses import Response


class QueueAttributes(Gap):
    """SetQueueAttributes leaves the attributes alone that it isn't given; moto erases the policy."""

    operations = frozenset({"sqs.SetQueueAttributes"})
    rule = (
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"
    )

    def before(self, call: Call) -> None:
        """Note the policy."""
        if "Policy" not in (call.operation.parameters.get("Attributes") or {}):
            call.notes["policy"] = queue_policy(call.account, call.region, _name(call))

    def after(self, call: Call, response: Response) -> Response:
        """Restore the policy."""
        if (policy := call.notes.get("policy")) is not None:
            set_queue_policy(call.account, call.region, _name(call), policy)
        return response


def _name(call: Call) -> str:
    return call.operation.text("QueueUrl", "").rstrip("/").rpartition("/")[2]
