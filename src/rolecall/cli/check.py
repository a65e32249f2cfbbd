"""`rolecall check`: find an author's mistakes before a learner does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from watchfiles import watch as changes

from rolecall import check as checks
from rolecall._extras import MissingExtra
from rolecall._yaml import BadFile
from rolecall.check import (
    FORMATS,
    LOCK,
    SETTINGS,
    WORDS,
    Finding,
    NoBrowser,
    Severity,
    check_again,
    check_course,
)
from rolecall.check.reviews import REVIEWS, Review, review_course
from rolecall.cli._fail import Unusable
from rolecall.cli._progress_bar import progress_bar
from rolecall.course import COURSE_PARTS, Course, NoCourse, find_course

_PAGE_WIDTH = 160


@click.command("check")
@click.argument("course", type=click.Path(path_type=Path), required=False)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="human", show_default=True)
@click.option("--static", is_flag=True, help="Only read the files; don't run proofs, tasks, or notebooks.")
@click.option("--no-notebooks", is_flag=True, help="Run proofs and tasks, but no notebooks.")
@click.option(
    "--browser", is_flag=True, help="Also run each notebook in Chromium, and check it with axe-core."
)
@click.option(
    "--screenshots",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("screenshots"),
    show_default=True,
    help="The folder for the screenshots of --browser.",
)
@click.option(
    "--changed",
    metavar="REV",
    is_flag=False,
    flag_value="HEAD",
    help="Check only files that differ from REV, and what they touch.",
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="Compare the questions with the answers in this CSV file, from a workshop or from learners.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--update-ids", is_flag=True, help=f"Write {LOCK}, the list of ids that must stay.")
@click.option(
    "--update-solved",
    is_flag=True,
    help="Run the notebooks with the solutions of their tasks, and keep the outputs.",
)
@click.option(
    "--review",
    type=click.Choice(list(REVIEWS)),
    help="Print a table of what only an author can judge, the most doubtful rows first; check nothing.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
def command(
    course: Path | None,
    form: str,
    static: bool,
    no_notebooks: bool,
    browser: bool,
    screenshots: Path,
    changed: str | None,
    answers: tuple[Path, ...],
    strict: bool,
    update_ids: bool,
    update_solved: bool,
    review: str | None,
    watch: bool,
) -> None:
    """Check COURSE, a folder with lessons/, quizzes/, and sandbox/.

    By default, Rolecall checks the nearest course, searched upward from the current folder.

    Exit status: 0 for a course without errors, 1 for one with errors, 2 if the check cannot run.
    """
    try:
        found = find_course(course)
    except NoCourse as error:
        raise Unusable(str(error)) from None
    if review is not None:
        click.echo(_review_as(form)(review_course(found, review)), nl=False)
        return
    if update_ids:
        _write_ids(found)
    if update_solved:
        for path in checks.update_solved(found):
            click.echo(f"Wrote {path}.", err=True)

    def check() -> list[Finding]:
        only = _changed(found, changed) if changed else None
        with progress_bar() as on_step:
            return check_course(
                found,
                proofs=not static,
                notebooks=not (static or no_notebooks),
                screenshots=screenshots if browser else None,
                only=only,
                answers=answers,
                on_result=(lambda _: None) if form != "human" else lambda text: click.echo(text, err=True),
                on_progress=lambda now: on_step(now.step, now.done, now.count),
            )

    try:
        if watch:
            _watch(found, check(), form, static=static)
            return
        findings = check()
    except (NoBrowser, MissingExtra, BadFile) as error:
        raise Unusable(str(error)) from None
    _report(findings, form)
    if any(strict or one.severity is Severity.ERROR for one in findings):
        sys.exit(1)


def _write_ids(course: Course) -> None:
    click.echo(f"Wrote {checks.update_ids(course)}.", err=True)


def _review_as(form: str) -> Callable[[Review], str]:
    if form not in ("human", "json"):
        raise Unusable(f"--review prints human or json, not {form}")
    return Review.as_json if form == "json" else _table


def _table(review: Review) -> str:
    """Draw a review as wide as the terminal, or for a file as wide as a page."""
    console = Console(width=None if sys.stdout.isatty() else _PAGE_WIDTH)
    table = Table(*review.columns, box=SIMPLE_HEAD, show_lines=False, pad_edge=False)
    for row in review.rows:
        table.add_row(*map(escape, row))
    with console.capture() as written:
        console.print(table)
    return written.get()


def _report(findings: list[Finding], form: str) -> None:
    click.echo(FORMATS[form](findings), nl=False)
    if form == "human":
        errors = sum(one.severity is Severity.ERROR for one in findings)
        click.echo(f"{errors} errors, {len(findings) - errors} warnings.", err=True)


def _changed(course: Course, revision: str) -> frozenset[Path]:
    """List the course's files that differ from a revision or are not tracked by git."""
    names: list[str] = []
    for command in (
        ["diff", "--name-only", revision],
        ["ls-files", "--others", "--exclude-standard", "--full-name"],
    ):
        done = subprocess.run(
            ["git", "-C", str(course.folder), *command], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Unusable(f"--changed needs git: {done.stderr.strip()}")
        names += done.stdout.splitlines()
    top = subprocess.run(
        ["git", "-C", str(course.folder), "rev-parse", "--show-toplevel"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return frozenset(path for one in names if (path := Path(top, one)).is_relative_to(course.folder))


def _watch(course: Course, findings: list[Finding], form: str, *, static: bool) -> None:
    """Report the findings, then check again after each change, and run only what the change touches."""
    _report(findings, form)
    parts = [course.folder / part for part in COURSE_PARTS]
    beside = [file for name in (SETTINGS, WORDS) if (file := course.folder / name).is_file()]
    for changed in changes(*parts, *beside, raise_interrupt=False):
        if static:
            findings = check_course(course, proofs=False, notebooks=False)
        else:
            findings = check_again(course, findings, frozenset(Path(path) for _, path in changed))
        click.clear()
        _report(findings, form)
