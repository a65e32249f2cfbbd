"""Amazon Resource Names: their account, and matching them against patterns.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

from rolecall.iam._glob import Predicate, Token, Wild, compile_tokens

SEGMENTS = 6


def account_of(arn: str) -> str | None:
    """The account field of an ARN, or None where it has none (S3 buckets) or the text is no ARN."""
    parts = arn.split(":", SEGMENTS - 1)
    if len(parts) < SEGMENTS or parts[0] != "arn":
        return None
    return parts[4] or None


def compile_resource(parts: tuple[Token, ...]) -> Predicate:
    """A predicate for a `Resource` pattern.

    Wildcards stay within one colon-separated segment, except a `*` that ends its segment, which may run
    on over the colons behind it; the resource part (the sixth) is one segment, whatever it contains.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    whole = compile_tokens(parts)
    segments = split_segments(parts)
    leading = segments[: SEGMENTS - 1]
    if not any(isinstance(part, Wild) for segment in leading for part in segment):
        return whole
    if any(segment and segment[-1] is Wild.ANY for segment in leading):
        return whole
    return _by_segment(segments)


def compile_arn_like(parts: tuple[Token, ...]) -> Predicate:
    """A predicate for `ArnLike`: six segments, each matched on its own; `*` alone is any ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if parts == (Wild.ANY,):
        return _is_arn
    return _by_segment(split_segments(parts))


def split_segments(parts: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    """Cuts a pattern at its first five colons."""
    segments: list[list[Token]] = [[]]
    for part in parts:
        if isinstance(part, Wild):
            segments[-1].append(part)
            continue
        pieces = part.split(":", SEGMENTS - len(segments))
        segments[-1].append(pieces[0])
        segments.extend([piece] for piece in pieces[1:])
    return tuple(tuple(part for part in segment if part != "") for segment in segments)


def _by_segment(segments: tuple[tuple[Token, ...], ...]) -> Predicate:
    if len(segments) != SEGMENTS:
        return _never
    tests = tuple(compile_tokens(segment) for segment in segments)

    def matches(text: str) -> bool:
        pieces = text.split(":", SEGMENTS - 1)
        return len(pieces) == SEGMENTS and all(
            test(piece) for test, piece in zip(tests, pieces, strict=True)
        )

    return matches


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= SEGMENTS - 1


def _never(text: str) -> bool:
    return False
