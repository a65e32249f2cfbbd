"""Export banks to the formats of other quiz programs, and import them.

Both directions return a list of everything that the other format can't represent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rolecall.quiz._bank import Bank
from rolecall.quiz.interchange import _csv, _gift, _jupyterquiz, _moodle, _qti
from rolecall.quiz.interchange._foreign import foreign_format
from rolecall.quiz.interchange._losses import Loss, Losses, Unreadable
from rolecall.quiz.kinds import Question

__all__ = [
    "FORMATS",
    "Format",
    "Imported",
    "Loss",
    "Unreadable",
    "export_bank",
    "foreign_format",
    "import_bank",
]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of another quiz program.

    Parameters
    ----------
    name
        The name on the command line, such as ``moodle``.
    suffix
        The suffix of its files, such as ``.xml``.
    title
        The name in messages, such as "Moodle XML".
    write, read
        Convert a bank to the content of a file, and back. Both add to the losses what they leave out.
    """

    name: str
    suffix: str
    title: str
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
    """A bank that was imported, and what was lost or is missing."""

    bank: Bank
    losses: tuple[Loss, ...]


def export_bank(bank: Bank, form: str) -> tuple[bytes, tuple[Loss, ...]]:
    """Convert a bank to another format.

    Parameters
    ----------
    bank
        The bank.
    form
        The name of a format in `FORMATS`.

    Returns
    -------
    tuple of bytes and losses
        The content of the file, and what the format can't represent.
    """
    losses = Losses()
    for name in sorted(bank.misconceptions):
        losses.add("", f"misconception {name!r}: its description and its experiment")
    for card in bank.cards:
        losses.add(card.id, "the flash card")
    content = FORMATS[form].write(bank, losses)
    return content, losses.all()


def import_bank(content: bytes, form: str, name: str) -> Imported:
    """Create a bank from a file in another format.

    Parameters
    ----------
    content
        The content of the file.
    form
        The name of a format in `FORMATS`.
    name
        The name of the bank.

    Raises
    ------
    Unreadable
        If the content isn't in this format, or has no question that a bank can have.
    """
    losses = Losses()
    try:
        questions = FORMATS[form].read(content, losses)
    except Unreadable as error:
        what = foreign_format(content)
        raise Unreadable(f"this is {what}" if what else str(error)) from None
    if not questions and (what := foreign_format(content)):
        raise Unreadable(f"this is {what}")
    if not questions:
        lost = "".join(f"\n  {loss}" for loss in losses.all())
        raise Unreadable(f"it contains no question that a bank can have{lost}")
    ideas = {idea for question in questions for _, idea in question.named_misconceptions()}
    for idea in sorted(ideas):
        losses.add("", f"misconception {idea!r} has only a name, so you must describe it")
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
