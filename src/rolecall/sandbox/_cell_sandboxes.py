"""The sandboxes that each cell of a notebook created, so that running a cell again replaces them.

A sandbox is a process of about 60 MB. Otherwise, each run of a lesson's first cell would leave one behind
until the kernel ends.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from rolecall.sandbox.client import Sandbox


@dataclass
class _Run:
    """One run of a cell, and the sandboxes that it created."""

    request: str
    sandboxes: WeakSet[Sandbox] = field(default_factory=WeakSet)


class CellSandboxes:
    """Keeps which sandboxes belong to the last run of each cell."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}

    def add(self, sandbox: Sandbox) -> list[Sandbox]:
        """Add a sandbox to the cell that runs, and return those that an earlier run of the cell created."""
        running = _running_cell()
        if running is None:
            return []
        cell, request = running
        run = self._runs.get(cell)
        earlier = list(run.sandboxes) if run is not None and run.request != request else []
        if run is None or run.request != request:
            run = self._runs[cell] = _Run(request)
        run.sandboxes.add(sandbox)
        return earlier

    def keep(self, sandbox: Sandbox) -> None:
        """Keep a sandbox when its cell runs again, because other cells share it."""
        for run in self._runs.values():
            run.sandboxes.discard(sandbox)


def _running_cell() -> tuple[str, str] | None:
    """Return the cell that the kernel runs and the ID of the request to run it; None outside a notebook.

    JupyterLab names the cell in the request's metadata.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "get_parent"):
        return None
    request = shell.get_parent()
    cell = request.get("metadata", {}).get("cellId")
    header = request.get("header", {})
    if cell is None or header.get("msg_type") != "execute_request":
        return None
    return str(cell), str(header["msg_id"])


CELLS = CellSandboxes()
"""The sandboxes of this kernel."""
