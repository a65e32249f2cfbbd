"""The tags that a request passes to its session.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox._constraints import constraint

_MAX_TAGS = 50
# https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html
_LONGEST_KEY = 128
_LONGEST_VALUE = 256
_CHARACTERS = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
_PUNCTUATION = "_.:/=+-@"
_LETTERS_SEPARATORS_NUMBERS = ("L", "Z", "N")


def check_session_tags(parameters: Mapping[str, Any]) -> None:
    """Check that session tags differ whatever their case, and that each transitive key is one of them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: AWS reserves the prefix aws:.

    Raises
    ------
    AwsError
        ValidationError or InvalidParameterValue.
    """
    tags = parameters.get("Tags") or []
    if len(tags) > _MAX_TAGS:
        raise constraint(tags, "tags", f"Member must have length less than or equal to {_MAX_TAGS}")
    for number, tag in enumerate(tags, 1):
        _check_text(str(tag.get("Key") or ""), f"tags.{number}.member.key", 1, _LONGEST_KEY)
        _check_text(str(tag.get("Value") or ""), f"tags.{number}.member.value", 0, _LONGEST_VALUE)
    keys = [str(tag["Key"]).lower() for tag in tags]
    if any(key.startswith("aws:") for key in keys):
        raise AwsError("ValidationError", "aws: prefixed tag key names are not allowed for external use.")
    if len(set(keys)) < len(keys):
        raise AwsError(
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    if not {str(key).lower() for key in parameters.get("TransitiveTagKeys") or []} <= set(keys):
        raise AwsError(
            "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.",
        )


def _check_text(text: str, parameter: str, least: int, most: int) -> None:
    if len(text) < least:
        raise constraint(text, parameter, f"Member must have length greater than or equal to {least}")
    if len(text) > most:
        raise constraint(text, parameter, f"Member must have length less than or equal to {most}")
    if not all(
        one in _PUNCTUATION or unicodedata.category(one)[0] in _LETTERS_SEPARATORS_NUMBERS for one in text
    ):
        pattern = _CHARACTERS + ("+" if least else "*")
        raise constraint(text, parameter, f"Member must satisfy regular expression pattern: {pattern}")


def transitive_keys(parameters: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of the transitive tags as the tags spell them: case doesn't distinguish keys."""
    named = {str(key).lower() for key in parameters.get("TransitiveTagKeys") or []}
    return frozenset(tag["Key"] for tag in parameters.get("Tags") or [] if tag["Key"].lower() in named)
