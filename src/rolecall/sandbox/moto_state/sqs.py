"""SQS queues."""

from __future__ import annotations

from typing import Any

from rolecall.iam import Policy
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


class OwnQueues(Queues):
    """Queues for the actions that a queue policy can't allow to another account."""

    def policy_for(self, arn: str, action: str, account: str | None, *, is_service: bool) -> Policy | None:
        """Return the queue policy for callers of the queue's own account only."""
        own = account is not None and arn.split(":")[4:5] == [account]
        return super().policy_for(arn, action, account, is_service=is_service) if own else None


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


def queue_attribute(account: str, region: str, name: str, attribute: str) -> str | None:
    """Return an attribute of a queue as SQS shows it; None if the queue doesn't have it."""
    queue = backend("sqs", account, region).queues.get(name)
    value = queue.attributes.get(attribute) if queue else None
    return None if value is None else str(value)
