"""The trail as a notebook shows it: who asked for what, on what, how it was decided and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from html import escape
from typing import Any

_WORDS = {
    "Allowed": "✔ allowed",
    "ImplicitlyDenied": "✘ denied",
    "ExplicitlyDenied": "⛔ denied explicitly",
}
_CELL = "text-align: left; padding: 0.2em 0.8em 0.2em 0; vertical-align: top"


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One permission that was asked for.

    Parameters
    ----------
    id
        What `Sandbox.explain` takes to explain it.
    why
        The deciding statement, or what was missing.
    error
        The code of the error that the caller got, or an empty text.
    """

    id: int
    time: str
    who: str
    action: str
    resource: str
    decision: str
    why: str
    error: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> TrailEntry:
        """Reads an event of the control API."""
        request = event["request"]
        return cls(
            event["id"],
            event["time"],
            request["principal"],
            request["action"],
            request["resource"],
            event["decision"],
            event["because"][0] if event["because"] else "",
            event["error"] or "",
        )


class TrailTable(list[TrailEntry]):
    """Entries, the newest last; `pandas.DataFrame(trail)` takes it as it is."""

    def where(self, **wanted: str) -> TrailTable:
        """The entries whose fields hold the given texts.

        Examples
        --------
        ``lab.trail.where(who="eve", decision="Denied")``

        Raises
        ------
        ValueError
            For a field that entries do not have.
        """
        names = [field.name for field in fields(TrailEntry)]
        for name in wanted:
            if name not in names:
                raise ValueError(f"there is no field {name!r}; there are {', '.join(names)}")
        return TrailTable(
            one for one in self if all(text in str(getattr(one, name)) for name, text in wanted.items())
        )

    def __str__(self) -> str:
        return "\n".join(
            f"{one.id:>4}  {one.time}  {_short(one.who)}  {one.action}  {one.resource}  "
            f"{_WORDS[one.decision]}"
            for one in self
        )

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col" style="{_CELL}">{title}</th>'
            for title in ("#", "When", "Who", "What", "On what", "Decision", "Why")
        )
        rows = "".join(f"<tr>{_cells(one)}</tr>" for one in self)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        # Where it is wider than the page it scrolls, by the keyboard too.
        return f'<div style="overflow-x: auto" role="region" aria-label="Trail" tabindex="0">{table}</div>'


def _cells(one: TrailEntry) -> str:
    texts: Iterable[str] = (
        str(one.id),
        one.time.partition("T")[2].rstrip("Z"),
        _short(one.who),
        one.action,
        one.resource,
        _WORDS[one.decision],
    )
    cells = [f'<td style="{_CELL}">{escape(text)}</td>' for text in texts]
    return "".join(cells) + f'<td style="{_CELL}; min-width: 18em">{escape(one.why)}</td>'


def _short(principal: str) -> str:
    """A principal without the part of its ARN that is the same for everyone."""
    return principal.split(":", 5)[-1]
