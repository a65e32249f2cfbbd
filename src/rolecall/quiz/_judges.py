"""What a question asks about AWS. Questions know the form of the answers; an implementation knows AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Decision:
    """How IAM decides a case.

    Parameters
    ----------
    outcome
        ``Allowed``, ``ImplicitlyDenied``, or ``ExplicitlyDenied``.
    policy_type
        The type of the policy that denies the request, such as ``identity-based policy``; None if no policy
        does.
    because
        The reasons, in sentences.
    """

    outcome: str
    policy_type: str | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """What an AWS CLI command requests, whatever the order and quoting of its arguments."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


class InvalidCommand(ValueError):
    """A text that the AWS CLI rejects; the message is the CLI's."""


class InvalidPolicy(ValueError):
    """A policy document that AWS rejects; the message says why."""


class Judges(Protocol):
    """The rules of AWS that answers are graded by."""

    def decide(self, case: Mapping[str, Any]) -> Decision:
        """Decide a case in the form of ``rolecall iam decide``.

        Raises
        ------
        InvalidPolicy
            If AWS would reject a document of the case.
        """
        ...

    def read_command(self, text: str) -> Command:
        """Read a command as the AWS CLI does.

        Raises
        ------
        InvalidCommand
            With the CLI's own message.
        """
        ...

    def run_command(self, text: str, world: str, actor: str) -> str:
        """Run a command as an actor in a world of the course, and return what it prints."""
        ...
