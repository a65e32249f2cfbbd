"""Show Rolecall's objects in a notebook: what IPython displays instead of their ``repr``.

The objects are plain data, from packages that know nothing of notebooks. IPython looks each type up by its
module and name, so registering imports neither the type nor the function that renders it.
"""

from __future__ import annotations

import os
from importlib import import_module
from pkgutil import resolve_name
from typing import Any

from rolecall._learner_error import LearnerError
from rolecall.presentation.error_card import error_html

_HERE = "rolecall.presentation"
_RENDERERS = {
    # The type's module and name; the MIME type; the function that renders it. Without a MIME type, the
    # function returns a bundle of several.
    ("rolecall.lab._session", "TaskSession"): ("", "rolecall.widgets._task_card:task_bundle"),
    ("rolecall.sandbox.client", "Sandbox"): ("", f"{_HERE}.world:sandbox_bundle"),
    ("rolecall.lab.check_result", "CheckResult"): ("text/markdown", f"{_HERE}.task:check_result_markdown"),
    ("rolecall.lab.check_result", "MarkdownText"): ("text/markdown", f"{_HERE}.task:text_markdown"),
    ("rolecall.sandbox.call_explanation", "CallExplanation"): (
        "text/html",
        f"{_HERE}.explanation:call_explanation_html",
    ),
    ("rolecall.sandbox.diagram", "Diagram"): ("text/vnd.mermaid", f"{_HERE}.diagram:mermaid"),
    ("rolecall.sandbox.trail_entries", "TrailTable"): ("text/html", f"{_HERE}.trail:trail_html"),
}


class _Renderer:
    """Call a rendering function, which is imported at the first call."""

    def __init__(self, mime_type: str, function: str) -> None:
        self._mime_type = mime_type
        self._function = function

    def __call__(self, shown: object) -> Any:
        rendered = resolve_name(self._function)(shown)
        return {self._mime_type: rendered} if self._mime_type else rendered


def register(shell: Any) -> None:
    """Make an IPython shell display Rolecall's objects and errors.

    Parameters
    ----------
    shell
        An ``IPython.core.interactiveshell.InteractiveShell``.
    """
    formatter = shell.display_formatter.mimebundle_formatter
    for (module, name), (mime_type, function) in _RENDERERS.items():
        formatter.for_type_by_name(module, name, _Renderer(mime_type, function))
    shell.set_custom_exc((LearnerError,), _show_error)
    if "JPY_SESSION_NAME" in os.environ:
        # JupyterLab is there. A program that runs notebooks keeps the outputs of cells as they were.
        _follow_sandboxes(shell)


def _follow_sandboxes(shell: Any) -> None:
    """Show the card of a sandbox again after each cell that changed it."""
    worlds: Any = None

    def show(lab: object) -> None:
        nonlocal worlds
        if worlds is None:
            worlds = import_module(f"{_HERE}.live_world").LiveWorlds()
            shell.events.register("post_run_cell", worlds.update)
        worlds.display(lab)

    shell.display_formatter.ipython_display_formatter.for_type_by_name(
        "rolecall.sandbox.client", "Sandbox", show
    )


def _show_error(shell: Any, kind: type, error: BaseException, traceback: Any, tb_offset: Any = None) -> Any:
    """Show a card with what to do in place of a traceback of the package; the traceback is behind it."""
    if not hasattr(shell, "kernel"):
        # A terminal has no cards.
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        return None
    lines = shell.InteractiveTB.structured_traceback(kind, error, traceback, tb_offset=tb_offset)
    shell.display_pub.publish({"text/plain": str(error), "text/html": error_html(error, "\n".join(lines))})
    # nbval and a saved notebook know by this message that the cell failed.
    shell._showtraceback(kind, error, [f"{kind.__name__}: {error}"])
    return lines
