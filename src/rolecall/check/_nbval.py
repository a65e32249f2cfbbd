"""Runs the notebooks through nbval: as learners get them, and as they were kept with their outputs."""

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
from rolecall.check._notebooks import lines_of_cells
from rolecall.check._read import Read
from rolecall.check._solved import FOLDER, is_the_same_solved
from rolecall.course import COURSE_VARIABLE

SANITIZE = Path(__file__).with_name("sanitize.cfg")
"""What differs from run to run, for ``--nbval-sanitize-with``."""
_CELL = re.compile(r"Cell (\d+)")


def run_notebooks(
    read: Read,
    files: list[Path],
    reported: Callable[[str], None] = lambda _: None,
    workers: int | None = None,
) -> Iterator[Finding]:
    """Runs notebooks in parallel: none may fail, and a solved one prints what it did before.

    A learner's notebook that its solved version repeats cell by cell is run as that one alone.

    Parameters
    ----------
    reported
        Is told how long it took.
    workers
        How many run at once; by default as many as there are cores.

    Raises
    ------
    MissingExtra
        If nbval or pytest-xdist isn't installed.
    """
    require_extra("check", "Running the notebooks of a course", "nbval", "xdist")
    solved = [file for file in files if file.parent.name == FOLDER]
    given = [file for file in files if file not in solved and not is_the_same_solved(file)]
    if given or solved:
        # The longest first, so that no worker begins with it when the others are done.
        ordered = sorted(given + solved, key=lambda file: -len(lines_of_cells(file, "code")))
        yield from _run(read, ordered, min(workers or os.cpu_count() or 1, len(ordered)), reported)


def _run(
    read: Read, notebooks: list[Path], workers: int, reported: Callable[[str], None]
) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="rolecall-check-") as folder:
        report = Path(folder) / "report.xml"
        (Path(folder) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-c", f"{folder}/pytest.ini"),
            *("--rootdir", str(read.course.folder)),
            # Lax is strict for the cells of solved notebooks: they are tagged so.
            *("--nbval-lax", "--nbval-sanitize-with", str(SANITIZE)),
            *("-n", str(workers), "--dist", "loadfile", "-p", "no:cacheprovider"),
            *(f"--junitxml={report}", *map(str, notebooks)),
        ]
        environment = os.environ | {
            COURSE_VARIABLE: str(read.course.folder),
            # The `aws` beside this Python, as in `rolecall lab`.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            # Answers that a notebook gives are none of the author's own.
            "ROLECALL_DATA": f"{folder}/data",
        }
        begun = time.monotonic()
        done = subprocess.run(
            supervised(command), capture_output=True, text=True, env=environment, check=False
        )
        if not report.is_file():
            yield Finding(
                "lessons", 1, 1, "nbval", f"nbval did not run: {(done.stdout + done.stderr)[-800:]}"
            )
            return
        cases = list(etree.parse(str(report)).iter("testcase"))
        wall, kernels = time.monotonic() - begun, sum(float(case.get("time", 0)) for case in cases)
        reported(
            f"{len(notebooks)} notebooks ran in {wall:.0f} s, their kernels {kernels:.0f} s in all, "
            f"{workers} at once: {wall * workers / max(kernels, 0.001):.2f} times the least"
        )
        yield from _read(read, cases)


def _read(read: Read, cases: list[etree._Element]) -> Iterator[Finding]:
    for case in cases:
        failure = case.find("failure")
        failure = case.find("error") if failure is None else failure
        if failure is None:
            continue
        name, cell = _notebook_of(read, case.get("classname", "")), _CELL.search(case.get("name", ""))
        number = int(cell[1]) if cell else 0
        file = read.course.folder / name
        known = file.suffix == ".ipynb" and file.is_file()
        line = (lines_of_cells(file, "code")[number:] or [1])[0] if known else 1
        text = re.sub(r"(\x1b|#x1B)\[[0-9;]*m", "", failure.text or failure.get("message") or "")
        yield Finding(name, line, 1, "cell-fails", f"code cell {number}: {_short(text)}")


def _notebook_of(read: Read, classname: str) -> str:
    """nbval writes a notebook's path with dots for slashes."""
    names = [read.places.relative(file) for file in read.notebooks]
    return next((one for one in names if one.replace("/", ".") == classname.replace("/", ".")), classname)


def _short(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "\n".join(lines if len(lines) <= 30 else [*lines[:12], "…", *lines[-15:]])
