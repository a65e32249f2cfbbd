"""Solved notebooks: a learner's notebook that solves its tasks instead of checking them, with outputs."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from rolecall.check._findings import Finding
from rolecall.check._kernels import kernel_environment
from rolecall.check._loaded_course import LoadedCourse

SOLVED_FOLDER = "solved"
_CHECK = re.compile(r"^(\w+)\.check\(\)$", re.M)
_STYLE = re.compile(r"<style>.*?</style>", re.S)
_COMPARED = "nbval-check-output"
_IGNORED = {"nbval-ignore-output", "nbval-skip"}
_ENCRYPTED = Config({"KernelManager": {"transport_encryption": "auto"}})
"""A kernel whose connections aren't encrypted prints a warning."""


def _notebooks_with_code(loaded: LoadedCourse) -> Iterator[Path]:
    """List the learners' notebooks that have code."""
    for file in loaded.notebooks:
        if file.parent.name == SOLVED_FOLDER:
            continue
        try:
            code = _code(nbformat.read(file, as_version=4))
        except (ValueError, AttributeError):
            # The rules for notebooks report a file that can't be parsed.
            continue
        if code:
            yield file


def _code(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _tagged(notebook: Any) -> list[tuple[str, list[str]]]:
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [(cell.source, cell.metadata.get("tags", [])) for cell in cells]


def _solved_file(file: Path) -> Path:
    return file.parent / SOLVED_FOLDER / file.name


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
    """Return whether a learner's notebook has no task, so that its solved version runs the same cells."""
    solved_file = _solved_file(file)
    if not solved_file.is_file():
        return False
    try:
        return _code(nbformat.read(file, as_version=4)) == _code(nbformat.read(solved_file, as_version=4))
    except (ValueError, AttributeError):
        return False


def write_solved(loaded: LoadedCourse) -> Iterator[Path]:
    """Run the solved version of each notebook, write it with its outputs, and yield its file."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lambda file: _write(file, loaded), _notebooks_with_code(loaded))


def _write(file: Path, loaded: LoadedCourse) -> Path:
    notebook = _solved(file)
    _run(notebook, loaded)
    target = _solved_file(file)
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"{nbformat.writes(notebook, indent=1)}\n", encoding="utf-8")
    return target


def _run(notebook: Any, loaded: LoadedCourse) -> None:
    with tempfile.TemporaryDirectory(prefix="rolecall-check-") as folder:
        client = NotebookClient(
            notebook, kernel_name="python3", timeout=300, coalesce_streams=True, config=_ENCRYPTED
        )
        client.execute(env=kernel_environment(loaded, Path(folder)))
    for cell in notebook.cells:
        # The times when a cell ran differ from run to run.
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop("application/vnd.jupyter.widget-view+json", None)
            if "text/html" in data:
                # Without its style sheet, the HTML of a card still reads well, and is much shorter.
                data["text/html"] = _STYLE.sub("", data["text/html"])
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}


def check_solved(loaded: LoadedCourse) -> Iterator[Finding]:
    """Find solved notebooks that no longer match the learner's notebook."""
    for file in _notebooks_with_code(loaded):
        solved_file = _solved_file(file)
        if not solved_file.is_file():
            continue
        expected, actual = _tagged(_solved(file)), _tagged(nbformat.read(solved_file, as_version=4))
        if expected != actual:
            message = "doesn't match the learner's notebook; run `rolecall check --update-solved`"
            yield Finding(loaded.places.relative(solved_file), 1, 1, "stale-solution", message)
