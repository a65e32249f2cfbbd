"""What a question asks of AWS. Questions know the answers' form; who implements this knows AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a case is decided.

    Parameters
    ----------
    outcome
        ``Allowed``, ``ImplicitlyDenied`` or ``ExplicitlyDenied``.
    policy_type
        The type of the policy that decides, such as ``identity-based policy``; None for one that allows.
    because
        The reasons, in sentences.
    """

    outcome: str
    policy_type: str | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """What a typed AWS command asks for, whatever the order and quoting of its arguments."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


class NoCommand(ValueError):
    """A text that the AWS CLI would not take; the text is what it says."""


class BadPolicy(ValueError):
    """A policy document that AWS would not take; the text says why."""


class Judges(Protocol):
    """The three things that a question has to ask."""

    def decide(self, case: Mapping[str, Any]) -> Ruling:
        """Decides a case in the form of ``rolecall iam decide``.

        Raises
        ------
        BadPolicy
            When a document in it is none.
        """
        ...

    def read_command(self, text: str) -> Command:
        """Reads a command as the AWS CLI does.

        Raises
        ------
        NoCommand
            With the CLI's own words.
        """
        ...

    def run_command(self, text: str, world: str, actor: str) -> str:
        """What the command prints in a world of the course."""
        ...
