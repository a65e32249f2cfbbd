"""Show Rolecall's objects in a notebook: what IPython displays instead of their ``repr``.

The objects are plain data, from packages that know nothing of notebooks. IPython looks each type up by its
module and name, so registering imports neither the type nor the function that renders it.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

_HERE = "rolecall.presentation"
_RENDERERS = {
    # The type's module and name; the MIME type; the function that renders it.
    ("rolecall.lab._session", "TaskSession"): ("text/markdown", f"{_HERE}.task:task_markdown"),
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

    def __call__(self, shown: object) -> dict[str, str]:
        return {self._mime_type: resolve_name(self._function)(shown)}


def register(display_formatter: Any) -> None:
    """Make an IPython shell display Rolecall's objects.

    Parameters
    ----------
    display_formatter
        The shell's ``display_formatter``, an ``IPython.core.formatters.DisplayFormatter``.
    """
    for (module, name), (mime_type, function) in _RENDERERS.items():
        display_formatter.mimebundle_formatter.for_type_by_name(
            module, name, _Renderer(mime_type, function)
        )
