"""ECR repositories."""

from __future__ import annotations

from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Repositories(ServiceResources):
    """Repositories with their policies."""

    policy_kind = "repository policy"

    def _document(self, arn: Arn) -> Any:
        repositories = backend("ecr", arn.account, arn.region).repositories
        repository = repositories.get(arn.resource.partition("/")[2])
        return repository.policy if repository else None
