"""Reads a bank of questions from YAML, and reports all of an author's mistakes together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from rolecall._validation import validate
from rolecall._yaml import BadFile, Document, Fault, Where, did_you_mean, read_yaml
from rolecall.quiz._proofs import Misconception, Proof
from rolecall.quiz.fields import Slug, Text
from rolecall.quiz.kinds import Numeric, Question


class RecallCard(BaseModel):
    """A flash card that belongs to no question."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Slug
    front: Text
    back: Text


class Bank(BaseModel):
    """Questions on a subject, the skills that they ask for, and the misconceptions that they reveal."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Slug = Field(alias="bank")
    title: Text
    skills: dict[Slug, Text] = Field(min_length=1)
    misconceptions: dict[Slug, Misconception] = {}
    questions: list[Question] = Field(min_length=1)
    cards: list[RecallCard] = []

    def question(self, identifier: str) -> Question | None:
        """Return the question with an ID, or None."""
        return next((one for one in self.questions if one.id == identifier), None)

    def renamed_question(self, identifier: str) -> Question | None:
        """Return the question that has an ID, or that had it before it was renamed; or None."""
        found = self.question(identifier)
        return found or next((one for one in self.questions if identifier in one.was), None)


CATALOGUE = "misconceptions.yaml"
"""The file in the banks' folder with the misconceptions that several banks share."""


class Catalogue(BaseModel):
    """Misconceptions that several banks share."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    misconceptions: dict[Slug, Misconception] = Field(min_length=1)


def load_catalogue(folder: Path) -> dict[str, Misconception]:
    """Return the misconceptions that the banks of a folder share; empty if the folder has no such file.

    Raises
    ------
    BadFile
        With every mistake in the file.
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
    """Read and check a bank's file, and add the misconceptions of the catalogue beside it.

    Raises
    ------
    BadFile
        With every mistake: file, line, column, and what would be right.
    """
    document = read_yaml(path)
    own = validate(document, Bank)
    bank = own.model_copy(update={"misconceptions": load_catalogue(path.parent) | own.misconceptions})
    faults = [*document.doubtful, *_faults(document, bank)]
    if faults:
        raise BadFile(faults)
    return bank


def _faults(document: Document, bank: Bank) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    earlier_ids: dict[str, str] = {}
    for index, question in enumerate(bank.questions):
        at: Where = ("questions", index)
        for place, name in enumerate(question.was):
            other = bank.question(name)
            owner = other.id if other else earlier_ids.setdefault(name, question.id)
            if other or owner != question.id:
                yield document.fault(
                    (*at, "was", place),
                    f"{name!r} is or was the ID of the question {owner!r}; remove it here",
                )
        if question.id in seen:
            first = document.line(("questions", seen[question.id], "id"))
            yield document.fault(
                (*at, "id"),
                f"{question.id!r} is also the ID of the question in line {first}; choose another",
            )
        seen.setdefault(question.id, index)
        if question.skill not in bank.skills:
            yield document.fault((*at, "skill"), _unknown("skill", question.skill, bank.skills))
        for where, name in question.named_misconceptions():
            if name not in bank.misconceptions:
                message = _unknown("misconception", name, bank.misconceptions)
                yield document.fault((*at, *where), message)
        for where, problem in question.problems():
            yield document.fault((*at, *where), problem)
        if isinstance(question, Numeric):
            yield from _number_faults(document, at)
        yield from _proof_faults(document, at, question.proof)
    for index, card in enumerate(bank.cards):
        if card.id in seen or card.id in [one.id for one in bank.cards[:index]]:
            where = ("cards", index, "id")
            yield document.fault(
                where, f"{card.id!r} is also the ID of an earlier question or card; choose another"
            )
    for slug, misconception in bank.misconceptions.items():
        where = ("misconceptions", slug)
        yield from _proof_faults(document, where, misconception.experiment, "experiment")


# Texts have quotes, or their validation says so before.
_OTHER_BASE = re.compile(r"[-+]?0[0-7_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")


def _number_faults(document: Document, at: Where) -> Iterator[Fault]:
    """Find numbers that YAML reads as others than an author means: 0600 is 384, and 1:00 is 60."""
    for where, written in document.written.items():
        if where[: len(at)] == at and _OTHER_BASE.fullmatch(written):
            how = "without a colon, in its unit" if ":" in written else "without the zero at its beginning"
            value = yaml.safe_load(written)
            yield document.fault(where, f"YAML reads {written} as {value}; write the number {how}")


def _proof_faults(
    document: Document, at: Where, proof: Proof | None, field: str = "proof"
) -> Iterator[Fault]:
    for index, step in enumerate(proof.steps if proof else []):
        if (step.expect.ok is None) == (step.expect.error is None):
            yield document.fault(
                (*at, field, "steps", index, "expect"),
                "a step expects either {ok: [what the response contains]} or {error: CODE}",
            )


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"this bank has no {what} {name!r}{did_you_mean(name, known)}"
