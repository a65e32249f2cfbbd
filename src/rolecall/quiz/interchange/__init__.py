"""Banks in the formats that other quiz programs read and write.

What a format cannot carry is never dropped silently: writing and reading both give a list of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rolecall.quiz._bank import Bank
from rolecall.quiz.interchange import _csv, _gift, _jupyterquiz, _moodle, _qti
from rolecall.quiz.interchange._losses import Loss, Losses, Unreadable
from rolecall.quiz.kinds import Question

__all__ = ["FORMATS", "Format", "Imported", "Loss", "Unreadable", "export_bank", "import_bank"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what files end in, and who uses it."""

    name: str
    suffix: str
    of: str
    write: Callable[[Bank, Losses], bytes]
    read: Callable[[bytes, Losses], list[Question]]


FORMATS = {
    one.name: one
    for one in (
        Format("jupyterquiz", ".json", "jupyterquiz", _jupyterquiz.write, _jupyterquiz.read),
        Format("moodle", ".xml", "Moodle XML", _moodle.write, _moodle.read),
        Format("gift", ".gift", "Moodle GIFT", _gift.write, _gift.read),
        Format("qti", ".zip", "QTI 2.1, a content package or one item", _qti.write, _qti.read),
        Format("csv", ".csv", "spreadsheets", _csv.write, _csv.read),
    )
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A bank that was read, and what its file had that a bank has not, or the other way round."""

    bank: Bank
    losses: tuple[Loss, ...]


def export_bank(bank: Bank, form: str) -> tuple[bytes, tuple[Loss, ...]]:
    """A bank in another format, and what that format cannot carry."""
    losses = Losses()
    for name in sorted(bank.misconceptions):
        losses.add("", f"misconception {name!r}: what it is and its experiment")
    for card in bank.cards:
        losses.add(card.id, "the flash card")
    content = FORMATS[form].write(bank, losses)
    return content, losses.all()


def import_bank(content: bytes, form: str, name: str) -> Imported:
    """The bank that a file in another format makes.

    Raises
    ------
    Unreadable
        For what is no such file, or holds no question that can be carried.
    """
    losses = Losses()
    questions = FORMATS[form].read(content, losses)
    if not questions:
        told = "".join(f"\n  {loss}" for loss in losses.all())
        raise Unreadable(f"there is no question in it that a bank can hold{told}")
    ideas = {idea for question in questions for _, idea in question.named_misconceptions()}
    for idea in sorted(ideas):
        losses.add("", f"misconception {idea!r} is named, and what it is must be written")
    bank = Bank.model_validate(
        {
            "bank": name,
            "title": name.replace("-", " ").capitalize(),
            "skills": {question.skill: question.skill.replace("-", " ") for question in questions},
            "misconceptions": {idea: {"title": idea, "because": "TODO"} for idea in ideas},
            "questions": [question.model_dump(by_alias=True, exclude_unset=True) for question in questions],
        }
    )
    return Imported(bank, losses.all())
