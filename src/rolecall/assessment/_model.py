"""The model of a graded assessment: a YAML file in ``quizzes/assessments/``, and its loader."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rolecall._validation import validate
from rolecall._yaml import BadFile, Document, Fault, read_yaml
from rolecall.course import Course, NoCourse
from rolecall.lab import find_task
from rolecall.quiz import Bank, KindName, Question, load_bank
from rolecall.quiz.fields import Difficulty, Slug, Text


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BlueprintLine(_Model):
    """How many questions of which sort a paper takes; a field that is left out admits any value.

    Parameters
    ----------
    bank
        The name of one of the assessment's banks.
    skill
        The name of a skill.
    kinds
        The kinds of question that are taken; empty for any.
    """

    count: Annotated[int, Field(ge=1, le=100)]
    bank: str | None = None
    skill: str | None = None
    difficulty: Difficulty | None = None
    kinds: list[KindName] = []

    def takes(self, bank: Bank, question: Question) -> bool:
        """Return whether a question of a bank is of this sort."""
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
    banks
        The banks that questions are drawn from.
    blueprint
        How many questions of which sort are drawn.
    tasks
        Hands-on tasks of the course, which everyone does after the questions.
    minutes
        The time for one attempt. An attempt also ends when the assessment closes.
    attempts
        How many attempts a learner has.
    opens, closes
        When an attempt can start; without them, at any time.
    accommodations
        By a learner's name, the factor by which the learner has more time: 1.5 is half as much again.
    seed
        Whether each learner has a different paper, or everyone the same.
    feedback
        What a learner sees: nothing, the marks, or everything with its reasons.
    feedback_when
        Whether feedback is shown as soon as an attempt is graded, or once the assessment is closed.
    """

    assessment: Slug
    title: Text
    banks: list[str] = Field(min_length=1)
    blueprint: list[BlueprintLine] = Field(min_length=1)
    tasks: list[Slug] = []
    minutes: float = Field(gt=0)
    attempts: int = Field(default=1, ge=1)
    opens: AwareDatetime | None = None
    closes: AwareDatetime | None = None
    accommodations: dict[str, Annotated[float, Field(ge=1, le=10)]] = {}
    seed: Literal["learner", "same"] = "learner"
    feedback: Literal["none", "marks", "full"] = "marks"
    feedback_when: Literal["graded", "closed"] = "graded"

    def time_for(self, ids: Collection[str]) -> timedelta:
        """Return how much time a learner has for one attempt.

        Parameters
        ----------
        ids
            The names by which the institution knows the learner; none if no one knows who the learner is.
        """
        factor = max((self.accommodations.get(one, 1) for one in ids), default=1)
        return timedelta(minutes=self.minutes * factor)

    def is_open(self, now: datetime) -> bool:
        """Return whether an attempt can start."""
        return (self.opens is None or self.opens <= now) and (self.closes is None or now < self.closes)


def load_assessment(file: Path, course: Course) -> Assessment:
    """Read and check an assessment.

    Raises
    ------
    BadFile
        With every fault.
    """
    document = read_yaml(file)
    assessment = validate(document, Assessment)
    faults = [
        *_faults_of_fields(document, assessment, course),
        *_faults_of_blueprint(document, assessment, course),
    ]
    if faults:
        raise BadFile(faults)
    return assessment


def _faults_of_fields(document: Document, assessment: Assessment, course: Course) -> Iterator[Fault]:
    file = Path(document.file)
    if assessment.assessment != file.stem:
        yield document.fault(
            ("assessment",),
            f"{assessment.assessment!r} must be the name of its file, which is {file.name}",
        )
    if (
        assessment.opens is not None
        and assessment.closes is not None
        and assessment.closes <= assessment.opens
    ):
        yield document.fault(("closes",), "the assessment closes before it opens")
    for index, name in enumerate(assessment.tasks):
        try:
            find_task(course, name)
        except NoCourse as error:
            yield document.fault(("tasks", index), str(error))


def _faults_of_blueprint(document: Document, assessment: Assessment, course: Course) -> Iterator[Fault]:
    """Find the banks that aren't there, and the lines that may run out of questions."""
    banks = []
    for index, name in enumerate(assessment.banks):
        try:
            banks.append(load_bank(course.bank(name)))
        except NoCourse as error:
            yield document.fault(("banks", index), str(error))
    if len(banks) < len(assessment.banks):
        return
    # A paper asks a question of the same id only once, whichever bank it is from.
    questions = {question.id: (bank, question) for bank in banks for question in bank.questions}
    for index, line in enumerate(assessment.blueprint):
        fitting = [(bank, question) for bank, question in questions.values() if line.takes(bank, question)]
        # Earlier lines may take questions that fit this line too; enough must remain in the worst case.
        taken_before = sum(
            one.count
            for one in assessment.blueprint[:index]
            if any(one.takes(bank, question) for bank, question in fitting)
        )
        if len(fitting) - taken_before < line.count:
            rest = f", and earlier lines may take {taken_before} of them" if taken_before else ""
            yield document.fault(
                ("blueprint", index, "count"),
                f"{len(fitting)} questions are of this sort{rest}; {line.count} cannot be drawn",
            )
