"""KMS keys and their aliases."""

from __future__ import annotations

from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Keys(ServiceResources):
    """Keys with their policies and tags."""

    policy_kind = "key policy"

    def _document(self, arn: Arn) -> Any:
        key = backend("kms", arn.account, arn.region).keys.get(arn.resource.partition("/")[2])
        return key.policy if key else None

    def _tags(self, arn: Arn) -> dict[str, str]:
        kind, _, identifier = arn.resource.partition("/")
        keys = backend("kms", arn.account, arn.region)
        if kind != "key" or identifier not in keys.keys:
            return {}
        return {tag["TagKey"]: tag["TagValue"] for tag in keys.list_resource_tags(identifier)["Tags"]}


def key_arn(account: str, region: str, name: str) -> str | None:
    """Return the ARN of a key that is given by its id, alias, or alias ARN, or None."""
    state = backend("kms", account, region)
    alias = name.rpartition(":")[2] if name.startswith("arn:") else name
    identifier = state.get_key_id_from_alias(alias) if alias.startswith("alias/") else name
    key = state.keys.get(identifier or "")
    return str(key.arn) if key else None
