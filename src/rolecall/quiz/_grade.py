"""What grading an answer gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """Feedback on one part of an answer.

    Parameters
    ----------
    part
        The part: an option, a blank, or a case, in Markdown.
    why
        Why it is right or wrong, in Markdown.
    """

    part: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Grade:
    """How a question grades an answer.

    Parameters
    ----------
    score
        From 0 to 1.
    misconception_name
        The misconception that the answer shows, by its name in the bank.
    """

    score: float
    remarks: tuple[Remark, ...] = ()
    misconception_name: str | None = None
