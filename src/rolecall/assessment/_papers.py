"""The papers of assessments: which questions and tasks an attempt asks, drawn from a course's banks."""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rolecall._yaml import did_you_mean
from rolecall.assessment._model import Assessment, load_assessment
from rolecall.course import Course, NoCourse
from rolecall.lab import Task, find_task
from rolecall.quiz import Bank, Judges, Question, load_bank, variant

_TASK = "task"
_VARIANTS = 1_000
"""How many variants of a question are in use."""


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One question or task of a paper.

    Parameters
    ----------
    bank
        The name of the question's bank, or ``task``.
    question
        The id of the question or of the task.
    seed
        Which variant of the question is asked; 0 for a question that doesn't vary.
    """

    bank: str
    question: str
    seed: int

    @property
    def is_task(self) -> bool:
        """Whether this is a hands-on task."""
        return self.bank == _TASK

    def document(self) -> dict[str, Any]:
        """Return the item as JSON, as a database or another process gets it."""
        return asdict(self)


class Assessments:
    """The assessments of a course, with the questions as its banks have them now.

    Parameters
    ----------
    look_every
        For how many seconds a change of a file may go unnoticed. A service reads many papers in a second.
    """

    def __init__(self, course: Course, look_every: float = 1.0) -> None:
        self.course, self._look_every = course, look_every
        self._stamps: tuple[int, ...] = ()
        self._look_again = 0.0

    @property
    def names(self) -> list[str]:
        """The name of each assessment, which is the name of its file."""
        return [one.stem for one in self.files]

    @property
    def files(self) -> list[Path]:
        """The file of each assessment."""
        return sorted((self.course.folder / "quizzes" / "assessments").glob("*.yaml"))

    def assessment(self, name: str) -> Assessment:
        """Find an assessment by its name.

        Raises
        ------
        NoCourse
            If the course has no such assessment.
        BadFile
            With every fault of its file.
        """
        files = {one.stem: one for one in self.files}
        if name not in files:
            raise NoCourse(f"there is no assessment {name!r}{did_you_mean(name, files)}")
        return _assessment(files[name], self.course, self.changed())

    def bank(self, name: str) -> Bank:
        """Find a bank by its name, and read it again if its file has changed."""
        return _bank(self.course.bank(name), self.changed())

    def changed(self) -> tuple[int, ...]:
        """Return the times of the last changes, for use as a cache's key.

        Returns
        -------
        tuple of int
            A different value once a bank or an assessment has changed, at most `look_every` seconds ago.
        """
        now = time.monotonic()
        if now >= self._look_again:
            files = (*self.course.banks(), *self.files)
            self._stamps = tuple(one.stat().st_mtime_ns for one in files)
            self._look_again = now + self._look_every
        return self._stamps

    def question(self, item: PaperItem, judges: Judges) -> Question | None:
        """Return a question as the paper asks it; None for a task, or if the bank no longer has it."""
        if item.is_task:
            return None
        found = self.bank(item.bank).question(item.question)
        return variant(found, item.seed, judges) if found is not None else None

    def task(self, item: PaperItem) -> Task | None:
        """Return a task; None for a question, or if the course no longer has the task."""
        try:
            return find_task(self.course, item.question) if item.is_task else None
        except NoCourse:
            return None

    def draw(self, assessment: Assessment, seed: str) -> list[PaperItem]:
        """Draw a paper: the questions of each line of the blueprint, none twice, shuffled; then the tasks.

        Parameters
        ----------
        seed
            The same seed draws the same paper from the same banks.
        """
        chance = random.Random(f"{assessment.assessment}/{seed}")
        banks = [self.bank(name) for name in assessment.banks]
        varying = {question.id: bool(question.vary) for bank in banks for question in bank.questions}
        taken: list[PaperItem] = []
        for line in assessment.blueprint:
            candidates = [
                (bank.name, question.id)
                for bank in banks
                for question in bank.questions
                if line.takes(bank, question) and all(question.id != one.question for one in taken)
            ]
            for bank, question in chance.sample(candidates, line.count):
                variant_seed = chance.randrange(_VARIANTS)
                varies = varying.get(question, False)
                taken.append(PaperItem(bank, question, variant_seed if varies else 0))
        chance.shuffle(taken)
        return [*taken, *(PaperItem(_TASK, name, 0) for name in assessment.tasks)]


@lru_cache(maxsize=64)
def _assessment(file: Path, course: Course, changed: tuple[int, ...]) -> Assessment:
    return load_assessment(file, course)


@lru_cache(maxsize=64)
def _bank(file: Path, changed: tuple[int, ...]) -> Bank:
    return load_bank(file)
