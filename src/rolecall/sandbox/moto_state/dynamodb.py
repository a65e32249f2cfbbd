"""DynamoDB tables."""

from __future__ import annotations

from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Tables(ServiceResources):
    """Tables with their policies and tags."""

    policy_kind = "table policy"

    def _document(self, arn: Arn) -> Any:
        policies = backend("dynamodb", arn.account, arn.region).resource_policies
        policy = policies.get(arn.text.partition("/index/")[0])
        return policy.policy_doc if policy else None

    def _tags(self, arn: Arn) -> dict[str, str]:
        table = backend("dynamodb", arn.account, arn.region).tables.get([*arn.resource.split("/"), ""][1])
        return {tag["Key"]: tag["Value"] for tag in table.tags} if table else {}


def stream_shard(account: str, region: str, arn: str) -> str | None:
    """Return the ID of the shard of a stream; None if no table has this stream."""
    path, _, label = arn.rpartition("/stream/")
    table = backend("dynamodb", account, region).tables.get(path.rpartition("/")[2])
    if table is None or not label or table.latest_stream_label != label:
        return None
    return str(table.stream_shard.id)


def has_iterator(account: str, region: str, iterator: str) -> bool:
    """Whether a shard iterator was returned in an account and a Region."""
    return iterator in backend("dynamodbstreams", account, region).shard_iterators
