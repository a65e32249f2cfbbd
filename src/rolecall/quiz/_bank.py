"""A bank of questions, read from YAML; all of an author's mistakes are told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from rolecall._yaml import BadFile, Document, Fault, Where, did_you_mean, read_yaml, validate
from rolecall.quiz._kinds import Question
from rolecall.quiz._questions import Misconception, Proof, Slug, Text


class RecallCard(BaseModel):
    """A flash card of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Slug
    front: Text
    back: Text


class Bank(BaseModel):
    """Questions on a subject, with the skills they ask for and the misconceptions they uncover."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Slug = Field(alias="bank")
    title: Text
    skills: dict[Slug, Text] = Field(min_length=1)
    misconceptions: dict[Slug, Misconception] = {}
    questions: list[Question] = Field(min_length=1)
    cards: list[RecallCard] = []

    def question(self, identifier: str) -> Question | None:
        """A question by its id, or None."""
        return next((one for one in self.questions if one.id == identifier), None)


CATALOGUE = "misconceptions.yaml"
"""The file beside banks that holds the misconceptions which several of them name."""


class Catalogue(BaseModel):
    """Misconceptions that several banks share."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    misconceptions: dict[Slug, Misconception] = Field(min_length=1)


def load_catalogue(folder: Path) -> dict[str, Misconception]:
    """The misconceptions that the banks of a folder share; none where it has no such file.

    Raises
    ------
    BadFile
        With every fault.
    """
    file = folder / CATALOGUE
    if not file.is_file():
        return {}
    document = read_yaml(file)
    shared = validate(document, Catalogue).misconceptions
    faults = [
        fault
        for slug, misconception in shared.items()
        for fault in _proof_faults(
            document, ("misconceptions", slug), misconception.experiment, "experiment"
        )
    ]
    if faults:
        raise BadFile(faults)
    return dict(shared)


def load_bank(path: Path) -> Bank:
    """Reads and checks a bank's file; its misconceptions are its own and those that stand beside it.

    Raises
    ------
    BadFile
        With every fault: its file, line, column and what would be right.
    """
    document = read_yaml(path)
    own = validate(document, Bank)
    bank = own.model_copy(update={"misconceptions": load_catalogue(path.parent) | own.misconceptions})
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
        for where, name in question.wrong_ideas():
            if name not in bank.misconceptions:
                told = _unknown("misconception", name, bank.misconceptions)
                yield document.fault((*at, *where), told)
        for where, problem in question.problems():
            yield document.fault((*at, *where), problem)
        yield from _proof_faults(document, at, question.proof)
    for index, card in enumerate(bank.cards):
        if card.id in seen or card.id in [one.id for one in bank.cards[:index]]:
            where = ("cards", index, "id")
            yield document.fault(
                where, f"{card.id!r} is the id of a question or card before; give it another"
            )
    for slug, misconception in bank.misconceptions.items():
        where = ("misconceptions", slug)
        yield from _proof_faults(document, where, misconception.experiment, "experiment")


def _proof_faults(
    document: Document, at: Where, proof: Proof | None, field: str = "proof"
) -> Iterator[Fault]:
    for index, step in enumerate(proof.steps if proof else []):
        if (step.expect.ok is None) == (step.expect.error is None):
            yield document.fault(
                (*at, field, "steps", index, "expect"),
                "a step expects {ok: [what the answer holds]} or {error: its code}, one of the two",
            )


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"there is no {what} {name!r} in this bank{did_you_mean(name, known)}"
