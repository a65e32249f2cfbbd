"""Run the notebooks with nbval, and compare the solved ones with the outputs that they keep."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from rolecall._extras import require_extra
from rolecall._processes import supervised
from rolecall.check._findings import Finding
from rolecall.check._kernels import kernel_environment
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._notebooks import lines_of_cells
from rolecall.check._progress import OnProgress, Progress
from rolecall.check._solved import SOLVED_FOLDER, is_the_same_solved

SANITIZE = Path(__file__).with_name("sanitize.cfg")
"""The file for ``--nbval-sanitize-with``: patterns for output that differs from run to run."""
_SHARE_DONE = re.compile(r"\[ *(\d+)%\]$")
"""How pytest ends a line of dots, one for each cell."""
_CELL = re.compile(r"Cell (\d+)")


def run_notebooks(
    loaded: LoadedCourse,
    files: list[Path],
    on_result: Callable[[str], None] = lambda _: None,
    on_progress: OnProgress = lambda _: None,
    workers: int | None = None,
) -> Iterator[Finding]:
    """Run notebooks in parallel: no cell may fail, and a solved notebook must print what it keeps.

    If a learner's notebook has no tasks, only its solved version runs, because it has the same cells.

    Parameters
    ----------
    on_result
        Called with a sentence that says how long the notebooks ran.
    on_progress
        Called with how many cells have run, every few cells.
    workers
        How many notebooks run at the same time; by default as many as there are cores.

    Raises
    ------
    MissingExtra
        If nbval or pytest-xdist isn't installed.
    """
    require_extra("check", "Running the notebooks of a course", "nbval", "xdist")
    solved = [file for file in files if file.parent.name == SOLVED_FOLDER]
    given = [file for file in files if file not in solved and not is_the_same_solved(file)]
    if given or solved:
        # The longest notebook first, so that it doesn't start when the other workers are done.
        ordered = sorted(given + solved, key=lambda file: -len(lines_of_cells(file, "code")))
        yield from _run(
            loaded, ordered, min(workers or os.cpu_count() or 1, len(ordered)), on_result, on_progress
        )


def _run(
    loaded: LoadedCourse,
    notebooks: list[Path],
    workers: int,
    on_result: Callable[[str], None],
    on_progress: OnProgress,
) -> Iterator[Finding]:
    cells = sum(len(lines_of_cells(file, "code")) for file in notebooks)
    with tempfile.TemporaryDirectory(prefix="rolecall-check-") as name:
        folder = Path(name)
        report = folder / "report.xml"
        started = time.monotonic()
        output = ""
        on_progress(Progress("Running notebooks", 0, cells))
        with subprocess.Popen(
            supervised(_command(loaded, notebooks, workers, folder, report)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=kernel_environment(loaded, folder / "data"),
        ) as running:
            for line in running.stdout or ():
                output += line
                if share := _SHARE_DONE.search(line):
                    on_progress(Progress("Running notebooks", cells * int(share[1]) // 100, cells))
        if not report.is_file():
            message = f"nbval did not run: {output[-800:]}"
            yield Finding("lessons", 1, 1, "nbval", message)
            return
        cases = list(etree.parse(str(report)).iter("testcase"))
    wall, kernels = time.monotonic() - started, sum(float(case.get("time", 0)) for case in cases)
    on_result(
        f"{len(notebooks)} notebooks ran in {wall:.0f} s, their kernels {kernels:.0f} s in all, "
        f"{workers} in parallel: {wall * workers / max(kernels, 0.001):.2f} times the minimum"
    )
    yield from _findings_of(loaded, cases)


def _command(
    loaded: LoadedCourse, notebooks: list[Path], workers: int, folder: Path, report: Path
) -> list[str]:
    """Return pytest's command, with its own configuration, so that the course's doesn't change it."""
    configuration = folder / "pytest.ini"
    configuration.write_text("[pytest]\n", encoding="utf-8")
    return [
        *(sys.executable, "-m", "pytest", "-q", "-c", str(configuration), "--rootdir", str(loaded.folder)),
        # --nbval-lax still compares the cells of solved notebooks, because they are tagged.
        *("--nbval-lax", "--nbval-sanitize-with", str(SANITIZE)),
        *("-n", str(workers), "--dist", "loadfile", "-p", "no:cacheprovider"),
        *(f"--junitxml={report}", *map(str, notebooks)),
    ]


def _findings_of(loaded: LoadedCourse, cases: list[etree._Element]) -> Iterator[Finding]:
    for case in cases:
        failure = case.find("failure")
        failure = case.find("error") if failure is None else failure
        if failure is None:
            continue
        name, cell = _notebook_of(loaded, case.get("classname", "")), _CELL.search(case.get("name", ""))
        # nbval counts from 0, and people count from 1.
        number = int(cell[1]) if cell else 0
        file = loaded.folder / name
        known = file.suffix == ".ipynb" and file.is_file()
        line = (lines_of_cells(file, "code")[number:] or [1])[0] if known else 1
        text = re.sub(r"(\x1b|#x1B)\[[0-9;]*m", "", failure.text or failure.get("message") or "")
        yield Finding(name, line, 1, "cell-fails", f"code cell {number + 1}: {_short(text)}")


def _notebook_of(loaded: LoadedCourse, classname: str) -> str:
    """Find the notebook that nbval names; nbval replaces slashes by dots."""
    names = [loaded.places.relative(file) for file in loaded.notebooks]
    return next((one for one in names if one.replace("/", ".") == classname.replace("/", ".")), classname)


def _short(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "\n".join(lines if len(lines) <= 30 else [*lines[:12], "…", *lines[-15:]])
