"""A bad solution of a task."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.check.cheats._witness import Witness
from rolecall.quiz import Step


@dataclass(frozen=True, slots=True)
class Cheat:
    """A bad solution of a task.

    Parameters
    ----------
    kind
        The kind of cheat, such as "wider action".
    what
        How it differs from the solution, in words.
    steps
        The calls.
    witness
        A request that the solution and the cheat decide differently; None if no single document differs.
    step
        The place of the changed call in the solution, if one call is changed.
    further
        How many calls at the end are beside the solution. If AWS denies one of them, there is no cheat.
    missing
        The probe that is missing if the cheat passes, in words; empty if the witness shows it.
    """

    kind: str
    what: str
    steps: list[Step]
    witness: Witness | None = None
    step: int | None = None
    further: int = 0
    missing: str = ""


Ladder = tuple[Cheat, ...]
"""Cheats of the same kind, the smallest change first."""
