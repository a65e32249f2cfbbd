"""How far a check is, for someone who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a check.

    Parameters
    ----------
    step
        What is done, such as ``Running notebooks``.
    done, count
        How many of its parts are done, and how many there are.
    """

    step: str
    done: int
    count: int


OnProgress = Callable[[Progress], None]
