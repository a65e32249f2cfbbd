"""HTML tables as the dashboard, the home page, and the sequence show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_CELL = "text-align: left; padding: 0.2em 0.8em 0.2em 0; vertical-align: top"


def table_html(heads: Sequence[str], rows: Iterable[Sequence[str]], *, row_headers: bool = False) -> str:
    """Return an HTML table.

    Parameters
    ----------
    heads
        The titles of the columns, as HTML.
    rows
        The cells of each row, as HTML.
    row_headers
        Whether the first cell of each row names the row.
    """
    head = "".join(f'<th scope="col" style="{_CELL}">{title}</th>' for title in heads)
    body = "".join(f"<tr>{_cells(row, row_headers=row_headers)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: Sequence[str], *, row_headers: bool) -> str:
    cells = [f'<td style="{_CELL}">{cell}</td>' for cell in row]
    if row_headers:
        cells[0] = f'<th scope="row" style="{_CELL}">{row[0]}</th>'
    return "".join(cells)
