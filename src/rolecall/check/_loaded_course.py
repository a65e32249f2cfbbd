"""Load a course as far as possible: a file with faults gives findings, and the rest is still checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from rolecall._validation import validate
from rolecall._yaml import BadFile, read_yaml
from rolecall.assessment import Assessment, Assessments, load_assessment
from rolecall.check._findings import Finding, Places
from rolecall.check._settings import SETTINGS, CheckSettings
from rolecall.course import Course, Lesson, read_lesson
from rolecall.lab import Task, load_tasks, task_files
from rolecall.quiz import CATALOGUE, Bank, Misconception, load_bank, load_catalogue
from rolecall.sandbox.world import World
from rolecall.sandbox.world_file import load_world

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LoadedCourse:
    """The content of a course, by its files.

    Parameters
    ----------
    places
        Creates findings for places in the files.
    shared
        The misconceptions that all banks share, by name.
    findings
        The faults of the files that couldn't be loaded.
    settings
        The thresholds that the course chose.
    chosen_worlds
        The names of the worlds that are checked; None for all.
    """

    course: Course
    places: Places
    banks: dict[Path, Bank]
    worlds: dict[Path, World]
    lessons: dict[Path, Lesson]
    tasks: dict[Path, list[Task]]
    assessments: dict[Path, Assessment]
    shared: dict[str, Misconception]
    findings: list[Finding] = field(default_factory=list)
    settings: CheckSettings = field(default_factory=CheckSettings)
    chosen_worlds: frozenset[str] | None = None

    @property
    def folder(self) -> Path:
        """The folder of the course."""
        return self.course.folder

    @property
    def whole(self) -> bool:
        """Whether every file was loaded, so that a name which isn't found is wrong."""
        return not self.findings

    @property
    def notebooks(self) -> list[Path]:
        """Every notebook of the lessons, with the solved ones."""
        return sorted((self.folder / "lessons").glob("**/*.ipynb"))

    @property
    def worlds_to_build(self) -> frozenset[str]:
        """The names of the worlds whose resources are all created once."""
        names = frozenset(file.stem for file in self.worlds)
        return names if self.chosen_worlds is None else names & self.chosen_worlds

    def only(self, files: frozenset[Path]) -> LoadedCourse:
        """Keep the banks and tasks of some files, and those whose world is among the files."""
        names = {file.stem for file in self.worlds if file in files}
        tasks = {
            file: [one for one in tasks if file in files or one.world in names]
            for file, tasks in self.tasks.items()
        }
        banks = {
            file: bank
            for file, bank in self.banks.items()
            if file in files or any(one.proof and one.proof.world in names for one in bank.questions)
        }
        shared = self.shared if self.folder / "quizzes" / CATALOGUE in files else {}
        return replace(self, banks=banks, tasks=tasks, shared=shared, chosen_worlds=frozenset(names))

    def world(self, name: str) -> World | None:
        """Find a world by the name of its file; None if it couldn't be loaded."""
        return self.worlds.get(self.folder / "sandbox" / f"{name}.yaml")


def load_course(course: Course) -> LoadedCourse:
    """Load every file of a course."""
    places = Places(course.folder)
    findings: list[Finding] = []

    def each(files: Iterable[Path], load: Callable[[Path], T]) -> dict[Path, T]:
        found = {}
        for file in files:
            try:
                found[file] = load(file)
            except BadFile as error:
                findings.extend(one for one in places.faults(error) if one not in findings)
        return found

    catalogue = course.folder / "quizzes" / CATALOGUE
    shared = each([catalogue.parent] if catalogue.is_file() else [], load_catalogue)
    file = course.folder / SETTINGS
    settings = each([file] if file.is_file() else [], lambda one: validate(read_yaml(one), CheckSettings))
    return LoadedCourse(
        course,
        places,
        each(course.banks(), load_bank),
        each(course.worlds(), load_world),
        each(course.lesson_files(), read_lesson),
        each(task_files(course), load_tasks),
        each(Assessments(course).files, lambda file: load_assessment(file, course)),
        next(iter(shared.values()), {}),
        findings,
        next(iter(settings.values()), CheckSettings()),
    )
