"""A course: a folder with lessons/, quizzes/ and sandbox/."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from rolecall._learner_error import LearnerError
from rolecall._validation import validate
from rolecall._yaml import BadFile, did_you_mean, read_yaml
from rolecall.course._modes import Mode

COURSE_PARTS = ("lessons", "quizzes", "sandbox")
"""The folders that make a folder a course."""


class NoCourse(LearnerError, ValueError):
    """There is no course, or it lacks what was named; the text says what there is."""


class LessonFile(BaseModel):
    """A lesson's `lesson.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str
    summary: str
    minutes: dict[Mode, int] = Field(min_length=1)
    skills: list[str] = []
    prerequisites: list[str] = []
    world: str
    banks: list[str] = []


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: a folder of notebooks, one for each mode.

    Parameters
    ----------
    name
        The folder's name, such as ``01-temporary-access``.
    minutes
        How long each mode takes, in the order in which a newcomer goes through them.
    notebooks
        The notebook of each mode, in the same order.
    """

    name: str
    title: str
    summary: str
    minutes: dict[Mode, int]
    skills: tuple[str, ...]
    prerequisites: tuple[str, ...]
    world: str
    banks: tuple[str, ...]
    notebooks: dict[Mode, Path]


@dataclass(frozen=True, slots=True)
class Course:
    """A course's folder."""

    folder: Path

    def world(self, name: str) -> Path:
        """Find the file of a world.

        Raises
        ------
        NoCourse
            If the course has no such world.
        """
        return self._named("sandbox", "world", name)

    def bank(self, name: str) -> Path:
        """Find the file of a quiz bank.

        Raises
        ------
        NoCourse
            If the course has no such bank.
        """
        return self._named("quizzes", "bank", name)

    def banks(self) -> list[Path]:
        """List the files of the banks."""
        # `rolecall sandbox serve` uses this module, and should not wait for the import of all questions.
        from rolecall.quiz import CATALOGUE  # noqa: PLC0415

        return sorted(one for one in (self.folder / "quizzes").glob("*.yaml") if one.name != CATALOGUE)

    def worlds(self) -> list[Path]:
        """List the files of the worlds."""
        return sorted((self.folder / "sandbox").glob("*.yaml"))

    def lessons(self) -> list[Lesson]:
        """Read the lessons, in the order of their folders' names.

        Raises
        ------
        BadFile
            If a lesson.yaml has faults, or names a mode that has no notebook.
        """
        return [read_lesson(file) for file in self.lesson_files()]

    def lesson_files(self) -> list[Path]:
        """List the ``lesson.yaml`` of each lesson."""
        return sorted((self.folder / "lessons").glob("*/lesson.yaml"))

    def _named(self, part: str, kind: str, name: str) -> Path:
        path = self.folder / part / f"{name}.yaml"
        if path.parent == self.folder / part and path.is_file():
            return path
        names = [one.stem for one in (self.folder / part).glob("*.yaml")]
        raise NoCourse(f"there is no {kind} {name!r} in {self.folder / part}{did_you_mean(name, names)}")


def read_lesson(file: Path) -> Lesson:
    """Read and check a lesson.yaml.

    Raises
    ------
    BadFile
        With every fault.
    """
    document = read_yaml(file)
    read = validate(document, LessonFile)
    notebooks = {mode: file.parent / f"{mode}.ipynb" for mode in read.minutes}
    missing = [
        document.fault(("minutes", mode), f"there is no {mode}.ipynb beside this file")
        for mode, path in notebooks.items()
        if not path.is_file()
    ]
    if missing:
        raise BadFile(missing)
    return Lesson(
        file.parent.name,
        read.title,
        read.summary,
        read.minutes,
        tuple(read.skills),
        tuple(read.prerequisites),
        read.world,
        tuple(read.banks),
        notebooks,
    )
