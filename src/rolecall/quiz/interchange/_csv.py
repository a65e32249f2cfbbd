"""CSV for spreadsheets: one row for each question, and one column for each field.

Fields without their own column are JSON in the column ``more``.
"""

from __future__ import annotations

import csv
import io
import json
import re

from rolecall.quiz._bank import Bank
from rolecall.quiz._numbers import stored
from rolecall.quiz.interchange._drafts import Drafts, Fields, decimal
from rolecall.quiz.interchange._losses import Losses, Refused, Unreadable, decoded
from rolecall.quiz.interchange._plain_table import find_header, read_rows
from rolecall.quiz.kinds import Question

_TEXTS = ("id", "kind", "difficulty", "skill", "prompt", "hint", "quick_check")
_LISTS = ("solution", "common_mistakes", "references")
_OPTION_COLUMNS = 8
"""How many options a table has columns for, unless a question has more."""
_NUMERIC = ("answer", "tolerance", "unit", "why")
"""Columns that are read for a number; an export has these fields in ``more``."""
_SEPARATORS = ",;\t|"
_YES = (
    *("yes", "true", "1", "x", "wahr", "ja", "vrai", "oui", "verdadero"),
    *("sí", "si", "vero", "sim", "verdadeiro", "waar"),
)
_NO = ("", "no", "false", "0", "falsch", "nein", "faux", "non", "falso", "não", "onwaar", "nee")
_OPTION_COLUMN = re.compile(r"(option|correct|why|misconception)_(\d+)")


def _columns(options: int) -> list[str]:
    """List the columns of a table whose questions have up to this many options."""
    parts = [
        f"{field}_{number}"
        for number in range(1, options + 1)
        for field in ("option", "correct", "why", "misconception")
    ]
    return [*_TEXTS, *_LISTS, *parts, "more"]


def write(bank: Bank, losses: Losses) -> bytes:
    """Write every field of the questions; the bank's own fields are lost."""
    losses.add("", f"the bank's title, {bank.title!r}, and the descriptions of its skills")
    stream = io.StringIO(newline="")
    most = max((len(getattr(one, "options", ())) for one in bank.questions), default=0)
    writer = csv.DictWriter(stream, _columns(max(most, _OPTION_COLUMNS)), lineterminator="\n")
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
    text = decoded(content)
    # Spreadsheets of many languages separate cells with a semicolon.
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    if (line := _open_quote(text, separator)) is not None:
        raise Unreadable(
            f"line {line}: a cell begins with a quote that isn't closed; double quotes within cells"
        )
    for one in (separator, *_SEPARATORS):
        if (table := _plain_rows(text, one)) is not None:
            return read_rows(table, losses).questions
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num}: it is not a CSV file: {error}") from None
    columns = reader.fieldnames or []
    if columns and not rows:
        raise Unreadable("it has no row below its first line")
    if not rows or "prompt" not in columns or "kind" not in columns:
        raise Unreadable(
            "no line names the columns of a table of questions: question, option A, option B, and answer; "
            "or those of an export: id, kind, prompt, option_1, correct_1, why_1, …, and more"
        )
    drafts = Drafts(losses, keeps_pictures=True)
    for column in columns:
        if column not in (*_columns(0), *_NUMERIC) and not _OPTION_COLUMN.fullmatch(column):
            losses.add("", f"the column {column!r}")
    for line, row in rows:
        if not any(value for value in row.values()):
            continue
        name = row.get("id") or "a question"
        with losses.guard(name, line):
            # The reader keeps cells without a column under None.
            if None in row:
                raise Refused(f"its row has more cells than the first line, which has {len(columns)}")
            drafts.add(name, _fields(row))
    return drafts.questions


def _open_quote(text: str, separator: str) -> int | None:
    """Return the line of a cell whose quote is still open at the end of the file."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return None
    last = rows[-1][-1] if rows and rows[-1] else ""
    # A cell that ends properly isn't followed by the rest of the file.
    if text.endswith(last) and "\n" in last and not text.endswith('"'):
        return text.count("\n", 0, len(text) - len(last)) + 1
    return None


def _plain_rows(text: str, separator: str) -> list[tuple[int, list[str]]] | None:
    """Return the rows of a plain table with their lines; None if the file is no such table."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        return None
    header = find_header([row for _, row in rows])
    if header is None or header + 1 == len(rows) or "kind" in rows[header][1]:
        return None
    return rows


def _is_right(cell: str) -> bool:
    """Read a cell of a column ``correct``; spreadsheets write the words of their language."""
    word = cell.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise Refused(f"{cell!r} doesn't say whether an option is right; write yes, or leave the cell empty")


def _fields(row: dict[str, str]) -> Fields:
    fields: Fields = {name: row.get(name) or "" for name in _TEXTS}
    for name in _LISTS:
        lines = (row.get(name) or "").replace("\n  ", "\0").split("\n")
        fields[name] = [line.replace("\0", "\n") for line in lines if line.strip()]
    options = []
    numbers = {int(found[2]) for column in row if (found := _OPTION_COLUMN.fullmatch(column))}
    for number in sorted(numbers):
        if text := row.get(f"option_{number}"):
            correct = _is_right(row.get(f"correct_{number}") or "")
            option: Fields = {"text": text, "correct": correct, "why": row.get(f"why_{number}") or ""}
            if idea := row.get(f"misconception_{number}"):
                option["misconception"] = idea
            options.append(option)
    if row["kind"] == "numeric" and row.get("answer"):
        fields["answer"] = stored(decimal(row["answer"], "a spreadsheet"))
        fields["tolerance"] = float(decimal(row.get("tolerance") or "0", "a spreadsheet"))
        fields |= {name: row[name] for name in ("why", "unit") if row.get(name)}
    try:
        more: Fields = json.loads(row.get("more") or "{}")
    except ValueError as error:
        raise Refused(f"its column more is not JSON: {error}") from None
    return fields | ({"options": options} if options else {}) | more
