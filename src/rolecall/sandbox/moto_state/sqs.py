"""SQS queues."""

from __future__ import annotations

from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Queues(ServiceResources):
    """Queues with their policies and tags."""

    policy_kind = "queue policy"

    def _document(self, arn: Arn) -> Any:
        queue = _queue(arn)
        return queue.policy if queue else None

    def _tags(self, arn: Arn) -> dict[str, str]:
        queue = _queue(arn)
        return dict(queue.tags) if queue else {}


def _queue(arn: Arn) -> Any:
    return backend("sqs", arn.account, arn.region).queues.get(arn.resource)


def queue_policy(account: str, region: str, name: str) -> str | None:
    """Return the text of a queue's policy; None if it has none."""
    queue = backend("sqs", account, region).queues.get(name)
    return str(queue.policy) if queue and queue.policy else None


def set_queue_policy(account: str, region: str, name: str, policy: str) -> None:
    """Give a queue its policy."""
    queue = backend("sqs", account, region).queues.get(name)
    if queue is not None:
        queue.policy = policy
