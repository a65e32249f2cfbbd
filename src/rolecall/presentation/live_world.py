"""The card of a sandbox in JupyterLab, which follows what later cells do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any
from weakref import WeakKeyDictionary

from rolecall.presentation.world import sandbox_bundle
from rolecall.sandbox._errors import SandboxError
from rolecall.sandbox.client import Sandbox

_Shown = tuple[dict[str, str], Callable[[dict[str, str]], object]]


class LiveWorlds:
    """The card of each sandbox that was displayed last, shown again after a cell that changed it."""

    def __init__(self) -> None:
        self._shown: WeakKeyDictionary[Sandbox, _Shown] = WeakKeyDictionary()

    def display(self, lab: Sandbox) -> None:
        """Display the card of a sandbox."""
        bundle = sandbox_bundle(lab)
        ipython: Any = import_module("IPython.display")
        handle = ipython.display(bundle, raw=True, display_id=True)
        if handle is not None:
            self._shown[lab] = (bundle, lambda changed: handle.update(changed, raw=True))

    def update(self, *_: object) -> None:
        """Show the cards again that have changed."""
        for lab, (before, show) in list(self._shown.items()):
            try:
                bundle = sandbox_bundle(lab)
            except (OSError, SandboxError):
                # The sandbox was closed, and its card shows how it ended.
                del self._shown[lab]
                continue
            if bundle != before:
                show(bundle)
                self._shown[lab] = (bundle, show)
