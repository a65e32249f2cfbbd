"""The quotas of a queue's policy."""

from __future__ import annotations

import json
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_BYTES = 8192
_STATEMENTS = 20
_ACTIONS = 7


class QueuePolicyQuotas(Gap):
    """SQS rejects long policies and statements with more than seven actions; moto keeps them."""

    operations = frozenset({"sqs.CreateQueue", "sqs.SetQueueAttributes"})
    rule = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html"

    def before(self, call: Call) -> None:
        """Raise OverLimit for a policy that exceeds a quota; `ResourcePolicies` reports a malformed one."""
        text = str((call.operation.parameters.get("Attributes") or {}).get("Policy") or "")
        if len(text.encode()) > _BYTES:
            raise AwsError("OverLimit", "Submitted policy is over max allowed size.", 403)
        statements = _statements(text)
        if len(statements) > _STATEMENTS:
            found = f"{len(statements)} statements were found in the submitted policy"
            message = f"{found}, max allowed is {_STATEMENTS}"
            raise AwsError("OverLimit", message, 403)
        for statement in statements:
            actions = statement.get("Action") or statement.get("NotAction")
            if isinstance(actions, list) and len(actions) > _ACTIONS:
                message = (
                    f"{len(actions)} actions were found in a statement from the submitted policy, "
                    f"max allowed is {_ACTIONS}"
                )
                raise AwsError("OverLimit", message, 403)


def _statements(text: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except ValueError:
        return []
    found = document.get("Statement") if isinstance(document, dict) else None
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, dict)]
