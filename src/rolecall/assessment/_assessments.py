"""What an assessment is: YAML beside the banks that it draws from, in ``quizzes/assessments/``."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rolecall._yaml import BadFile, Document, Fault, Where, did_you_mean, read_yaml, validate
from rolecall.course import Course, NoCourse
from rolecall.lab import Task, find_task
from rolecall.quiz import Bank, Judges, Question, load_bank, variant
from rolecall.quiz._questions import Slug, Text

FOLDER = "assessments"
_TASK = "task"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VARIANTS = 1_000
"""Of a question that varies, so many variants are in use."""
Kind = Literal["choice", "multi", "blanks", "order", "match", "numeric", "cli", "policy", "decide"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Draw(_Model):
    """A line of the blueprint: how many questions, of what sort; what is not said may be any."""

    count: Annotated[int, Field(ge=1, le=100)]
    bank: str | None = None
    skill: str | None = None
    difficulty: Literal["easy", "medium", "hard"] | None = None
    kinds: list[Kind] = []

    def takes(self, bank: Bank, question: Question) -> bool:
        """Whether a question is of this sort."""
        return (
            self.bank in (None, bank.name)
            and self.skill in (None, question.skill)
            and self.difficulty in (None, question.difficulty)
            and (not self.kinds or question.kind in self.kinds)
        )


class Assessment(_Model):
    """An assessment's file.

    Parameters
    ----------
    tasks
        Hands-on tasks of the course that everybody has, after the questions.
    minutes
        How long an attempt lasts; the window's end may end it sooner.
    accommodations
        By a learner's name, by how much the time is longer: 1.5 is half as long again.
    seed
        Whether each learner has a paper of their own, or everybody the same.
    feedback
        What a learner is told: nothing, the marks, or everything with its reasons.
    feedback_when
        As soon as it is graded, or once the window is closed.
    """

    assessment: Slug
    title: Text
    banks: list[str] = Field(min_length=1)
    blueprint: list[Draw] = Field(min_length=1)
    tasks: list[Slug] = []
    minutes: float = Field(gt=0)
    attempts: int = Field(default=1, ge=1)
    opens: AwareDatetime | None = None
    closes: AwareDatetime | None = None
    accommodations: dict[str, Annotated[float, Field(ge=1, le=10)]] = {}
    seed: Literal["learner", "same"] = "learner"
    feedback: Literal["none", "marks", "full"] = "marks"
    feedback_when: Literal["graded", "closed"] = "graded"

    def time_for(self, name: str) -> timedelta:
        """How long a learner has."""
        return timedelta(minutes=self.minutes * self.accommodations.get(name, 1))

    def is_open(self, now: datetime) -> bool:
        """Whether an attempt may begin."""
        return (self.opens is None or self.opens <= now) and (self.closes is None or now < self.closes)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question of a paper: which, and which variant of it."""

    bank: str
    question: str
    seed: int

    @property
    def is_task(self) -> bool:
        """Whether it is a hands-on task, `question` being its id."""
        return self.bank == _TASK

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return {"bank": self.bank, "question": self.question, "seed": self.seed}


class Assessments:
    """The assessments of a course, with the questions as its banks have them now.

    Parameters
    ----------
    look_every
        Seconds for which a change of a file may be missed; a service is asked for many papers in a second.
    """

    def __init__(self, course: Course, look_every: float = 1.0) -> None:
        self.course, self._look_every = course, look_every
        self._stamps: tuple[int, ...] = ()
        self._look_again = 0.0

    @property
    def names(self) -> list[str]:
        """Every assessment, by its file's name."""
        return [one.stem for one in self.files]

    @property
    def files(self) -> list[Path]:
        """Every assessment's file."""
        return sorted(self._folder.glob("*.yaml"))

    @property
    def _folder(self) -> Path:
        return self.course.folder / "quizzes" / FOLDER

    def assessment(self, name: str) -> Assessment:
        """An assessment by its name.

        Raises
        ------
        NoCourse
            When the course has no such assessment.
        BadFile
            With every fault of its file.
        """
        if not SLUG.fullmatch(name) or not (self._folder / f"{name}.yaml").is_file():
            raise NoCourse(f"there is no assessment {name!r}{did_you_mean(name, self.names)}")
        return _assessment(self._folder / f"{name}.yaml", self.course, self.changed())

    def bank(self, name: str) -> Bank:
        """A bank, read anew when its file changed: an assessor mends a question while the service runs."""
        return _bank(self.course.bank(name), self.changed())

    def changed(self) -> tuple[int, ...]:
        """Another value once a bank or an assessment has changed, looked at as often as was said."""
        now = time.monotonic()
        if now >= self._look_again:
            files = (*self.course.banks(), *self.files)
            self._stamps = tuple(one.stat().st_mtime_ns for one in files)
            self._look_again = now + self._look_every
        return self._stamps

    def question(self, drawn: Drawn, judges: Judges) -> Question | None:
        """A question as it is asked; None where the bank has it no more."""
        if drawn.is_task:
            return None
        found = self.bank(drawn.bank).question(drawn.question)
        return variant(found, drawn.seed, judges) if found is not None else None

    def task(self, drawn: Drawn) -> Task | None:
        """A task as it is asked; None for what is none, or is there no more."""
        try:
            return find_task(self.course, drawn.question) if drawn.is_task else None
        except NoCourse:
            return None

    def draw(self, assessment: Assessment, seed: str) -> list[Drawn]:
        """A paper: each line of the blueprint in turn takes its questions, none twice; all are shuffled.

        The same seed draws the same from the same banks.
        """
        chance = random.Random(f"{assessment.assessment}/{seed}")
        banks = [self.bank(name) for name in assessment.banks]
        varying = {question.id: bool(question.vary) for bank in banks for question in bank.questions}
        taken: list[Drawn] = []
        for line in assessment.blueprint:
            there = [
                (bank.name, question.id)
                for bank in banks
                for question in bank.questions
                if line.takes(bank, question) and all(question.id != one.question for one in taken)
            ]
            for bank, question in chance.sample(there, line.count):
                seed_of_variant = chance.randrange(_VARIANTS)
                varies = varying.get(question, False)
                taken.append(Drawn(bank, question, seed_of_variant if varies else 0))
        chance.shuffle(taken)
        return [*taken, *(Drawn(_TASK, name, 0) for name in assessment.tasks)]


@lru_cache(maxsize=64)
def _assessment(file: Path, course: Course, changed: tuple[int, ...]) -> Assessment:
    return load_assessment(file, course)


@lru_cache(maxsize=64)
def _bank(file: Path, changed: tuple[int, ...]) -> Bank:
    return load_bank(file)


def load_assessment(file: Path, course: Course) -> Assessment:
    """Reads and checks an assessment.

    Raises
    ------
    BadFile
        With every fault.
    """
    document = read_yaml(file)
    read = validate(document, Assessment)
    faults = list(_faults(document, read, course))
    if faults:
        raise BadFile(faults)
    return read


def _faults(document: Document, read: Assessment, course: Course) -> Iterator[Fault]:
    if read.assessment != Path(document.file).stem:
        yield document.fault(
            ("assessment",),
            f"{read.assessment!r} stands in {Path(document.file).name}; one finds it by the file's name",
        )
    if read.opens is not None and read.closes is not None and read.closes <= read.opens:
        yield document.fault(("closes",), "it closes before it opens")
    for index, name in enumerate(read.tasks):
        try:
            find_task(course, name)
        except NoCourse as error:
            yield document.fault(("tasks", index), str(error))
    banks = {}
    for index, name in enumerate(read.banks):
        try:
            banks[name] = load_bank(course.bank(name))
        except NoCourse as error:
            yield document.fault(("banks", index), str(error))
    if len(banks) < len(read.banks):
        return
    left = {question.id: (bank, question) for bank in banks.values() for question in bank.questions}
    for index, line in enumerate(read.blueprint):
        fitting = [name for name, (bank, question) in left.items() if line.takes(bank, question)]
        # The lines before may take any that fit them too, so as many must be left in the worst case.
        before = sum(
            one.count for one in read.blueprint[:index] if any(one.takes(*left[name]) for name in fitting)
        )
        if len(fitting) - before < line.count:
            where: Where = ("blueprint", index, "count")
            told = f"{len(fitting)} questions are of this sort"
            rest = f", and lines before may take {before} of them" if before else ""
            yield document.fault(where, f"{told}{rest}; {line.count} cannot be drawn")
