"""The error for a parameter that violates a constraint of the service's model."""

from __future__ import annotations

from rolecall.aws.errors import AwsError


def constraint(value: object, parameter: str, rule: str) -> AwsError:
    """Make the error for a value that violates a constraint, with the message of IAM and STS."""
    return AwsError(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{parameter}' "
        f"failed to satisfy constraint: {rule}",
    )
