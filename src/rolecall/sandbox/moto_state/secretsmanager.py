"""Secrets of Secrets Manager."""

from __future__ import annotations

from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Secrets(ServiceResources):
    """Secrets with their policies and tags."""

    policy_kind = "secret policy"

    def _document(self, arn: Arn) -> Any:
        secret = _secret(arn)
        return secret.policy if secret else None

    def _tags(self, arn: Arn) -> dict[str, str]:
        secret = _secret(arn)
        return {tag["Key"]: tag["Value"] for tag in (secret.tags or [])} if secret else {}


def _secret(arn: Arn) -> Any:
    secrets = backend("secretsmanager", arn.account, arn.region).secrets.values()
    secret = next((one for one in secrets if one.arn == arn.text), None)
    # A replica has the policy and the tags of its primary secret.
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
    return getattr(secret, "source", secret)


def secret_arn(account: str, region: str, name: str) -> str | None:
    """Return the ARN of a secret that is given by its name; None if there is no such secret."""
    secret = backend("secretsmanager", account, region).secrets.get(name)
    return str(secret.arn) if secret else None
