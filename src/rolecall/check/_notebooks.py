"""Rules for notebooks: no outputs, no secrets, no paths of one machine, and little code."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._text import problems_of, words_in

_ALLOWED = frozenset({"rolecall", "boto3", "botocore", "ipywidgets", "IPython", "pandas"})
_ABSOLUTE = re.compile(r"(?<![\w/.])(/(?:home|Users|root|tmp|var|mnt|workspace)/[\w.-]+|[A-Z]:\\\\?\w+)")
_SECRET = re.compile(
    r"\b(?:AKIA|ASIA)(?!X{4}|IOSFODNN7)[A-Z0-9]{12,16}(?<!EXAMPLE)\b|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|aws_secret_access_key\s*=\s*[\"'][A-Za-z0-9/+=]{40}[\"']"
)
_METADATA = {"kernelspec", "language_info"}
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def check_notebooks(loaded: LoadedCourse) -> Iterator[Finding]:
    """Check the notebooks that learners get; the solved ones have rules of their own."""
    for file in loaded.notebooks:
        if "solved" not in file.parts:
            yield from _notebook(loaded, file)


def _notebook(loaded: LoadedCourse, file: Path) -> Iterator[Finding]:
    text = file.read_text("utf-8")
    name = loaded.places.relative(file)
    try:
        notebook: Any = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except (ValueError, nbformat.ValidationError) as error:
        line = getattr(error, "lineno", 1)
        yield Finding(name, line, 1, "no-notebook", str(error).splitlines()[0])
        return
    lines = _lines(text)

    def at(cell: Any, rule: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(name, lines.get(cell.get("id", ""), 1), 1, rule, message, severity)

    extra = set(notebook.metadata) - _METADATA
    if extra or dict(notebook.metadata.get("kernelspec", {})) != _KERNEL:
        message = (
            f"the metadata must be the kernelspec {json.dumps(_KERNEL)} and language_info, nothing else"
        )
        yield Finding(name, 1, 1, "metadata", message)
    for cell in notebook.cells:
        for rule, message in _cell(cell, file.parent):
            yield at(cell, rule, message)


def _lines(text: str) -> dict[str, int]:
    """Find the line of each cell, by the cell's id."""
    pattern = re.compile(r'^\s*"id": "([^"]+)"')
    found = ((pattern.match(line), number) for number, line in enumerate(text.splitlines(), start=1))
    return {match[1]: number for match, number in found if match}


def _cell(cell: Any, folder: Path) -> Iterator[tuple[str, str]]:
    if found := _ABSOLUTE.search(cell.source):
        yield "absolute-path", f"the path {found[1]!r} exists on one machine only"
    if _SECRET.search(cell.source):
        yield "secret", "this looks like a credential; leave it out of the notebook"
    if cell.cell_type == "markdown":
        yield from problems_of(cell.source, folder)
    if cell.cell_type != "code":
        return
    if cell.outputs or cell.execution_count is not None:
        yield "output", "a learner's notebook has no outputs; clear them"
    yield from _code(cell.source)


def _code(source: str) -> Iterator[tuple[str, str]]:
    # Shell commands and IPython magics are not Python.
    lines = ("pass" if line.lstrip().startswith(("!", "%")) else line for line in source.splitlines())
    if source.startswith("%%"):
        return
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError as error:
        if "___" not in source:
            yield "syntax", f"line {error.lineno} of the cell: {error.msg}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield (
                "helper-code",
                f"{node.name!r} is defined in a cell; helpers belong in a module or in YAML",
            )
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        for name in names:
            top = name.partition(".")[0]
            if top not in _ALLOWED and top not in sys.stdlib_module_names:
                known = ", ".join(sorted(_ALLOWED))
                yield (
                    "import",
                    f"{top!r} may not be installed; learners have {known}, and the standard library",
                )


def lines_of_cells(file: Path, kind: str | None = None) -> list[int]:
    """List the line of each cell.

    Parameters
    ----------
    kind
        ``code`` or ``markdown`` for cells of that kind only.
    """
    text = file.read_text("utf-8")
    lines = _lines(text)
    cells = [cell for cell in json.loads(text)["cells"] if kind is None or cell["cell_type"] == kind]
    return [lines.get(cell.get("id", ""), 1) for cell in cells]


@lru_cache(maxsize=256)
def words_of(file: Path) -> int:
    """Count the words that a learner reads in a notebook; 0 if the file is not a notebook."""
    try:
        notebook = json.loads(file.read_text("utf-8"))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
        return sum(words_in("".join(cell["source"])) for cell in cells)
    except (OSError, ValueError, KeyError, TypeError):
        return 0
