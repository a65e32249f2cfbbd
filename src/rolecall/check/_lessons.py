"""Rules for lessons, worlds and tasks: what they name is there, what is there is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rolecall._yaml import did_you_mean
from rolecall.check._findings import Finding, Severity
from rolecall.check._notebooks import words_of
from rolecall.check._read import Read
from rolecall.check._text import problems_of, texts_in
from rolecall.lab import Task
from rolecall.quiz import Proof, Step

Where = tuple[str | int, ...]
_WORDS_A_MINUTE = 200
_WRITES = re.compile(r"\.(put|update|set|create)_\w*(polic(y|ies)|queue_attributes|policy_version)$")


def check_lessons(read: Read) -> Iterator[Finding]:
    """Everything wrong in lessons, worlds and tasks that can be read, and in what banks say of worlds."""
    skills = {skill for bank in read.banks.values() for skill in bank.skills}
    for file in read.lessons:
        yield from _lesson(read, file, skills)
    for file, tasks in read.tasks.items():
        for index, task in enumerate(tasks):
            yield from _task(read, file, ("tasks", index), task, skills)
        for where, text in texts_in(read.places.document(file).value):
            for rule, message in problems_of(text, file.parent):
                yield read.places.at(file, where, rule, message)
    yield from _task_ids(read)
    yield from _proofs(read)
    yield from _worlds(read)


def _lesson(read: Read, file: Path, skills: set[str]) -> Iterator[Finding]:
    lesson, at = read.lessons[file], read.places.at
    banks = {bank.name for bank in read.banks.values()}
    for index, bank in enumerate(lesson.banks):
        if not (read.course.folder / "quizzes" / f"{bank}.yaml").is_file():
            yield at(
                file,
                ("banks", index),
                "unknown-bank",
                f"there is no bank {bank!r}{did_you_mean(bank, banks)}",
            )
    if not _is_world(read, lesson.world):
        yield at(file, ("world",), "unknown-world", _no_world(read, lesson.world))
    for index, skill in enumerate(lesson.skills):
        if read.whole and skill not in skills:
            told = f"no bank has the skill {skill!r}{did_you_mean(skill, skills)}"
            yield at(file, ("skills", index), "unknown-skill", told)
    names = {one.name for one in read.lessons.values()}
    for index, before in enumerate(lesson.prerequisites):
        if before not in names:
            told = f"there is no lesson {before!r}{did_you_mean(before, names)}"
            yield at(file, ("prerequisites", index), "unknown-lesson", told)
        elif before == lesson.name:
            yield at(file, ("prerequisites", index), "unknown-lesson", "a lesson cannot come before itself")
    for mode, notebook in lesson.notebooks.items():
        minutes = words_of(notebook) / _WORDS_A_MINUTE
        if minutes > lesson.minutes[mode]:
            told = f"{lesson.minutes[mode]} minutes are told, reading alone takes {minutes:.0f}"
            yield at(file, ("minutes", mode), "reading-time", told, Severity.WARNING)
    for other in sorted(file.parent.glob("*.ipynb")):
        if other not in lesson.notebooks.values() and other.stem != "index":
            told = f"{other.name} is in no mode of this lesson, so nobody is led to it"
            yield at(file, ("minutes",), "unlisted-notebook", told)


def _is_world(read: Read, name: str) -> bool:
    return (read.course.folder / "sandbox" / f"{name}.yaml").is_file()


def _no_world(read: Read, name: str) -> str:
    return f"there is no world {name!r}{did_you_mean(name, (one.stem for one in read.worlds))}"


def _task(read: Read, file: Path, at: Where, task: Task, skills: set[str]) -> Iterator[Finding]:
    places = read.places
    if not _is_world(read, task.world):
        yield places.at(file, (*at, "world"), "unknown-world", _no_world(read, task.world))
        return
    if read.whole and task.skill not in skills:
        told = f"no bank has the skill {task.skill!r}{did_you_mean(task.skill, skills)}"
        yield places.at(file, (*at, "skill"), "unknown-skill", told)
    known = set(read.shared).union(*(bank.misconceptions for bank in read.banks.values()))
    for index, mistake in enumerate(task.mistakes):
        if read.whole and mistake.misconception not in known:
            idea = mistake.misconception
            told = f"there is no misconception {idea!r}{did_you_mean(idea, known)}"
            yield places.at(file, (*at, "mistakes", index, "misconception"), "unknown-misconception", told)
        yield from _actors(read, file, (*at, "mistakes", index, "shown_by"), task.world, mistake.shown_by)
    for part in ("start", "solution", "open_wide"):
        yield from _actors(read, file, (*at, part), task.world, getattr(task, part))
    for part, probes in (("succeed", task.succeed), ("denied", task.denied)):
        for index, probe in enumerate(probes):
            yield from _actors(read, file, (*at, part, index, "steps"), task.world, probe.steps)
    world = read.world(task.world)
    if world is not None and task.actor not in world.actors:
        told = f"there is no actor {task.actor!r}{did_you_mean(task.actor, world.actors)}"
        yield places.at(file, (*at, "actor"), "unknown-actor", told)
    if any(_WRITES.search(one.call) for one in task.solution) and not (task.open_wide and task.denied):
        told = "its solution writes a policy: say what stays denied, and what allows everything (open_wide)"
        yield places.at(file, at, "open-to-everything", told)


def _actors(read: Read, file: Path, at: Where, name: str, steps: Iterable[Step]) -> Iterator[Finding]:
    world = read.world(name)
    if world is None:
        return
    saved: set[str] = set()
    for index, step in enumerate(steps):
        if step.actor not in world.actors and step.actor not in saved:
            meant = did_you_mean(step.actor, world.actors)
            told = f"there is no actor {step.actor!r} in the world {name!r}{meant}"
            yield read.places.at(file, (*at, index, "as"), "unknown-actor", told)
        if step.save is not None:
            saved.add(step.save)


def _task_ids(read: Read) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for file, tasks in read.tasks.items():
        for index, task in enumerate(tasks):
            if task.id in seen:
                told = f"{task.id!r} is the id of a task in {seen[task.id]}"
                yield read.places.at(file, ("tasks", index, "id"), "duplicate-id", told)
            seen.setdefault(task.id, read.places.relative(file))


def proofs_of(read: Read) -> Iterator[tuple[Path, Where, Proof]]:
    """Every proof and experiment of the banks, with its place."""
    for file, bank in read.banks.items():
        for index, question in enumerate(bank.questions):
            if question.proof is not None:
                yield file, ("questions", index, "proof"), question.proof
        for name, idea in bank.misconceptions.items():
            if idea.experiment is not None and name not in read.shared:
                yield file, ("misconceptions", name, "experiment"), idea.experiment
    for name, idea in read.shared.items():
        if idea.experiment is not None:
            file = read.course.folder / "quizzes" / "misconceptions.yaml"
            yield file, ("misconceptions", name, "experiment"), idea.experiment


def _proofs(read: Read) -> Iterator[Finding]:
    for file, at, proof in proofs_of(read):
        if not _is_world(read, proof.world):
            yield read.places.at(file, (*at, "world"), "unknown-world", _no_world(read, proof.world))
        yield from _actors(read, file, (*at, "steps"), proof.world, proof.steps)


def _worlds(read: Read) -> Iterator[Finding]:
    used = {one.world for one in read.lessons.values()}
    used |= {task.world for tasks in read.tasks.values() for task in tasks}
    used |= {proof.world for _, _, proof in proofs_of(read)}
    for file, world in read.worlds.items():
        if world.world != file.stem:
            told = f"the world {world.world!r} stands in {file.name}; one finds it by the file's name"
            yield read.places.at(file, ("world",), "name-and-file", told)
        if file.stem not in used and not _in_notebooks(read, file.stem):
            told = f"no lesson, task or proof takes place in {file.stem!r}"
            yield read.places.at(file, ("world",), "unused-world", told, Severity.WARNING)


def _in_notebooks(read: Read, world: str) -> bool:
    return any(f'Sandbox(\\"{world}\\")' in one.read_text("utf-8") for one in read.notebooks)
