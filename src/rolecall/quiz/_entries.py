"""What a learner did, as progress is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class EntryKind(Enum):
    """What a learner did."""

    ANSWERED = "answered"
    REVEALED = "revealed"
    """Looked at the solution of a question that wasn't solved."""
    RESTARTED = "restarted"
    TIMED_OUT = "timed out"
    """Ran out of time for a challenge's problem."""
    OPENED = "opened"
    """Opened a challenge's problem, which starts its clock."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a learner did in a practice, challenge, or test.

    Parameters
    ----------
    question
        The question's ID; empty for a restart.
    answer
        The answer, in the form that the kind of question has.
    correct
        Whether the answer was completely right.
    score
        From 0 to 1.
    skill
        The skill that the question asks for.
    misconception
        The name of the misconception that the answer showed; empty if it showed none.
    """

    kind: EntryKind
    question: str = ""
    answer: str = ""
    correct: bool = False
    score: float = 0.0
    skill: str = ""
    misconception: str = ""
