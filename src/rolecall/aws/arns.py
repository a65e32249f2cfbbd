"""The parts of an Amazon Resource Name. A client can send any text in place of one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

_PARTS = 6


def account_of(text: str) -> str:
    """Return the account in an ARN; empty if it has none, as for buckets, or if the text is no ARN."""
    return _part(text, 4)


def region_of(text: str) -> str:
    """Return the Region in an ARN; empty if it has none, as for roles, or if the text is no ARN."""
    return _part(text, 3)


def service_of(text: str) -> str:
    """Return the service in an ARN, such as ``sqs``; empty if the text is no ARN."""
    return _part(text, 2)


def _part(text: str, number: int) -> str:
    parts = text.split(":", _PARTS - 1)
    return parts[number] if len(parts) == _PARTS and parts[0] == "arn" else ""
