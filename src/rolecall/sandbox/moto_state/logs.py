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
        kept = backend("logs", arn.account, arn.region).resource_policies.values()
        documents = [json.loads(one.policy_document) for one in kept]
        statements = [
            statement for document in documents for statement in _listed(document.get("Statement"))
        ]
        return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
