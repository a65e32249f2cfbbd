"""The course in JupyterLab's left sidebar: its server extension, and where its front end is.

JupyterLab finds both after an installation of the wheel. `rolecall lab` names them, so that they also work
in a clone of the repository.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

LABEXTENSIONS = Path(__file__).parent / "labextensions"
"""The folder that has the front end, as JupyterLab's ``extra_labextensions_path`` expects it."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "rolecall.panel"}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextensions/rolecall", "dest": "rolecall"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the address from which the panel reads where the learner is."""
    # The import of the course waits until a server starts.
    from rolecall.panel._handler import handlers  # noqa: PLC0415

    web_app = server.web_app
    web_app.add_handlers(".*$", handlers(web_app.settings["base_url"], Path(server.root_dir)))
