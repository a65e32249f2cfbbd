"""SNS topics."""

from __future__ import annotations

from typing import Any

from rolecall.aws.arns import account_of, region_of, service_of
from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Topics(ServiceResources):
    """Topics with their policies and tags."""

    policy_kind = "topic policy"

    def _document(self, arn: Arn) -> Any:
        topic = _topic(arn)
        return topic.policy if topic else None

    def _tags(self, arn: Arn) -> dict[str, str]:
        topic = _topic(arn)
        return dict(topic._tags) if topic else {}


def _topic(arn: Arn) -> Any:
    return backend("sns", arn.account, arn.region).topics.get(arn.text)


def topic_exists(text: str) -> bool:
    """Return whether there is a topic with an ARN."""
    region, account = region_of(text), account_of(text)
    if service_of(text) != "sns" or not region or not account:
        return False
    return _topic(Arn(text, account, region, text.rpartition(":")[2])) is not None


def is_disabled_endpoint(arn: str) -> bool:
    """Whether an ARN is that of a platform endpoint that is disabled."""
    parts = arn.split(":")
    endpoint = (
        backend("sns", parts[4], parts[3]).platform_endpoints.get(arn) if ":endpoint/" in arn else None
    )
    return endpoint is not None and not endpoint.enabled
