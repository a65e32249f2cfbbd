"""An explanation as a notebook shows it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from rolecall.iam import Explanation

_STYLE = (
    "border-left: 4px solid var({colour}); padding: 0.25em 0 0.25em 1em; max-width: 60em; "
    "color: var(--jp-content-font-color1)"
)


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
        colour = "--jp-success-color1" if self.allowed else "--jp-error-color1"
        parts = [
            f'<div class="rolecall-explained" style="{_STYLE.format(colour=colour)}">',
            f"<strong>{escape(self._verdict())}</strong>",
            f"<p>{escape(self.explanation.summary)}</p>",
            _bullets(self.explanation.because),
        ]
        if self.explanation.near_misses:
            parts += ["<p><em>What came nearest</em></p>", _bullets(self.explanation.near_misses)]
        if self.explanation.statement:
            parts += [
                "<p><em>The deciding statement</em></p>",
                f"<pre>{escape(self.explanation.statement)}</pre>",
            ]
        return "".join([*parts, "</div>"])


def _bullets(lines: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
