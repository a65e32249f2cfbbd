"""Parameters of operations that add one permission to a resource's policy."""

from __future__ import annotations

import re
from functools import lru_cache

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import input_members
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class PermissionParameters(Gap):
    """Lambda and EventBridge reject principals and actions of another form; moto accepts any text."""

    operations = frozenset(
        {"events.PutPermission", "lambda.AddLayerVersionPermission", "lambda.AddPermission"}
    )
    rule = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html"

    def validate(self, call: Call) -> None:
        """Raise ValidationException for a parameter that doesn't match the pattern in the service model."""
        operation = call.operation
        for name, pattern in _patterns(operation.service, operation.name):
            value = operation.text(name)
            if value is not None and not re.fullmatch(pattern, value):
                field = name[0].lower() + name[1:]
                message = (
                    f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy "
                    f"constraint: Member must satisfy regular expression pattern: {pattern}"
                )
                raise AwsError("ValidationException", message, 400)


@lru_cache(maxsize=16)
def _patterns(service: str, operation: str) -> tuple[tuple[str, str], ...]:
    members = input_members(service, operation)
    found = ((name, shape.metadata.get("pattern")) for name, shape in members.items())
    return tuple((name, str(pattern)) for name, pattern in found if pattern)
