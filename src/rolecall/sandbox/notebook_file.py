"""Which sandbox a notebook uses, in a file beside those of its kernel, for JupyterLab's panel.

The file has the token of the control API. Only its user can read it, as the file of a kernel's connection.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError


class NotebookSandbox(BaseModel):
    """The sandbox of a notebook: its control API, and the actor that the kernel acts as."""

    model_config = ConfigDict(frozen=True)

    url: str
    token: str
    acting_as: str


def publish(sandbox: NotebookSandbox) -> None:
    """Say that the notebook of this kernel uses a sandbox; nothing outside a notebook of JupyterLab."""
    file = _file_of_kernel()
    if file is None:
        return
    # A notebook works without the panel.
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(sandbox.model_dump_json(), encoding="utf-8")


def withdraw(url: str) -> None:
    """Remove the file of a sandbox that ends, unless the notebook uses another one by now."""
    file = _file_of_kernel()
    if file is not None and (kept := _read(file)) is not None and kept.url == url:
        file.unlink(missing_ok=True)


def sandbox_of(notebook: Path) -> NotebookSandbox | None:
    """Return the sandbox that a notebook uses; None if it uses none."""
    return _read(_file(str(notebook)))


def _file_of_kernel() -> Path | None:
    notebook = os.environ.get("JPY_SESSION_NAME", "")
    return _file(notebook) if notebook.endswith(".ipynb") else None


def _file(notebook: str) -> Path:
    # A program that uses the sandbox without Jupyter shouldn't wait for this import.
    from jupyter_core.paths import jupyter_runtime_dir  # noqa: PLC0415

    name = hashlib.sha256(notebook.encode()).hexdigest()[:32]
    return Path(jupyter_runtime_dir()) / f"rolecall-sandbox-{name}.json"


def _read(file: Path) -> NotebookSandbox | None:
    try:
        return NotebookSandbox.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
