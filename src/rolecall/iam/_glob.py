"""Match `*` and `?` as IAM does, without regular expressions.

A pattern is compiled once into a predicate. A regular expression could take exponential time for a
hostile pattern such as `a*a*a*b`. Therefore a pattern is split at its stars, and each piece is searched for
after the one before it. The leftmost match of a piece is always as good as a later one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

Predicate = Callable[[str], bool]
_WILDCARDS = re.compile(r"([*?])")


class Wild(Enum):
    """The two wildcards of the policy language, as opposed to a literal `*` or `?`."""

    ANY = "*"
    ONE = "?"


Token = str | Wild


def tokens(pattern: str) -> tuple[Token, ...]:
    """Split a pattern into literal text and wildcards."""
    parts: list[Token] = []
    for part in _WILDCARDS.split(pattern):
        if part == "*":
            if not parts or parts[-1] is not Wild.ANY:
                parts.append(Wild.ANY)
        elif part == "?":
            parts.append(Wild.ONE)
        elif part:
            parts.append(part)
    return tuple(parts)


def compile_tokens(parts: Sequence[Token]) -> Predicate:
    """Compile a pattern into a predicate that is true for the texts that it matches as a whole."""
    parts = _merged(parts)
    if not parts:
        return "".__eq__
    if not any(isinstance(part, Wild) for part in parts):
        return "".join(str(part) for part in parts).__eq__
    if len(parts) == 1 and parts[0] is Wild.ANY:
        return _always
    if len(parts) == 2 and isinstance(parts[0], str) and parts[1] is Wild.ANY:
        return _Prefix(parts[0]).matches
    return _Pieces.of(parts).matches


def compile_glob(pattern: str) -> Predicate:
    """Compile a pattern in which every `*` and `?` is a wildcard."""
    return compile_tokens(tokens(pattern))


def _merged(parts: Sequence[Token]) -> list[Token]:
    merged: list[Token] = []
    for part in parts:
        if part is Wild.ANY and merged and merged[-1] is Wild.ANY:
            continue
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return merged


def _always(text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Prefix:
    text: str

    def matches(self, text: str) -> bool:
        return text.startswith(self.text)


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part of a pattern between two stars: literals and `?`, so that its length is fixed.

    Parameters
    ----------
    literals
        Each literal with its offset in the piece.
    """

    length: int
    literals: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, parts: Sequence[Token]) -> _Piece:
        literals: list[tuple[int, str]] = []
        length = 0
        for part in parts:
            if isinstance(part, str):
                literals.append((length, part))
            length += len(part) if isinstance(part, str) else 1
        return cls(length, tuple(literals))

    def at(self, text: str, start: int) -> bool:
        if start + self.length > len(text):
            return False
        return all(text.startswith(literal, start + offset) for offset, literal in self.literals)

    def find(self, text: str, start: int) -> int:
        if not self.literals:
            return start if start + self.length <= len(text) else -1
        offset, literal = self.literals[0]
        position = text.find(literal, start + offset)
        while position >= 0:
            if self.at(text, position - offset):
                return position - offset
            position = text.find(literal, position + 1)
        return -1


@dataclass(frozen=True, slots=True)
class _Pieces:
    first: _Piece
    middle: tuple[_Piece, ...]
    last: _Piece | None

    @classmethod
    def of(cls, parts: Sequence[Token]) -> _Pieces:
        runs: list[list[Token]] = [[]]
        for part in parts:
            if part is Wild.ANY:
                runs.append([])
            else:
                runs[-1].append(part)
        pieces = [_Piece.of(run) for run in runs]
        if len(pieces) == 1:
            return cls(pieces[0], (), None)
        return cls(pieces[0], tuple(p for p in pieces[1:-1] if p.length), pieces[-1])

    def matches(self, text: str) -> bool:
        if not self.first.at(text, 0):
            return False
        if self.last is None:
            return len(text) == self.first.length
        position = self.first.length
        for piece in self.middle:
            position = piece.find(text, position)
            if position < 0:
                return False
            position += piece.length
        end = len(text) - self.last.length
        return end >= position and self.last.at(text, end)
