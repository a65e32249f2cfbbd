"""Runs the notebooks through nbval: as learners get them, and solved."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from rolecall.check._findings import Finding
from rolecall.check._notebooks import lines_of
from rolecall.check._read import Read
from rolecall.course import COURSE_VARIABLE

SANITIZE = Path(__file__).with_name("sanitize.cfg")
"""What differs from run to run, for ``--nbval-sanitize-with``."""
_CELL = re.compile(r"Cell (\d+)")


class NoNbval(RuntimeError):
    """nbval is not installed; the text says how it is."""


def run_notebooks(read: Read, files: list[Path], workers: int | None = None) -> Iterator[Finding]:
    """Runs notebooks in parallel: a learner's copy must not fail, a solved one prints what it did before.

    Parameters
    ----------
    workers
        How many run at once; by default as many as there are cores.

    Raises
    ------
    NoNbval
        Where pytest, nbval or xdist are missing.
    """
    if not all(importlib.util.find_spec(one) for one in ("nbval", "xdist")):
        raise NoNbval("notebooks are run by nbval and pytest-xdist: pip install 'rolecall[check]'")
    solved = [file for file in files if "solved" in file.parts]
    given = [file for file in files if "solved" not in file.parts]
    for mode, notebooks in (("--nbval-lax", given), ("--nbval", solved)):
        if notebooks:
            yield from _run(read, mode, notebooks, workers or os.cpu_count() or 1)


def _run(read: Read, mode: str, notebooks: list[Path], workers: int) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="rolecall-check-") as folder:
        report = Path(folder) / "report.xml"
        (Path(folder) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        command = [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-c",
                f"{folder}/pytest.ini",
                "--rootdir",
                str(read.course.folder),
            ),
            *(
                mode,
                "--nbval-sanitize-with",
                str(SANITIZE),
                "-n",
                str(min(workers, len(notebooks))),
            ),
            *("--dist", "loadfile", "-p", "no:cacheprovider", f"--junitxml={report}", *map(str, notebooks)),
        ]
        environment = os.environ | {
            COURSE_VARIABLE: str(read.course.folder),
            # The `aws` beside this Python, as in `rolecall lab`.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            # Answers that a notebook gives are none of the author's own.
            "ROLECALL_DATA": f"{folder}/data",
        }
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if not report.is_file():
            yield Finding(
                "lessons", 1, 1, "nbval", f"nbval did not run: {(done.stdout + done.stderr)[-800:]}"
            )
            return
        yield from _read(read, report)


def _read(read: Read, report: Path) -> Iterator[Finding]:
    for case in etree.parse(str(report)).iter("testcase"):
        failure = case.find("failure")
        failure = case.find("error") if failure is None else failure
        if failure is None:
            continue
        name, cell = _notebook_of(read, case.get("classname", "")), _CELL.search(case.get("name", ""))
        number = int(cell[1]) if cell else 0
        file = read.course.folder / name
        line = lines_of(file, number) if file.suffix == ".ipynb" and file.is_file() else 1
        text = re.sub(r"(\x1b|#x1B)\[[0-9;]*m", "", failure.text or failure.get("message") or "")
        yield Finding(name, line, 1, "cell-fails", f"code cell {number}: {_short(text)}")


def _notebook_of(read: Read, classname: str) -> str:
    """nbval writes a notebook's path with dots for slashes."""
    names = [read.places.relative(file) for file in read.notebooks]
    return next((one for one in names if one.replace("/", ".") == classname.replace("/", ".")), classname)


def _short(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "\n".join(lines if len(lines) <= 30 else [*lines[:12], "…", *lines[-15:]])
