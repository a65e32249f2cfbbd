"""The entries of a trail: who called which action on which resource, the decision, and its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

DECISION_WORDS = {
    "Allowed": "✔ allowed",
    "ImplicitlyDenied": "✘ denied",
    "ExplicitlyDenied": "⊘ denied explicitly",
}


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One permission that was requested.

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
        """Read an event of the control API."""
        request = event["request"]
        return cls(
            id=event["id"],
            time=event["time"],
            who=request["principal"],
            action=request["action"],
            resource=request["resource"],
            decision=event["decision"],
            why=event["because"][0] if event["because"] else "",
            error=event["error"] or "",
        )


class TrailTable(list[TrailEntry]):
    """Entries, the newest last; `pandas.DataFrame(trail)` takes it as it is."""

    def where(self, **texts: str) -> TrailTable:
        """Return the entries whose fields hold the given texts.

        Examples
        --------
        ``lab.trail.where(who="eve", decision="Denied")``

        Raises
        ------
        ValueError
            For a field that entries do not have.
        """
        names = [field.name for field in fields(TrailEntry)]
        for name in texts:
            if name not in names:
                raise ValueError(f"there is no field {name!r}; there are {', '.join(names)}")
        return TrailTable(
            one for one in self if all(text in str(getattr(one, name)) for name, text in texts.items())
        )

    def __str__(self) -> str:
        return "\n".join(
            f"{one.id:>4}  {one.time}  {short_principal(one.who)}  {one.action}  {one.resource}  "
            f"{DECISION_WORDS[one.decision]}"
            for one in self
        )


def short_principal(arn: str) -> str:
    """Return a principal without the part of its ARN that is the same for everyone."""
    return arn.split(":", 5)[-1]
