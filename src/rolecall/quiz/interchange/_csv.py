"""CSV for spreadsheets: one row for each question, and one column for each field.

Fields without their own column are JSON in the column ``more``.
"""

from __future__ import annotations

import csv
import io
import json

from rolecall.quiz._bank import Bank
from rolecall.quiz.interchange._drafts import Drafts, Fields
from rolecall.quiz.interchange._losses import Losses, Unreadable
from rolecall.quiz.kinds import Question

_TEXTS = ("id", "kind", "difficulty", "skill", "prompt", "hint", "quick_check")
_LISTS = ("solution", "common_mistakes", "references")
_OPTIONS = 8
_OPTION_COLUMNS = [
    f"{field}_{number}"
    for number in range(1, _OPTIONS + 1)
    for field in ("option", "correct", "why", "misconception")
]
_COLUMNS = [*_TEXTS, *_LISTS, *_OPTION_COLUMNS, "more"]


def write(bank: Bank, losses: Losses) -> bytes:
    """Write every field of the questions; the bank's own fields are lost."""
    losses.add("", f"the bank's title, {bank.title!r}, and the descriptions of its skills")
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for question in bank.questions:
        fields = question.model_dump(by_alias=True, exclude_unset=True)
        row = {name: fields.pop(name) for name in _TEXTS}
        # A step or a mistake can have several lines; all but the first are indented.
        row |= {
            name: "\n".join(one.replace("\n", "\n  ") for one in fields.pop(name, [])) for name in _LISTS
        }
        for number, option in enumerate(fields.pop("options", []), start=1):
            row |= {
                f"option_{number}": option["text"],
                f"correct_{number}": "yes" if option.get("correct") else "",
                f"why_{number}": option["why"],
                f"misconception_{number}": option.get("misconception") or "",
            }
        writer.writerow({**row, "more": json.dumps(fields, ensure_ascii=False) if fields else ""})
    # Spreadsheets recognize UTF-8 only by a byte order mark.
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of a table."""
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"it is not a CSV file in UTF-8: {error}") from None
    if not rows or "prompt" not in rows[0] or "kind" not in rows[0]:
        raise Unreadable(
            f"its first line lacks the column kind or prompt; the columns are {', '.join(_COLUMNS)}"
        )
    drafts = Drafts(losses)
    for name in rows[0]:
        if name not in _COLUMNS:
            losses.add("", f"the column {name!r}")
    for number, row in enumerate(rows, start=2):
        name = row.get("id") or f"line {number}"
        try:
            drafts.add(name, _fields(row))
        except json.JSONDecodeError as error:
            losses.add(name, f"the whole question: its column more is not JSON: {error}")
    return drafts.questions


def _fields(row: dict[str, str]) -> Fields:
    fields: Fields = {name: row.get(name) or "" for name in _TEXTS}
    for name in _LISTS:
        lines = (row.get(name) or "").replace("\n  ", "\0").split("\n")
        fields[name] = [line.replace("\0", "\n") for line in lines if line.strip()]
    options = []
    for number in range(1, _OPTIONS + 1):
        if text := row.get(f"option_{number}"):
            correct = (row.get(f"correct_{number}") or "").strip().lower() in ("yes", "true", "1", "x")
            option: Fields = {"text": text, "correct": correct, "why": row.get(f"why_{number}") or ""}
            if idea := row.get(f"misconception_{number}"):
                option["misconception"] = idea
            options.append(option)
    more: Fields = json.loads(row.get("more") or "{}")
    return fields | ({"options": options} if options else {}) | more
