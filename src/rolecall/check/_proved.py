"""What only a sandbox shows: worlds are built, proofs hold, a task is solved by its solution alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rolecall.check._findings import Finding
from rolecall.check._lessons import Where, proofs_of
from rolecall.check._read import Read
from rolecall.lab import Task, TaskGrade, grade_task, run_steps
from rolecall.lab.steps import run_proof
from rolecall.quiz import Proof, Step
from rolecall.sandbox.client import Sandbox, SandboxError

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Job:
    """Something to run in a sandbox of a world, as it starts."""

    what: str
    run: Callable[[Sandbox], Iterator[Finding]]


def prove(read: Read, told: Told) -> Iterator[Finding]:
    """Runs everything that a sandbox can show, each world in sandboxes of its own, side by side.

    Parameters
    ----------
    told
        Is told what was done, one text at a time.
    """
    jobs: dict[str, list[_Job]] = {file.stem: [] for file in read.worlds}
    for world, job in _jobs(read):
        if world in jobs:
            jobs[world].append(job)
    cores = os.cpu_count() or 1
    # Every world is started once at least, so that one which cannot be built is found.
    shares = [(world, share) for world, all_ in jobs.items() for share in _shares(all_, cores)]
    with ThreadPoolExecutor(cores) as pool:
        largest_first = sorted(shares, key=lambda one: -len(one[1]))
        for findings in pool.map(lambda one: _run(read, one[0], one[1], told), largest_first):
            yield from findings


def _shares(jobs: list[_Job], cores: int) -> list[list[_Job]]:
    size = max(20, -(-len(jobs) // cores))
    return [jobs[start : start + size] for start in range(0, len(jobs), size)] or [[]]


def _run(read: Read, world: str, jobs: list[_Job], told: Told) -> list[Finding]:
    file = read.course.folder / "sandbox" / f"{world}.yaml"
    findings: list[Finding] = []
    try:
        with Sandbox(world, course=read.course.folder) as sandbox:
            for job in jobs:
                sandbox.reset()
                findings.extend(job.run(sandbox))
                told(job.what)
    except SandboxError as error:
        findings.append(read.places.at(file, ("world",), "unbuildable-world", str(error)))
    return findings


def _jobs(read: Read) -> Iterator[tuple[str, _Job]]:
    for file, at, proof in proofs_of(read):
        what = f"{file.stem}: {'.'.join(map(str, at))}"
        yield proof.world, _Job(what, partial(_proof, read, file, at, proof))
    for file, tasks in read.tasks.items():
        for index, task in enumerate(tasks):
            yield task.world, _Job(f"task {task.id}", partial(_task, read, file, ("tasks", index), task))


def _proof(read: Read, file: Path, at: Where, proof: Proof, sandbox: Sandbox) -> Iterator[Finding]:
    for problem in run_proof(proof, sandbox):
        yield read.places.at(file, at, "proof", problem)


def _task(read: Read, file: Path, at: Where, task: Task, sandbox: Sandbox) -> Iterator[Finding]:
    def finding(where: Iterable[Any], message: str) -> Finding:
        return read.places.at(file, (*at, *where), "task", message)

    def after(steps: list[Step]) -> tuple[list[str], TaskGrade]:
        sandbox.reset()
        problems = run_steps(task.start, sandbox)
        begun = len(sandbox.calls())
        problems += run_steps(steps, sandbox)
        return problems, grade_task(task, sandbox, sandbox.calls()[begun:])

    problems, nothing = after([])
    for problem in problems:
        yield finding(("start",), problem)
    if nothing.reached:
        yield finding((), "it is solved by doing nothing")
    problems, solved = after(task.solution)
    for problem in problems:
        yield finding(("solution",), problem)
    for one in solved.probes:
        if not one.passed:
            rest = f": {one.error}" if one.error else ""
            yield finding(("solution",), f"its solution leaves {one.says!r} as it must not be{rest}")
    if task.open_wide:
        problems, wide = after(task.open_wide)
        for problem in problems:
            yield finding(("open_wide",), problem)
        if wide.reached:
            yield finding(("open_wide",), "it is solved by allowing everything")
    for index, mistake in enumerate(task.mistakes):
        problems, made = after(mistake.shown_by)
        for problem in problems:
            yield finding(("mistakes", index, "shown_by"), problem)
        if made.reached:
            yield finding(("mistakes", index), "the mistake solves the task")
        elif mistake not in made.mistakes:
            yield finding(("mistakes", index, "when"), "the mistake is not recognised by this")
