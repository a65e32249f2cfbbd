"""Solved notebooks: a learner's, each check of a task turned into its solution, and what that prints."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from rolecall.check._findings import Finding
from rolecall.check._read import Read
from rolecall.course import COURSE_VARIABLE

FOLDER = "solved"
_CHECK = re.compile(r"^(\w+)\.check\(\)$", re.M)


def _given(read: Read) -> Iterator[Path]:
    """The learner's notebooks that have something to solve."""
    for file in read.notebooks:
        if FOLDER in file.parts:
            continue
        try:
            code = _code(nbformat.read(file, as_version=4))
        except (ValueError, AttributeError):
            # What cannot be read is told by the rules for notebooks.
            continue
        if _CHECK.search(code):
            yield file


def _code(notebook: Any) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def _beside(file: Path) -> Path:
    return file.parent / FOLDER / file.name


def _solved(file: Path) -> Any:
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = _CHECK.sub(r"\1.solve()", cell.source)
    return notebook


def write_solved(read: Read) -> Iterator[Path]:
    """Writes each notebook's solved version beside it, run, with its outputs."""
    for file in _given(read):
        notebook = _solved(file)
        _run(notebook, read)
        target = _beside(file)
        target.parent.mkdir(exist_ok=True)
        target.write_text(f"{nbformat.writes(notebook, indent=1)}\n", encoding="utf-8")
        yield target


def _run(notebook: Any, read: Read) -> None:
    with tempfile.TemporaryDirectory(prefix="rolecall-check-") as folder:
        environment = os.environ | {
            COURSE_VARIABLE: str(read.course.folder),
            "ROLECALL_DATA": folder,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        NotebookClient(notebook, kernel_name="python3", timeout=300, env=environment).execute(
            env=environment
        )
    for cell in notebook.cells:
        # When and how long a cell ran is nobody's concern.
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}


def check_solved(read: Read) -> Iterator[Finding]:
    """Solved notebooks that no longer are what the learner's become, where the course has such."""
    for file in _given(read):
        beside = _beside(file)
        if not beside.is_file():
            continue
        want, have = _code(_solved(file)), _code(nbformat.read(beside, as_version=4))
        if want != have:
            told = (
                "is not what the learner's notebook becomes; write it anew: rolecall check --update-solved"
            )
            yield Finding(read.places.relative(beside), 1, 1, "stale-solution", told)
