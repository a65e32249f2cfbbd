"""A bank of questions, read from YAML; all of an author's mistakes are told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from rolecall._yaml import BadFile, Document, Fault, Where, did_you_mean, read_yaml, validate
from rolecall.quiz._questions import Choice, Misconception, Question, Slug, Text


class Bank(BaseModel):
    """Questions on a subject, with the skills they ask for and the misconceptions they uncover."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Slug = Field(alias="bank")
    title: Text
    skills: dict[Slug, Text] = Field(min_length=1)
    misconceptions: dict[Slug, Misconception] = {}
    questions: list[Question] = Field(min_length=1)

    def question(self, identifier: str) -> Question | None:
        """A question by its id, or None."""
        return next((one for one in self.questions if one.id == identifier), None)


def load_bank(path: Path) -> Bank:
    """Reads and checks a bank's file.

    Raises
    ------
    BadFile
        With every fault: its file, line, column and what would be right.
    """
    document = read_yaml(path)
    bank = validate(document, Bank)
    faults = list(_faults(document, bank))
    if faults:
        raise BadFile(faults)
    return bank


def _faults(document: Document, bank: Bank) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, question in enumerate(bank.questions):
        at: Where = ("questions", index)
        if question.id in seen:
            first = document.line(("questions", seen[question.id], "id"))
            yield document.fault(
                (*at, "id"),
                f"{question.id!r} is the id of the question in line {first} too; give it another",
            )
        seen.setdefault(question.id, index)
        if question.skill not in bank.skills:
            yield document.fault((*at, "skill"), _unknown("skill", question.skill, bank.skills))
        yield from _option_faults(document, at, question, bank)
        yield from _proof_faults(document, at, question)


def _option_faults(document: Document, at: Where, question: Choice, bank: Bank) -> Iterator[Fault]:
    right = [index for index, option in enumerate(question.options) if option.correct]
    if not right:
        yield document.fault((*at, "options"), "no option is right; give one of them correct: true")
    for index in right[1:]:
        yield document.fault(
            (*at, "options", index, "correct"),
            "a second right option; a choice has one",
        )
    texts: dict[str, int] = {}
    for index, option in enumerate(question.options):
        where: Where = (*at, "options", index)
        if option.text in texts:
            yield document.fault((*where, "text"), "this option stands twice; change or drop one")
        texts.setdefault(option.text, index)
        if option.misconception is None:
            continue
        if option.misconception not in bank.misconceptions:
            told = _unknown("misconception", option.misconception, bank.misconceptions)
            yield document.fault((*where, "misconception"), told)
        if option.correct:
            yield document.fault(
                (*where, "misconception"), "a right option shows no misconception; drop it"
            )


def _proof_faults(document: Document, at: Where, question: Choice) -> Iterator[Fault]:
    for index, step in enumerate(question.proof.steps if question.proof else []):
        if (step.expect.ok is None) == (step.expect.error is None):
            yield document.fault(
                (*at, "proof", "steps", index, "expect"),
                "a step expects {ok: [what the answer holds]} or {error: its code}, one of the two",
            )


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"there is no {what} {name!r} in this bank{did_you_mean(name, known)}"
