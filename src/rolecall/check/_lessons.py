"""Rules for lessons, worlds, and tasks: every name refers to something, and everything is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rolecall._yaml import did_you_mean
from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._notebooks import words_of
from rolecall.check._text import problems_of, texts_in
from rolecall.lab import Task
from rolecall.lab.steps import expression_error
from rolecall.quiz import Proof, Step

Where = tuple[str | int, ...]
_WORDS_A_MINUTE = 200
_ANY_CALL = {"number": 1, "who": "", "call": "sts.GetCallerIdentity", "parameters": {}, "error": ""}
_WRITES = re.compile(r"\.(put|update|set|create)_\w*(polic(y|ies)|queue_attributes|policy_version)$")


def check_lessons(loaded: LoadedCourse) -> Iterator[Finding]:
    """Check the lessons, worlds, and tasks that could be loaded, and the worlds that banks name."""
    skills = {skill for bank in loaded.banks.values() for skill in bank.skills}
    for file in loaded.lessons:
        yield from _lesson(loaded, file, skills)
    for file, tasks in loaded.tasks.items():
        for index, task in enumerate(tasks):
            yield from _task(loaded, file, ("tasks", index), task, skills)
        for where, text in texts_in(loaded.places.document(file).value):
            for rule, message in problems_of(text, file.parent):
                yield loaded.places.at(file, where, rule, message)
    yield from _task_ids(loaded)
    yield from _proofs(loaded)
    yield from _worlds(loaded)


def _lesson(loaded: LoadedCourse, file: Path, skills: set[str]) -> Iterator[Finding]:
    lesson, at = loaded.lessons[file], loaded.places.at
    banks = {bank.name for bank in loaded.banks.values()}
    for index, bank in enumerate(lesson.banks):
        if not (loaded.folder / "quizzes" / f"{bank}.yaml").is_file():
            message = f"there is no bank {bank!r}{did_you_mean(bank, banks)}"
            yield at(file, ("banks", index), "unknown-bank", message)
    if not _is_world(loaded, lesson.world):
        yield at(file, ("world",), "unknown-world", _no_world(loaded, lesson.world))
    for index, skill in enumerate(lesson.skills):
        if loaded.whole and skill not in skills:
            message = f"no bank has the skill {skill!r}{did_you_mean(skill, skills)}"
            yield at(file, ("skills", index), "unknown-skill", message)
    names = {one.name for one in loaded.lessons.values()}
    for index, before in enumerate(lesson.prerequisites):
        if before not in names:
            message = f"there is no lesson {before!r}{did_you_mean(before, names)}"
            yield at(file, ("prerequisites", index), "unknown-lesson", message)
        elif before == lesson.name:
            yield at(
                file, ("prerequisites", index), "unknown-lesson", "a lesson cannot be its own prerequisite"
            )
    for mode, notebook in lesson.notebooks.items():
        minutes = words_of(notebook) / _WORDS_A_MINUTE
        if minutes > lesson.minutes[mode]:
            message = (
                f"reading alone takes {minutes:.0f} minutes, more than the {lesson.minutes[mode]} here"
            )
            yield at(file, ("minutes", mode), "reading-time", message, Severity.WARNING)
    for other in sorted(file.parent.glob("*.ipynb")):
        if other not in lesson.notebooks.values() and other.stem != "index":
            message = f"{other.name} is not a mode of this lesson, so no learner finds it"
            yield at(file, ("minutes",), "unlisted-notebook", message)


def _is_world(loaded: LoadedCourse, name: str) -> bool:
    return (loaded.folder / "sandbox" / f"{name}.yaml").is_file()


def _no_world(loaded: LoadedCourse, name: str) -> str:
    return f"there is no world {name!r}{did_you_mean(name, (one.stem for one in loaded.worlds))}"


def _task(loaded: LoadedCourse, file: Path, at: Where, task: Task, skills: set[str]) -> Iterator[Finding]:
    places = loaded.places
    if not _is_world(loaded, task.world):
        yield places.at(file, (*at, "world"), "unknown-world", _no_world(loaded, task.world))
        return
    if loaded.whole and task.skill not in skills:
        message = f"no bank has the skill {task.skill!r}{did_you_mean(task.skill, skills)}"
        yield places.at(file, (*at, "skill"), "unknown-skill", message)
    known = set(loaded.shared).union(*(bank.misconceptions for bank in loaded.banks.values()))
    for index, mistake in enumerate(task.mistakes):
        if loaded.whole and mistake.misconception not in known:
            idea = mistake.misconception
            message = f"there is no misconception {idea!r}{did_you_mean(idea, known)}"
            yield places.at(
                file, (*at, "mistakes", index, "misconception"), "unknown-misconception", message
            )
    for where, steps in _steps_of(task):
        started = () if where == ("start",) else task.start
        yield from _actors(loaded, file, (*at, *where), task.world, steps, started)
    yield from _expressions(loaded, file, at, task)
    world = loaded.world(task.world)
    if world is not None and task.actor not in world.actors:
        message = f"there is no actor {task.actor!r}{did_you_mean(task.actor, world.actors)}"
        yield places.at(file, (*at, "actor"), "unknown-actor", message)
    if any(_WRITES.search(one.call) for one in task.solution) and not (task.open_wide and task.denied):
        message = "the solution writes a policy, so the task needs denied and open_wide"
        yield places.at(file, at, "open-to-everything", message)


def _expressions(loaded: LoadedCourse, file: Path, at: Where, task: Task) -> Iterator[Finding]:
    """Check that the expressions of a task fit every call, also one without their parameter."""
    for where, expression in expressions_of(task):
        problem = expression_error(expression, [_ANY_CALL])
        if problem:
            message = f"this fails for some calls: {problem}. Test `call` before its parameters"
            yield loaded.places.at(file, (*at, *where), "bad-expression", message)


def expressions_of(task: Task) -> Iterator[tuple[Where, str]]:
    """Yield every JMESPath expression over the learner's calls, with its place in the task."""
    for index, mistake in enumerate(task.mistakes):
        yield ("mistakes", index, "when"), mistake.when
    for part, probes in (("succeed", task.succeed), ("denied", task.denied)):
        for index, probe in enumerate(probes):
            if probe.seen is not None:
                yield (part, index, "seen"), probe.seen


def _steps_of(task: Task) -> Iterator[tuple[Where, list[Step]]]:
    """Yield every list of calls in a task, with its place."""
    for part in ("start", "solution", "open_wide"):
        yield (part,), getattr(task, part)
    for index, right in enumerate(task.also_right):
        yield ("also_right", index, "steps"), right.steps
    for index, mistake in enumerate(task.mistakes):
        yield ("mistakes", index, "shown_by"), mistake.shown_by
    for part, probes in (("succeed", task.succeed), ("denied", task.denied)):
        for index, probe in enumerate(probes):
            yield (part, index, "steps"), probe.steps


def _actors(
    loaded: LoadedCourse,
    file: Path,
    at: Where,
    name: str,
    steps: Iterable[Step],
    before: Iterable[Step] = (),
) -> Iterator[Finding]:
    """Check that each call is made by an actor of the world, or with credentials that were saved before."""
    world = loaded.world(name)
    if world is None:
        return
    saved = {step.save for step in before if step.save is not None}
    for index, step in enumerate(steps):
        if step.actor not in world.actors and step.actor not in saved:
            meant = did_you_mean(step.actor, world.actors)
            message = f"there is no actor {step.actor!r} in the world {name!r}{meant}"
            yield loaded.places.at(file, (*at, index, "as"), "unknown-actor", message)
        if step.save is not None:
            saved.add(step.save)


def _task_ids(loaded: LoadedCourse) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for file, tasks in loaded.tasks.items():
        for index, task in enumerate(tasks):
            if task.id in seen:
                message = f"{task.id!r} is already the id of a task in {seen[task.id]}"
                yield loaded.places.at(file, ("tasks", index, "id"), "duplicate-id", message)
            seen.setdefault(task.id, loaded.places.relative(file))


def proofs_of(loaded: LoadedCourse) -> Iterator[tuple[Path, Where, Proof]]:
    """List every proof and experiment of the banks, with its place."""
    for file, bank in loaded.banks.items():
        for index, question in enumerate(bank.questions):
            if question.proof is not None:
                yield file, ("questions", index, "proof"), question.proof
        for name, idea in bank.misconceptions.items():
            if idea.experiment is not None and name not in loaded.shared:
                yield file, ("misconceptions", name, "experiment"), idea.experiment
    for name, idea in loaded.shared.items():
        if idea.experiment is not None:
            file = loaded.folder / "quizzes" / "misconceptions.yaml"
            yield file, ("misconceptions", name, "experiment"), idea.experiment


def _proofs(loaded: LoadedCourse) -> Iterator[Finding]:
    for file, at, proof in proofs_of(loaded):
        if not _is_world(loaded, proof.world):
            yield loaded.places.at(file, (*at, "world"), "unknown-world", _no_world(loaded, proof.world))
        yield from _actors(loaded, file, (*at, "steps"), proof.world, proof.steps)


def _worlds(loaded: LoadedCourse) -> Iterator[Finding]:
    used = {one.world for one in loaded.lessons.values()}
    used |= {task.world for tasks in loaded.tasks.values() for task in tasks}
    used |= {proof.world for _, _, proof in proofs_of(loaded)}
    for file, world in loaded.worlds.items():
        if world.world != file.stem:
            message = f"the world {world.world!r} must be named after its file, {file.name}"
            yield loaded.places.at(file, ("world",), "name-and-file", message)
        if file.stem not in used and not _in_notebooks(loaded, file.stem):
            message = f"no lesson, task, proof, or notebook uses the world {file.stem!r}"
            yield loaded.places.at(file, ("world",), "unused-world", message, Severity.WARNING)


def _in_notebooks(loaded: LoadedCourse, world: str) -> bool:
    return any(f'Sandbox(\\"{world}\\")' in one.read_text("utf-8") for one in loaded.notebooks)
