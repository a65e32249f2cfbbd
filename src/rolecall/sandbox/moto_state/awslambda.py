"""Lambda functions."""

from __future__ import annotations

from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Functions(ServiceResources):
    """Functions with their policies."""

    policy_kind = "function policy"

    def _document(self, arn: Arn) -> Any:
        name = arn.resource.split(":")[1]
        functions = backend("lambda", arn.account, arn.region).list_functions()
        function = next((one for one in functions if one.function_name == name), None)
        return function.policy.wire_format() if function and function.policy.statements else None
