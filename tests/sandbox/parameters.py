"""Make parameters for any operation from its service model."""

from __future__ import annotations

from typing import Any

_DEPTH = 4
# They describe the body that is sent, which botocore measures itself.
_OF_THE_BODY = ("ContentLength", "ContentMD5")


def plausible(shape: Any, name: str = "", depth: int = 0) -> Any:
    """Return a value that a service could accept: every required member, and the optional ones near the top.

    Parameters
    ----------
    shape
        The shape in botocore's service model.
    name
        The name of the member, which says what a string is.
    depth
        How deep the value is in the parameters.
    """
    match shape.type_name:
        case "structure":
            members = shape.required_members if depth else shape.members
            return {
                member: plausible(shape.members[member], member, depth + 1)
                for member in members
                if depth < _DEPTH and member not in _OF_THE_BODY
            }
        case "list":
            return [plausible(shape.member, name, depth + 1)] if depth < _DEPTH else []
        case "map":
            return {"key": plausible(shape.value, name, depth + 1)} if depth < _DEPTH else {}
        case "boolean":
            return False
        case "integer" | "long":
            return int(shape.metadata.get("min", 1))
        case "float" | "double":
            return 1.0
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case "blob":
            return b"x"
        case _:
            return _text(shape, name)


def _text(shape: Any, name: str) -> str:
    if shape.enum:
        return str(shape.enum[0])
    lowered = name.lower()
    if "policy" in lowered and "document" in lowered:
        return (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
        )
    if lowered.endswith(("arn", "arns")):
        return "arn:aws:iam::111122223333:role/reader"
    return "reports".ljust(min(int(shape.metadata.get("min", 0)), 64), "x")
