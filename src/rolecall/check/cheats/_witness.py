"""A request that shows how two documents differ, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that two documents decide differently.

    Parameters
    ----------
    solution_allows
        Whether the solution's document lets the request through, and the other one doesn't.
    absent
        What the world has to have before a probe can make this request; empty if it has everything.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, str]
    solution_allows: bool
    absent: str = ""

    def __str__(self) -> str:
        what = f"{self.principal} calls {self.action}"
        if self.resource != "*":
            what += f" on {self.resource}"
        if self.context:
            what += " with " + ", ".join(f"{key} = {value}" for key, value in self.context.items())
        return what
