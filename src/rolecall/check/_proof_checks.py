"""Check what only a sandbox shows: worlds can be built, proofs hold, and tasks need their solution."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rolecall.check._findings import Finding, Severity
from rolecall.check._lessons import Where, expressions_of, proofs_of
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._progress import OnProgress, Progress
from rolecall.check.cheats import Ladder, idle_probes, task_cheats, try_cheats, unknown_changes
from rolecall.lab import (
    SavedCredentials,
    Task,
    TaskGrade,
    grade_calls,
    grade_task,
    is_change,
    needs_change,
    recognized_mistakes,
    replayable_calls,
    run_steps,
    start_task,
)
from rolecall.lab.steps import expression_error, run_proof
from rolecall.quiz import Proof, Step
from rolecall.sandbox.client import Sandbox, SandboxError

SANDBOX_RULES = frozenset({"proof", "task", "cheat", "unknown-change", "idle-probe", "unbuildable-world"})
"""The rules whose findings need a sandbox."""
_JOBS_PER_SANDBOX = 20


@dataclass(frozen=True, slots=True)
class _Job:
    """Something to run in a sandbox that was just reset.

    Parameters
    ----------
    cheats
        How many cheats it tries.
    """

    name: str
    run: Callable[[Sandbox], Iterator[Finding]]
    cheats: int = 0


@dataclass(frozen=True, slots=True)
class _Share:
    """What one sandbox of a world runs.

    Parameters
    ----------
    builds_all
        Whether it also builds every service of the world.
    """

    world: str
    jobs: list[_Job]
    builds_all: bool


def check_proofs(
    loaded: LoadedCourse, on_progress: OnProgress, *, cheats: bool = True
) -> Iterator[Finding]:
    """Run every proof and task, in several sandboxes of each world in parallel.

    Parameters
    ----------
    on_progress
        Called after each proof, task, and cheat.
    cheats
        Whether bad solutions of each task are tried too.
    """
    jobs: dict[str, list[_Job]] = {file.stem: [] for file in loaded.worlds}
    for world, job in _jobs(loaded):
        if world in jobs and (cheats or not job.cheats):
            jobs[world].append(job)
    jobs = {world: all_ for world, all_ in jobs.items() if all_ or world in loaded.worlds_to_build}
    on_job = _JobCounter(sum(max(job.cheats, 1) for all_ in jobs.values() for job in all_), on_progress)
    cores = os.cpu_count() or 1
    # A world without jobs starts too, to find out whether it can be built.
    shares = [
        _Share(world, share, builds_all=index == 0)
        for world, all_ in jobs.items()
        for index, share in enumerate(_shares(all_, cores))
    ]
    with ThreadPoolExecutor(cores) as pool:
        largest_first = sorted(shares, key=lambda one: -len(one.jobs))
        for findings in pool.map(lambda one: _run(loaded, one, on_job), largest_first):
            yield from findings


class _JobCounter:
    """Reports how many proofs, tasks, and cheats have run."""

    def __init__(self, count: int, on_progress: OnProgress) -> None:
        self._count = count
        self._on_progress = on_progress
        self._done = 0
        self._lock = threading.Lock()

    def __call__(self, job: _Job) -> None:
        with self._lock:
            self._done += max(job.cheats, 1)
            self._on_progress(Progress("Running proofs, tasks, and cheats", self._done, self._count))


def _shares(jobs: list[_Job], cores: int) -> list[list[_Job]]:
    size = max(_JOBS_PER_SANDBOX, -(-len(jobs) // cores))
    return [jobs[start : start + size] for start in range(0, len(jobs), size)] or [[]]


def _run(loaded: LoadedCourse, share: _Share, on_job: _JobCounter) -> list[Finding]:
    file = loaded.folder / "sandbox" / f"{share.world}.yaml"
    findings: list[Finding] = []
    try:
        with Sandbox(share.world, course=loaded.folder) as sandbox:
            for where, problem in sandbox.build() if share.builds_all else ():
                findings.append(loaded.places.at(file, where, "unbuildable-world", problem))
            for job in share.jobs:
                sandbox.reset()
                findings.extend(job.run(sandbox))
                on_job(job)
    except SandboxError as error:
        findings += _unbuildable(loaded, file, str(error))
    return findings


def _unbuildable(loaded: LoadedCourse, file: Path, message: str) -> Iterator[Finding]:
    """Create a finding for each place that the message of a sandbox names; else one for the file."""
    places = list(re.finditer(rf"^{re.escape(str(file))}:(\d+):(\d+): (.*)$", message, re.M))
    for place in places:
        line, column, problem = int(place[1]), int(place[2]), place[3]
        yield Finding(loaded.places.relative(file), line, column, "unbuildable-world", problem)
    if not places:
        yield loaded.places.at(file, ("world",), "unbuildable-world", message)


def _jobs(loaded: LoadedCourse) -> Iterator[tuple[str, _Job]]:
    """List the jobs, each with its world."""
    for file, at, proof in proofs_of(loaded):
        name = f"{file.stem}: {'.'.join(map(str, at))}"
        yield proof.world, _Job(name, partial(_proof, loaded, file, at, proof))
    for file, tasks in loaded.tasks.items():
        for index, task in enumerate(tasks):
            run = partial(_task, loaded, file, ("tasks", index), task)
            yield task.world, _Job(f"task {task.id}", run)
            if task.denied:
                run = partial(_idle_probes, loaded, file, ("tasks", index), task)
                yield task.world, _Job(f"denied probes of {task.id}", run, 1)
            for ladder in _cheats(loaded, task):
                run = partial(try_cheats, loaded, file, index, task, ladder)
                yield task.world, _Job(f"cheats of {task.id}", run, len(ladder))


def _cheats(loaded: LoadedCourse, task: Task) -> list[Ladder]:
    world = loaded.world(task.world)
    return list(task_cheats(task, world)) if world is not None else []


def _proof(
    loaded: LoadedCourse, file: Path, at: Where, proof: Proof, sandbox: Sandbox
) -> Iterator[Finding]:
    for problem in run_proof(proof, sandbox):
        yield loaded.places.at(file, at, "proof", problem)


_NewFinding = Callable[[Iterable[Any], str], Finding]


def _task(loaded: LoadedCourse, file: Path, at: Where, task: Task, sandbox: Sandbox) -> Iterator[Finding]:
    def finding(where: Iterable[Any], message: str) -> Finding:
        return loaded.places.at(file, (*at, *where), "task", message)

    problems, after_nothing = _grade_after(task, [], sandbox)
    for problem in problems:
        yield finding(("start",), problem)
    if after_nothing.reached:
        yield finding((), "the task is solved by doing nothing")
    sandbox.reset()
    if (score := grade_calls(task, sandbox, []).score) > 0:
        yield finding((), f"graded by the workshop service, doing nothing scores {score:.0%}")
    yield from _good_solution(task, ("solution",), task.solution, finding, sandbox)
    for index, right in enumerate(task.also_right):
        yield from _good_solution(task, ("also_right", index, "steps"), right.steps, finding, sandbox)
    if task.open_wide:
        problems, after_open_wide = _grade_after(task, task.open_wide, sandbox)
        for problem in problems:
            yield finding(("open_wide",), problem)
        if after_open_wide.reached:
            yield finding(("open_wide",), "the task is solved by allowing everything")
    yield from _mistakes(task, finding, sandbox)
    world = loaded.world(task.world)
    if task.accepts and world is not None:
        known = (cheat.what for ladder in task_cheats(task, world) for cheat in ladder)
        for group, place, message in unknown_changes(task.accepts, known):
            yield loaded.places.at(
                file, (*at, "accepts", group, "changes", place), "unknown-change", message
            )


def _idle_probes(
    loaded: LoadedCourse, file: Path, at: Where, task: Task, sandbox: Sandbox
) -> Iterator[Finding]:
    world = loaded.world(task.world)
    for place, message in idle_probes(task, world, sandbox) if world is not None else ():
        where = (*at, "denied", place)
        yield loaded.places.at(file, where, "idle-probe", message, Severity.WARNING)


def _good_solution(
    task: Task, where: Where, steps: list[Step], finding: _NewFinding, sandbox: Sandbox
) -> Iterator[Finding]:
    """Check that calls solve a task, for a learner and for the workshop service."""
    problems, grade, calls = _graded(task, steps, sandbox)
    for problem in problems:
        yield finding(where, problem)
    for mistake in recognized_mistakes(task, calls):
        # A learner with these calls and a wrong one would read about a mistake that they didn't make.
        message = f"these calls are right, and are recognized as the mistake {mistake.misconception!r}"
        yield finding(where, message)
    for probe in grade.probes:
        if not probe.passed:
            error = f": {' '.join(probe.error.split())}" if probe.error else ""
            outcome = "is not denied" if probe.must_be_denied and not probe.error else "fails"
            yield finding(where, f"after these calls, the probe {probe.says!r} {outcome}{error}")
    if not problems and grade.reached:
        for problem in _problems_of_replay(task, steps, sandbox):
            yield finding(where, problem)


def _mistakes(task: Task, finding: _NewFinding, sandbox: Sandbox) -> Iterator[Finding]:
    for index, mistake in enumerate(task.mistakes):
        problems, after_mistake = _grade_after(task, mistake.shown_by, sandbox)
        for problem in problems:
            yield finding(("mistakes", index, "shown_by"), problem)
        if needs_change(task) and not any(is_change(step.call) for step in mistake.shown_by):
            message = (
                "these calls only reproduce the error; a mistake is a change that doesn't solve the task"
            )
            yield finding(("mistakes", index, "shown_by"), message)
        if after_mistake.reached:
            yield finding(("mistakes", index), "the mistake solves the task")
        elif mistake not in after_mistake.mistakes:
            yield finding(("mistakes", index, "when"), "this doesn't recognize the calls in shown_by")


def _grade_after(task: Task, steps: list[Step], sandbox: Sandbox) -> tuple[list[str], TaskGrade]:
    """Grade a task after some calls; also return what differs from what the calls expect."""
    problems, grade, _ = _graded(task, steps, sandbox)
    return problems, grade


def _graded(
    task: Task, steps: list[Step], sandbox: Sandbox
) -> tuple[list[str], TaskGrade, list[dict[str, Any]]]:
    """Grade a task after some calls, and also return the calls, as the sandbox recorded them."""
    sandbox.reset()
    saved: SavedCredentials = {}
    problems = start_task(task, sandbox, saved)
    calls_before = len(sandbox.calls())
    problems += run_steps(steps, sandbox, dict(saved))
    calls = sandbox.calls()[calls_before:]
    problems += [
        f"`{where[-1]}` in {where[0]}[{where[1]}] fails for these calls: {error}"
        for where, expression in expressions_of(task)
        if (error := expression_error(expression, calls))
    ]
    return problems, grade_task(task, sandbox, calls, saved), calls


def _problems_of_replay(task: Task, steps: list[Step], sandbox: Sandbox) -> Iterator[str]:
    """Grade a solution as the workshop service does: make a learner's calls of yesterday again."""
    sandbox.reset()
    sandbox.clock.set(datetime.now(UTC) - timedelta(days=1))
    saved: SavedCredentials = {}
    start_task(task, sandbox, saved)
    made = sandbox.calls()
    run_steps(steps, sandbox, saved)
    calls = replayable_calls(sandbox.calls()[len(made) :])
    sandbox.reset()
    grade = grade_calls(task, sandbox, calls, made[0]["at"] if made else "")
    if grade.score < 1:
        failed = "; ".join(grade.failed_calls) or "a probe fails"
        yield f"graded by the workshop service, the solution scores {grade.score:.0%}: {failed}"
