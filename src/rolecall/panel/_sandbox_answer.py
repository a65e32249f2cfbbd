"""What the panel shows of the open notebook's sandbox."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from rolecall.sandbox._control_client import ControlApi
from rolecall.sandbox._errors import SandboxError
from rolecall.sandbox.notebook_file import sandbox_of
from rolecall.sandbox.trail_entries import DECISION_WORDS, TrailEntry


class SandboxAnswer(BaseModel):
    """The sandbox of a notebook; all texts are empty if it has none.

    Parameters
    ----------
    clock
        The time in the sandbox, in ISO 8601.
    last
        The last decision, such as ``✘ denied: s3:GetObject``.
    """

    model_config = ConfigDict(frozen=True)

    world: str = ""
    acting_as: str = ""
    clock: str = ""
    last: str = ""


def sandbox_answer(root: Path, path: str) -> SandboxAnswer:
    """Ask the sandbox of a notebook what it is and what it decided last.

    Parameters
    ----------
    root
        The folder that JupyterLab's file browser shows first.
    path
        The notebook, relative to the root.
    """
    used = sandbox_of(root / path)
    if used is None:
        return SandboxAnswer()
    control = ControlApi(used.url, used.token)
    try:
        overview, events = control("GET", "/overview"), control("GET", "/decisions?last=1")
    except SandboxError:
        # A kernel that was killed leaves its file behind.
        return SandboxAnswer()
    last = TrailEntry.of(events[-1]) if events else None
    return SandboxAnswer(
        world=overview["title"],
        acting_as=used.acting_as,
        clock=overview["time"],
        last=f"{DECISION_WORDS[last.decision]}: {last.action}" if last else "",
    )
