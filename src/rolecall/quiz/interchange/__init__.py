"""Export banks to the formats of other quiz programs, and import them.

Both directions return a list of everything that the other format can't represent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rolecall.quiz._bank import Bank
from rolecall.quiz.interchange import (
    _aiken,
    _canvas,
    _csv,
    _gift,
    _handout,
    _jupyterquiz,
    _markdown_exam,
    _moodle,
    _qti,
    _text2qti,
    _workbook,
)
from rolecall.quiz.interchange._drafts import TODO
from rolecall.quiz.interchange._foreign import foreign_format
from rolecall.quiz.interchange._losses import Loss, Losses, Unreadable, beginning
from rolecall.quiz.kinds import OptionsQuestion, Question

__all__ = [
    "FORMATS",
    "Format",
    "Imported",
    "Loss",
    "Unreadable",
    "detect_format",
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
        One of them is None if the format is only read or only written.
    sign
        A regular expression that files of this format contain, where several formats have one suffix.
    keeps_last
        Whether the format can say that an option is shown after the others.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[Bank, Losses], bytes] | None = None
    read: Callable[[bytes, Losses], list[Question]] | None = None
    sign: str = ""
    keeps_last: bool = False


FORMATS = {
    one.name: one
    for one in (
        Format("jupyterquiz", ".json", "jupyterquiz", _jupyterquiz.write, _jupyterquiz.read),
        Format("moodle", ".xml", "Moodle XML", _moodle.write, _moodle.read, r"<quiz\b"),
        Format("gift", ".gift", "Moodle GIFT", _gift.write, _gift.read),
        Format(
            "qti",
            ".zip",
            "QTI 2.1 (read in versions 1.2, 2.x, and 3), a package or one file",
            _qti.write,
            _qti.read,
            r"^PK(?![\s\S]*\bxl/\w)|<(\w+:)?(qti-)?assessment-?[iI]tem\b|<questestinterop\b",
            keeps_last=True,
        ),
        Format("canvas", ".zip", "Canvas (QTI 1.2)", _canvas.write, _qti.read),
        Format("csv", ".csv", "spreadsheets", _csv.write, _csv.read),
        Format("xlsx", ".xlsx", "Excel workbooks", read=_workbook.read, sign=_workbook.SIGN),
        Format("aiken", ".txt", "Aiken", read=_aiken.read, sign=_aiken.SIGN),
        Format("text2qti", ".txt", "text2qti", read=_text2qti.read, sign=_text2qti.SIGN),
        Format("markdown", ".md", "Markdown exams", read=_markdown_exam.read, sign=_markdown_exam.SIGN),
        Format("html", ".html", "a page to print, without answers", _handout.write),
        Format("html-with-key", ".html", "a page to print, with answers", _handout.write_with_key),
    )
}


def detect_format(file_name: str, content: bytes) -> str | None:
    """Return the name of the format of a file, by its suffix and its content; None if it's unknown."""
    text = beginning(content)
    readable = [one for one in FORMATS.values() if one.read is not None]
    named = [one for one in readable if file_name.lower().endswith(one.suffix)]
    signed = [one for one in readable if one.sign and re.search(one.sign, text)]
    found = [one for one in named if one in signed] or [one for one in named if not one.sign]
    if not found and (named or len(signed) == 1):
        found = signed or named
    return found[0].name if found else None


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
        The name of a format in `FORMATS` that can be written.

    Returns
    -------
    tuple of bytes and losses
        The content of the file, and what the format can't represent.
    """
    write = FORMATS[form].write
    if write is None:
        raise ValueError(f"the format {form} is only read")
    losses = Losses()
    # A page to print is never imported, so it doesn't have to have the descriptions.
    for name in sorted(bank.misconceptions) if FORMATS[form].read else ():
        losses.add("", f"misconception {name!r}: its description and its experiment")
    for question in bank.questions:
        # A page to print has every option in its place.
        pinned = isinstance(question, OptionsQuestion) and any(one.last for one in question.options)
        if pinned and FORMATS[form].read and not FORMATS[form].keeps_last:
            losses.add(question.id, "that an option is shown last")
        if isinstance(question, OptionsQuestion) and any(one.was for one in question.options):
            losses.add(question.id, "the earlier texts of its options")
    for card in bank.cards:
        losses.add(card.id, "the flash card")
    content = write(_with_shuffled_options(bank), losses)
    return content, losses.all()


def _with_shuffled_options(bank: Bank) -> Bank:
    """Put options in the order in which they are shown: not every format can say that they are shuffled."""
    questions = [
        one.model_copy(update={"options": one.shown_options()}) if isinstance(one, OptionsQuestion) else one
        for one in bank.questions
    ]
    return bank.model_copy(update={"questions": questions})


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
    read = FORMATS[form].read
    if read is None:
        raise ValueError(f"the format {form} is only written")
    losses = Losses()
    try:
        questions = read(content, losses)
    except Unreadable as error:
        raise Unreadable(_other_format(content, form) or str(error)) from None
    if not questions and (what := _other_format(content, form)):
        raise Unreadable(what)
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
            "misconceptions": {idea: {"title": idea, "because": TODO} for idea in ideas},
            "questions": [question.model_dump(by_alias=True, exclude_unset=True) for question in questions],
        }
    )
    return Imported(bank, losses.all())


def _other_format(content: bytes, form: str) -> str | None:
    """Say which other format a file is in, and what to do, if that is known."""
    if what := foreign_format(content):
        return f"this is {what}"
    text = beginning(content)
    if FORMATS[form].sign and re.search(FORMATS[form].sign, text):
        return None
    for one in FORMATS.values():
        if one.read and one.sign and one.name != form and re.search(one.sign, text):
            return f"this is in the format {one.title}; import it with --from {one.name}"
    return None
