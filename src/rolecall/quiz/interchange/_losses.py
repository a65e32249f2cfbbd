"""What could not be carried from one format to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class Unreadable(ValueError):
    """A file that is not of its format; the text says where and what would be right."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that was not carried.

    Parameters
    ----------
    question
        The question's id or name; empty for what is the whole bank's.
    """

    question: str
    what: str

    def __str__(self) -> str:
        return f"{self.question}: {self.what}" if self.question else self.what


class Losses:
    """Collects what is not carried."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []

    def add(self, question: str, what: str) -> None:
        """Notes that something was not carried."""
        self._losses.append(Loss(question, what))

    def each(self, question: str, whats: Iterable[str]) -> None:
        """Notes several things of a question."""
        for what in whats:
            self.add(question, what)

    def all(self) -> tuple[Loss, ...]:
        """Everything noted."""
        return tuple(self._losses)
