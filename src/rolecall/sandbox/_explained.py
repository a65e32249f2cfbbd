"""An explanation as a notebook shows it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from rolecall.iam import Explanation, to_html


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a call was decided as it was; text in a terminal, formatted in a notebook.

    Parameters
    ----------
    error
        The code of the error that the caller got, or None.
    """

    explanation: Explanation
    allowed: bool
    error: str | None

    def __str__(self) -> str:
        return f"{self._verdict()}\n{self.explanation}"

    def __repr__(self) -> str:
        return str(self)

    def _verdict(self) -> str:
        if self.allowed:
            return "✔ Allowed"
        return f"✘ Denied ({self.error})" if self.error else "✘ Denied"

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self._verdict())}</strong></p>{to_html(self.explanation)}"
