"""Why a call was allowed or denied."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.iam import Explanation


@dataclass(frozen=True, slots=True)
class CallExplanation:
    """Why a call was decided as it was.

    Parameters
    ----------
    error
        The code of the error that the caller got, or None.
    """

    explanation: Explanation
    allowed: bool
    error: str | None

    @property
    def verdict(self) -> str:
        """The decision in a few words, such as ``✘ Denied (AccessDenied)``."""
        if self.allowed:
            return "✔ Allowed"
        return f"✘ Denied ({self.error})" if self.error else "✘ Denied"

    def __str__(self) -> str:
        return f"{self.verdict}\n{self.explanation}"

    def __repr__(self) -> str:
        return str(self)
