"""What a conversion between formats loses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class Unreadable(ValueError):
    """A file isn't in its format; the message says where, and what the format requires."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a conversion left out.

    Parameters
    ----------
    question
        The question's id or name; empty if it concerns the whole bank.
    what
        What was left out.
    """

    question: str
    what: str

    def __str__(self) -> str:
        return f"{self.question}: {self.what}" if self.question else self.what


class Losses:
    """Collect what a conversion leaves out."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []

    def add(self, question: str, what: str) -> None:
        """Add one loss of a question, or of the bank if the name is empty."""
        self._losses.append(Loss(question, what))

    def each(self, question: str, whats: Iterable[str]) -> None:
        """Add several losses of one question."""
        for what in whats:
            self.add(question, what)

    def all(self) -> tuple[Loss, ...]:
        """Return every loss."""
        return tuple(self._losses)
