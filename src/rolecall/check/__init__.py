"""Find an author's mistakes in a course before a learner does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from rolecall.check._actions import check_actions
from rolecall.check._answers import check_answers, read_answers
from rolecall.check._assessments import check_assessments
from rolecall.check._banks import check_banks
from rolecall.check._browser import CHROMIUM_ARGUMENTS, NoBrowser, check_in_browser, chromium
from rolecall.check._claims import check_claims
from rolecall.check._findings import Finding, Places, Severity
from rolecall.check._formats import FORMATS
from rolecall.check._ids import LOCK, check_ids, write_ids
from rolecall.check._lessons import check_lessons
from rolecall.check._loaded_course import LoadedCourse, load_course
from rolecall.check._nbval import SANITIZE, run_notebooks
from rolecall.check._notebooks import check_notebooks
from rolecall.check._progress import OnProgress, Progress
from rolecall.check._proof_checks import SANDBOX_RULES, check_proofs
from rolecall.check._prose import WORDS, check_prose, reading_figures
from rolecall.check._settings import SETTINGS
from rolecall.check._solved import check_solved, write_solved
from rolecall.check._touched import touched
from rolecall.check._unknown_resources import check_resources_of_tasks
from rolecall.check._weak_questions import check_weak_questions
from rolecall.check._weak_tasks import check_weak_tasks
from rolecall.check.cheats import check_policy_questions
from rolecall.course import Course

__all__ = [
    "CHROMIUM_ARGUMENTS",
    "FORMATS",
    "LOCK",
    "SANITIZE",
    "SETTINGS",
    "WORDS",
    "Finding",
    "NoBrowser",
    "Progress",
    "Severity",
    "check_again",
    "check_course",
    "chromium",
    "update_ids",
    "update_solved",
]


def check_course(
    course: Course,
    *,
    proofs: bool = True,
    cheats: bool = True,
    notebooks: bool = True,
    screenshots: Path | None = None,
    only: frozenset[Path] | None = None,
    answers: tuple[Path, ...] = (),
    on_progress: OnProgress = lambda _: None,
    on_result: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """Find everything that is wrong with a course.

    Parameters
    ----------
    proofs
        Whether proofs and tasks run in sandboxes.
    cheats
        Whether bad solutions of each task are tried too.
    notebooks
        Whether notebooks run.
    screenshots
        The folder for screenshots of the notebooks in a browser; None to leave the browser out.
    only
        The files that were changed: what they touch is reported, and only the proofs, tasks, and notebooks
        that they touch run. None for all files.
    answers
        CSV files with the answers of learners, with which the questions are compared.
    on_progress
        Called with each part that is done.
    on_result
        Called with each figure: how much there is to read in a lesson, and how long the notebooks ran.

    Returns
    -------
    list of Finding
        In the order of files, lines, and columns.

    Raises
    ------
    MissingExtra
        If the extra ``rolecall[check]`` isn't installed; or ``rolecall[browser]``, which screenshots need.
    NoBrowser
        If screenshots are to be taken and Chromium isn't installed.
    """
    loaded = load_course(course)
    change = None if only is None else touched(loaded, only)
    selected = [one for one in loaded.notebooks if change is None or one in change.run]
    # Kernels wait for their sandboxes half of the time, so everything else runs beside them.
    with ThreadPoolExecutor(1) as beside:
        run = partial(run_notebooks, loaded, selected, on_result, on_progress)
        ran = beside.submit(lambda: list(run()) if notebooks else [])
        findings = [*loaded.findings, *_check_files(loaded, answers, on_progress, on_result)]
        if proofs:
            chosen = loaded if change is None else loaded.only(change.run)
            findings += check_proofs(chosen, on_progress, cheats=cheats)
        findings += ran.result()
    if screenshots is not None:
        findings += check_in_browser(loaded, selected, screenshots)
    if change is not None and change.reported is not None:
        names = {loaded.places.relative(one) for one in change.reported}
        findings = [one for one in findings if one.file in names]
    return sorted(set(findings), key=_order)


def _check_files(
    loaded: LoadedCourse,
    answers: tuple[Path, ...],
    on_progress: OnProgress,
    on_result: Callable[[str], None],
) -> Iterator[Finding]:
    """Yield what is wrong with the files, without running anything in a sandbox."""
    checks = (
        check_assessments,
        check_banks,
        check_weak_questions,
        check_weak_tasks,
        check_resources_of_tasks,
        check_claims,
        check_policy_questions,
        check_actions,
        check_lessons,
        check_notebooks,
        check_prose,
        check_solved,
        check_ids,
    )
    for number, check in enumerate(checks):
        on_progress(Progress("Reading the files", number, len(checks)))
        yield from check(loaded)
    on_progress(Progress("Reading the files", len(checks), len(checks)))
    for figures in reading_figures(loaded):
        on_result(figures)
    # Files that couldn't be loaded are left out; the rest runs.
    if answers:
        given = [one for file in answers for one in read_answers(file)]
        yield from check_answers(loaded, given)


def check_again(course: Course, before: list[Finding], changed: frozenset[Path]) -> list[Finding]:
    """Check a course after some of its files were changed, without its notebooks.

    Parameters
    ----------
    before
        The findings of the last check.
    changed
        The files that were changed since. Only the proofs and tasks that they touch run again; what the
        others showed is kept.
    """
    run = {Places(course.folder).relative(one) for one in touched(load_course(course), changed).run}
    kept = {one for one in before if one.rule in SANDBOX_RULES and one.file not in run}
    again = check_course(course, notebooks=False, only=changed)
    return sorted({*check_course(course, proofs=False, notebooks=False), *again, *kept}, key=_order)


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.file, finding.line, finding.column, finding.rule, finding.message


def update_ids(course: Course) -> Path:
    """Write the list of the course's ids, and return its file."""
    return write_ids(load_course(course))


def update_solved(course: Course) -> Iterator[Path]:
    """Run each notebook with the solutions of its tasks, and yield the file that keeps its outputs."""
    yield from write_solved(load_course(course))
