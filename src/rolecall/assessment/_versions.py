"""The version of a question or task that a learner was asked, and which version grades an answer.

An attempt keeps what it asked. A key that was corrected since then applies to answers that exist. If
learners are asked something else now, an answer is graded against the version that it was given to.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from rolecall.lab import Task
from rolecall.quiz import Bank, InvalidTemplate, Judges, Question, variant


class QuestionVersion(BaseModel):
    """A question as a learner was asked it: a bank with this question only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bank: Bank

    @property
    def question(self) -> Question:
        """The question, before its templates are filled."""
        return self.bank.questions[0]


class TaskVersion(BaseModel):
    """A task as a learner was asked it, with the text of its world's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Task
    world: str

    def asks_the_same(self, other: TaskVersion) -> bool:
        """Return whether a learner who solves one solves the other: its key may differ."""
        return self._asked() == other._asked()

    def _asked(self) -> tuple[object, ...]:
        task = self.task
        return (self.world, task.actor, task.goal.split(), task.may_change.split(), task.start)


@dataclass(frozen=True, slots=True)
class GradableAnswer:
    """An answer, with the version of its question that grades it.

    Parameters
    ----------
    bank, question
        The version, with its templates filled.
    answer
        The answer as this version's options are written.
    note
        Why it isn't the question as its bank has it now; empty if it is.
    """

    bank: Bank
    question: Question
    answer: str
    note: str = ""


def version_of(bank: Bank, question: Question) -> str:
    """Return a question as JSON, with what its bank says of it."""
    named = {name for _, name in question.named_misconceptions()}
    alone = bank.model_copy(
        update={
            "questions": [question],
            "cards": [],
            "skills": {question.skill: bank.skills[question.skill]},
            "misconceptions": {name: one for name, one in bank.misconceptions.items() if name in named},
        }
    )
    return QuestionVersion(bank=alone).model_dump_json(by_alias=True, exclude_unset=True)


def gradable_answer(
    kept: QuestionVersion | None,
    now: tuple[Bank, Question] | None,
    seed: int,
    answer: str,
    judges: Judges,
) -> GradableAnswer:
    """Choose the version that grades an answer.

    Parameters
    ----------
    kept
        The version that the answer was given to; None if it isn't known.
    now
        The question as its bank has it now, under whatever ID; None if it was removed.
    seed
        Which variant was asked.

    Raises
    ------
    ValueError
        If there is no version; the message says why.
    """
    if kept is None:
        if now is None:
            raise ValueError("this question was removed from its bank after this answer")
        return GradableAnswer(now[0], variant(now[1], seed, judges), answer)
    asked = variant(kept.question, seed, judges)
    if now is None:
        note = "This question was removed from its bank after this answer, and is graded as it was asked."
        return GradableAnswer(kept.bank, asked, answer, note)
    bank, question = now
    try:
        # A variant is drawn by the ID, so a question that was renamed draws by the ID that it had.
        current = variant(question.model_copy(update={"id": asked.id}), seed, judges)
        translated = current.answer_from_version(asked, answer)
    except (InvalidTemplate, ValueError, KeyError):
        translated = None
    if translated is not None:
        return GradableAnswer(bank, current, translated)
    note = "This question was changed after this answer, and is graded as it was asked."
    return GradableAnswer(kept.bank, asked, answer, note)
