"""Excel workbooks, in which a sheet has a plain table of questions, as Kahoot's template does."""

from __future__ import annotations

import io

from rolecall._extras import require_extra
from rolecall.quiz.interchange._losses import Losses, Unreadable
from rolecall.quiz.interchange._plain_table import find_header, read_rows
from rolecall.quiz.kinds import Question

SIGN = r"^PK[\s\S]*\bxl/\w"
"""What the first bytes of a workbook contain: an archive's name of a file below ``xl``."""


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of the first sheet that has a table of them.

    Raises
    ------
    MissingExtra
        If the package that reads workbooks isn't installed.
    """
    require_extra("spreadsheets", "Reading an Excel workbook", "python_calamine")
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - only workbooks need it

    try:
        workbook = load_workbook(io.BytesIO(content))
        sheets = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names
        }
    except CalamineError as error:
        raise Unreadable(f"it is not an Excel workbook: {error}") from None
    tables = {name: [[_text(cell) for cell in row] for row in rows] for name, rows in sheets.items()}
    found = next((name for name, rows in tables.items() if find_header(rows) is not None), None)
    if found is None:
        raise Unreadable("no sheet has a row with the columns question, answer 1, and correct answer")
    losses.each("", (f"the sheet {name!r}" for name, rows in tables.items() if name != found and any(rows)))
    return read_rows(list(enumerate(tables[found], start=1)), losses).questions


def _text(cell: object) -> str:
    """Write a cell as Excel shows it: a whole number has no decimals."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
