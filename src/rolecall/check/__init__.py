"""Finds an author's faults before a learner does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from rolecall.check._banks import check_banks
from rolecall.check._browser import CHROMIUM_ARGUMENTS, NoBrowser, browse, chromium
from rolecall.check._findings import Finding, Severity
from rolecall.check._ids import LOCK, check_ids, write_ids
from rolecall.check._lessons import check_lessons
from rolecall.check._nbval import SANITIZE, run_notebooks
from rolecall.check._notebooks import check_notebooks
from rolecall.check._output import FORMATS
from rolecall.check._prose import check_prose, reading
from rolecall.check._proved import prove
from rolecall.check._read import read_course
from rolecall.check._solved import check_solved, write_solved
from rolecall.course import Course

__all__ = [
    "CHROMIUM_ARGUMENTS",
    "FORMATS",
    "LOCK",
    "SANITIZE",
    "Finding",
    "NoBrowser",
    "Severity",
    "check_course",
    "chromium",
    "update_ids",
    "update_solved",
]


def check_course(
    course: Course,
    *,
    prove_it: bool = True,
    notebooks: bool = True,
    screenshots: Path | None = None,
    only: frozenset[Path] | None = None,
    told: Callable[[str], None] = lambda _: None,
    reported: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """Everything that is wrong with a course, in the order of its files.

    Parameters
    ----------
    prove_it
        Whether proofs and tasks run in sandboxes.
    notebooks
        Whether notebooks run.
    screenshots
        Open the notebooks in a browser too, and put their pictures into this folder; None for no browser.
    only
        Report on these files, and run only what they hold; None for all.
    told
        Is told what was done, one text at a time.
    reported
        Is told figures: how much there is to read in each lesson, and how long the notebooks ran.

    Raises
    ------
    MissingExtra
        If a package of the extra ``check`` or ``browser`` is required and isn't installed.
    NoBrowser
        If notebooks are to be opened in a browser, and no Chromium is installed.
    """
    read = read_course(course)
    found = list(read.findings)
    for check in (check_banks, check_lessons, check_notebooks, check_prose, check_solved, check_ids):
        found += check(read)
    for figures in reading(read):
        reported(figures)
    # What cannot be read cannot be run; the rest is.
    if prove_it:
        found += prove(read if only is None else read.only(only), told)
    wanted_notebooks = [one for one in read.notebooks if only is None or one in only]
    if notebooks:
        found += run_notebooks(read, wanted_notebooks, reported)
    if screenshots is not None:
        found += browse(read, wanted_notebooks, screenshots)
    wanted = {read.places.relative(one) for one in only} if only is not None else None
    return sorted({one for one in found if wanted is None or one.file in wanted}, key=_order)


def update_solved(course: Course) -> Iterator[Path]:
    """Runs every notebook that has tasks with their solutions, and keeps what it prints."""
    yield from write_solved(read_course(course))


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.file, finding.line, finding.column, finding.rule, finding.message


def update_ids(course: Course) -> Path:
    """Writes the list of the course's ids."""
    return write_ids(read_course(course))
