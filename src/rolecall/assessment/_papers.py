"""The papers of assessments: which questions and tasks an attempt asks, drawn from a course's banks."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rolecall._yaml import BadFile, did_you_mean
from rolecall.assessment._model import Assessment, load_assessment
from rolecall.assessment._versions import (
    GradableAnswer,
    QuestionVersion,
    TaskVersion,
    gradable_answer,
    version_of,
)
from rolecall.course import Course, NoCourse
from rolecall.lab import Task, find_task, task_files
from rolecall.quiz import Bank, Judges, Question, load_bank, variant

_log = logging.getLogger(__name__)
_TASK = "task"
_FAULTY = "The file of this question has faults now, so this answer is graded as the question was asked."
_VARIANTS = 40
"""How many variants of a question are in use: a service keeps each ready, and and papers still differ."""


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
        Which variant of the question is asked, and in which order its options are shown.
    version
        The digest of the version that is asked; empty for the question as its bank has it now.
    """

    bank: str
    question: str
    seed: int
    version: str = ""

    @property
    def is_task(self) -> bool:
        """Whether this is a hands-on task."""
        return self.bank == _TASK

    def document(self) -> dict[str, Any]:
        """Return the item as JSON, as a database or another process gets it."""
        return {
            "bank": self.bank,
            "question": self.question,
            "seed": self.seed,
            "version": self.version,
        }


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
        self._readable_before: dict[Path, Assessment | Bank] = {}
        self._faulty: dict[Path, tuple[int, ...]] = {}
        self._candidates_before: dict[str, _Candidates] = {}
        self._current: dict[str, tuple[tuple[int, ...], Assessment]] = {}
        # When a class starts together, one thread reads a bank, and the others wait for it.
        self._reading = threading.RLock()

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
            With every fault of its file, if it could never be read.
        """
        files = {one.stem: one for one in self.files}
        if name not in files:
            raise NoCourse(f"there is no assessment {name!r}{did_you_mean(name, files)}")
        with self._reading:
            found = self._readable(
                files[name], lambda: _assessment(files[name], self.course, self.changed())
            )
            assert isinstance(found, Assessment)
            self._current[name] = (self._stamps, found)
        return found

    def current(self, name: str) -> Assessment | None:
        """Return an assessment if it was read and nothing has changed since; None if it has to be read."""
        # Another thread may be reading a bank, which takes long.
        if not self._reading.acquire(blocking=False):
            return None
        try:
            stamps, found = self._current.get(name, (None, None))
            return found if stamps is self.changed() else None
        finally:
            self._reading.release()

    def bank(self, name: str) -> Bank:
        """Find a bank by its name, and read it again if its file has changed.

        Raises
        ------
        NoCourse
            If the course has no such bank.
        BadFile
            With every fault of its file, if it could never be read.
        """
        file = self.course.bank(name)
        found = self._readable(file, lambda: _bank(file, self.changed()))
        assert isinstance(found, Bank)
        return found

    def _readable(self, file: Path, read: Callable[[], Assessment | Bank]) -> Assessment | Bank:
        """Read a file; while an author's edit has faults, return what the file had before."""
        with self._reading:
            changed = self.changed()
            if self._faulty.get(file) != changed:
                try:
                    self._readable_before[file] = read()
                except BadFile as error:
                    if file not in self._readable_before:
                        raise
                    self._faulty[file] = changed
                    _log.warning("the last version without faults of %s stays in use: %s", file, error)
            return self._readable_before[file]

    def changed(self) -> tuple[int, ...]:
        """Return the times of the last changes, for use as a cache's key.

        Returns
        -------
        tuple of int
            A different value once a file of the course has changed, at most `look_every` seconds ago.
        """
        if time.monotonic() < self._look_again:
            return self._stamps
        with self._reading:
            now = time.monotonic()
            if now >= self._look_again:
                quizzes = sorted((self.course.folder / "quizzes").rglob("*.yaml"))
                files = (*quizzes, *task_files(self.course), *self.course.worlds())
                stamps = tuple(one.stat().st_mtime_ns for one in files)
                if stamps != self._stamps:
                    self._stamps = stamps
                self._look_again = now + self._look_every
            return self._stamps

    def question(self, item: PaperItem, judges: Judges) -> Question | None:
        """Return a question as its bank has it now; None for a task, or if the bank no longer has it."""
        found = self._now(item)
        return variant(found[1], item.seed, judges) if found is not None else None

    def _now(self, item: PaperItem) -> tuple[Bank, Question] | None:
        """Return an item's question, which may have another ID now, with its bank."""
        if item.is_task:
            return None
        try:
            bank = self.bank(item.bank)
        except NoCourse:
            return None
        found = bank.renamed_question(item.question)
        return (bank, found) if found is not None else None

    def task(self, item: PaperItem) -> Task | None:
        """Return a task; None for a question, or if the course no longer has the task."""
        return _task(self.course, item.question, self.changed()) if item.is_task else None

    def name_now(self, item: PaperItem) -> str:
        """Return the ID that an item's question or task has now; its old one if it was removed."""
        task, found = self.task(item), self._now(item)
        return task.id if task else found[1].id if found else item.question

    def names_of(self, assessment: str, question: str) -> list[str]:
        """Return an ID of a question or task of an assessment, and those that it has or had besides."""
        names = [question]
        for bank in self.assessment(assessment).banks:
            if found := self.bank(bank).renamed_question(question):
                names += [found.id, *found.was]
        if task := self.task(PaperItem(_TASK, question, 0)):
            names += [task.id, *task.was]
        return list(dict.fromkeys(names))

    def version(self, item: PaperItem) -> str:
        """Return an item's question or task as it is now, as a document; empty if it was removed."""
        with self._reading:
            return _version(self, item.bank, item.question, self.changed())

    def gradable_answer(self, item: PaperItem, version: str, answer: str, judges: Judges) -> GradableAnswer:
        """Return an answer to a question, with the version of the question that grades it.

        Parameters
        ----------
        version
            The document of the version that was asked; empty if none was kept.

        Raises
        ------
        ValueError
            If the question was removed and no version was kept.
        """
        kept = QuestionVersion.model_validate_json(version) if version else None
        try:
            now = self._now(item)
        except BadFile:
            if kept is None:
                raise
            asked = variant(kept.question, item.seed, judges)
            return GradableAnswer(kept.bank, asked, answer, _FAULTY)
        return gradable_answer(kept, now, item.seed, answer, judges)

    def gradable_task(self, item: PaperItem, version: str) -> tuple[TaskVersion, str]:
        """Return the version of a task that grades work on it, and why it isn't the current one.

        Raises
        ------
        ValueError
            If the task was removed and no version was kept.
        """
        try:
            now, kept = self.version(item), version
        except BadFile:
            if not version:
                raise
            return TaskVersion.model_validate_json(version), _FAULTY
        if not now and not kept:
            raise ValueError("this task was removed from the course after this answer")
        if not kept or not now:
            note = "" if now else "This task was removed from the course after this answer."
            return TaskVersion.model_validate_json(now or kept), note
        current, asked = TaskVersion.model_validate_json(now), TaskVersion.model_validate_json(kept)
        if current.asks_the_same(asked):
            return current, ""
        return asked, "This task was changed after this answer, and is graded as it was asked."

    def draw(self, assessment: Assessment, seed: str) -> list[PaperItem]:
        """Draw a paper: the questions of each line of the blueprint, none twice, shuffled; then the tasks.

        Parameters
        ----------
        seed
            The same seed draws the same paper from the same banks.
        """
        chance = random.Random(f"{assessment.assessment}/{seed}")
        taken: list[PaperItem] = []
        for line, fitting in zip(assessment.blueprint, self._candidates(assessment), strict=True):
            ids = {one.question for one in taken}
            candidates = [(bank, question) for bank, question in fitting if question not in ids]
            for bank, question in chance.sample(candidates, line.count):
                # A question without parameters has one variant, whose options are shuffled by the seed.
                taken.append(PaperItem(bank, question, chance.randrange(_VARIANTS)))
        chance.shuffle(taken)
        return [*taken, *(PaperItem(_TASK, name, 0) for name in assessment.tasks)]

    def _candidates(self, assessment: Assessment) -> list[list[tuple[str, str]]]:
        """Return the bank and ID of each question that a line of the blueprint takes, for each line."""
        changed = self.changed()
        before = self._candidates_before.get(assessment.assessment)
        if before is not None and before.assessment is assessment and before.changed is changed:
            return before.lines
        banks = [self.bank(name) for name in assessment.banks]
        lines = [
            [(bank.name, one.id) for bank in banks for one in bank.questions if line.takes(bank, one)]
            for line in assessment.blueprint
        ]
        self._candidates_before[assessment.assessment] = _Candidates(assessment, changed, lines)
        return lines


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The questions that each line of an assessment's blueprint takes, while no file changes."""

    assessment: Assessment
    changed: tuple[int, ...]
    lines: list[list[tuple[str, str]]]


@lru_cache(maxsize=256)
def _task(course: Course, name: str, changed: tuple[int, ...]) -> Task | None:
    try:
        return find_task(course, name)
    except NoCourse:
        return None


@lru_cache(maxsize=4096)
def _version(assessments: Assessments, bank: str, question: str, changed: tuple[int, ...]) -> str:
    item = PaperItem(bank, question, 0)
    task, found = assessments.task(item), assessments._now(item)
    if task is not None:
        world = assessments.course.world(task.world).read_text("utf-8")
        return TaskVersion(task=task, world=world).model_dump_json(by_alias=True, exclude_unset=True)
    return version_of(*found) if found is not None else ""


@lru_cache(maxsize=64)
def _assessment(file: Path, course: Course, changed: tuple[int, ...]) -> Assessment:
    return load_assessment(file, course)


@lru_cache(maxsize=64)
def _bank(file: Path, changed: tuple[int, ...]) -> Bank:
    return load_bank(file)
