"""Parameters out of bounds, refused before anyone is asked for permission.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
"""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation

_LEAST, _MOST = 3600, 43200


def constraint(value: object, parameter: str, rule: str) -> AwsError:
    """The refusal of a value, as IAM and STS word it."""
    return AwsError(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{parameter}' "
        f"failed to satisfy constraint: {rule}",
    )


def check_role_duration(operation: Operation) -> None:
    """Refuses a maximum session duration that no role can have; moto takes any for a role that is there.

    Raises
    ------
    AwsError
        ValidationError.
    """
    if operation.service != "iam" or operation.name not in ("CreateRole", "UpdateRole"):
        return
    asked = operation.parameters.get("MaxSessionDuration")
    if not isinstance(asked, int):
        return
    for wrong, word, bound in ((asked < _LEAST, "greater", _LEAST), (asked > _MOST, "less", _MOST)):
        if wrong:
            rule = f"Member must have value {word} than or equal to {bound}"
            raise constraint(asked, "maxSessionDuration", rule)
