"""Read Amazon Resource Names, and match them against patterns.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.iam._glob import Predicate, Token, Wild, compile_tokens

SEGMENTS = 6


def account_of(arn: str) -> str | None:
    """Return the account of an ARN; None if it has none, as for S3 buckets, or if the text isn't an ARN."""
    parts = arn.split(":", SEGMENTS - 1)
    if len(parts) < SEGMENTS or parts[0] != "arn":
        return None
    return parts[4] or None


def compile_resource(parts: tuple[Token, ...]) -> Predicate:
    """Compile a `Resource` pattern.

    A wildcard matches within one colon-separated segment. Only a `*` at the end of a segment also matches
    the colons after it. The resource part (the sixth) is one segment, even with colons in it.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    whole = compile_tokens(parts)
    segments = split_segments(parts)
    leading = segments[: SEGMENTS - 1]
    if not any(isinstance(part, Wild) for segment in leading for part in segment):
        return whole
    if not any(segment and segment[-1] is Wild.ANY for segment in leading):
        return _by_segment(segments)
    if any(isinstance(part, Wild) for segment in leading for part in segment[:-1]) or any(
        segment and segment[-1] is Wild.ONE for segment in leading
    ):
        return _Mixed(_steps(parts)).matches
    return whole


def compile_arn_like(parts: tuple[Token, ...]) -> Predicate:
    """Compile a pattern of `ArnLike`: each of the six segments is matched separately; `*` alone is any ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if parts == (Wild.ANY,):
        return _is_arn
    return _by_segment(split_segments(parts))


def split_segments(parts: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    """Split a pattern at its first five colons."""
    segments: list[list[Token]] = [[]]
    for part in parts:
        if isinstance(part, Wild):
            segments[-1].append(part)
            continue
        pieces = part.split(":", SEGMENTS - len(segments))
        segments[-1].append(pieces[0])
        segments.extend([piece] for piece in pieces[1:])
    return tuple(tuple(part for part in segment if part != "") for segment in segments)


_Step = tuple[Token, bool]
"""A character or a wildcard, and whether the wildcard matches colons."""


def _steps(parts: tuple[Token, ...]) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    colons = 0
    for index, part in enumerate(parts):
        if isinstance(part, str):
            steps += [(character, False) for character in part]
            colons += part.count(":")
            continue
        behind = parts[index + 1] if index + 1 < len(parts) else ":"
        ends_segment = part is Wild.ANY and isinstance(behind, str) and behind.startswith(":")
        steps.append((part, ends_segment or colons >= SEGMENTS - 1))
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class _Mixed:
    """A pattern in which only some wildcards match colons.

    It follows all possible positions in the pattern together, so that the time is linear in the text.
    """

    steps: tuple[_Step, ...]

    def matches(self, text: str) -> bool:
        states = self._rest({0})
        for character in text:
            ahead: set[int] = set()
            for state in states:
                if state == len(self.steps):
                    continue
                step, crosses = self.steps[state]
                if isinstance(step, str):
                    if step == character:
                        ahead.add(state + 1)
                elif crosses or character != ":":
                    ahead.add(state if step is Wild.ANY else state + 1)
            states = self._rest(ahead)
            if not states:
                return False
        return len(self.steps) in states

    def _rest(self, states: set[int]) -> set[int]:
        """Add the positions that are reached if stars match nothing."""
        reached = set(states)
        for state in states:
            while state < len(self.steps) and self.steps[state][0] is Wild.ANY:
                state += 1  # noqa: PLW2901
                reached.add(state)
        return reached


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
