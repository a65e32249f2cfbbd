"""Solved notebooks: a learner's, each check of a task turned into its solution, and what it all prints."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from rolecall.check._findings import Finding
from rolecall.check._read import Read
from rolecall.course import COURSE_VARIABLE

FOLDER = "solved"
_CHECK = re.compile(r"^(\w+)\.check\(\)$", re.M)
_COMPARED = "nbval-check-output"
_IGNORED = {"nbval-ignore-output", "nbval-skip"}


def _given(read: Read) -> Iterator[Path]:
    """The learner's notebooks that have something to run."""
    for file in read.notebooks:
        if file.parent.name == FOLDER:
            continue
        try:
            code = _code(nbformat.read(file, as_version=4))
        except (ValueError, AttributeError):
            # What cannot be read is told by the rules for notebooks.
            continue
        if code:
            yield file


def _code(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _tagged(notebook: Any) -> list[tuple[str, list[str]]]:
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [(cell.source, cell.metadata.get("tags", [])) for cell in cells]


def _beside(file: Path) -> Path:
    return file.parent / FOLDER / file.name


def _solved(file: Path) -> Any:
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = _CHECK.sub(r"\1.solve()", cell.source)
            tags = cell.metadata.get("tags", [])
            if not _IGNORED.intersection(tags):
                cell.metadata.tags = [*tags, _COMPARED]
    return notebook


def is_the_same_solved(file: Path) -> bool:
    """Whether a learner's notebook has nothing to solve, and its solved version runs the same cells."""
    beside = _beside(file)
    if not beside.is_file():
        return False
    try:
        return _code(nbformat.read(file, as_version=4)) == _code(nbformat.read(beside, as_version=4))
    except (ValueError, AttributeError):
        return False


def write_solved(read: Read) -> Iterator[Path]:
    """Writes each notebook's solved version beside it, run, with its outputs."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lambda file: _write(file, read), _given(read))


def _write(file: Path, read: Read) -> Path:
    notebook = _solved(file)
    _run(notebook, read)
    target = _beside(file)
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"{nbformat.writes(notebook, indent=1)}\n", encoding="utf-8")
    return target


def _run(notebook: Any, read: Read) -> None:
    with tempfile.TemporaryDirectory(prefix="rolecall-check-") as folder:
        environment = os.environ | {
            COURSE_VARIABLE: str(read.course.folder),
            "ROLECALL_DATA": folder,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        NotebookClient(notebook, kernel_name="python3", timeout=300).execute(env=environment)
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
        want, have = _tagged(_solved(file)), _tagged(nbformat.read(beside, as_version=4))
        if want != have:
            told = (
                "is not what the learner's notebook becomes; write it anew: rolecall check --update-solved"
            )
            yield Finding(read.places.relative(beside), 1, 1, "stale-solution", told)
