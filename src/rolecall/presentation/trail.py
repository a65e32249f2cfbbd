"""The trail as an HTML table: who asked for what, on what, how it was decided and why."""

from __future__ import annotations

from html import escape

from rolecall.sandbox.trail_entries import DECISION_WORDS, TrailEntry, TrailTable, short_principal

_CELL = "text-align: left; padding: 0.2em 0.8em 0.2em 0; vertical-align: top"


def trail_html(trail: TrailTable) -> str:
    """Render a trail as a table, in a region that scrolls."""
    head = "".join(
        f'<th scope="col" style="{_CELL}">{title}</th>'
        for title in ("#", "When", "Who", "What", "On what", "Decision", "Why")
    )
    rows = "".join(f"<tr>{_cells(one)}</tr>" for one in trail)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    # Where it is wider than the page it scrolls, by the keyboard too.
    return f'<div style="overflow-x: auto" role="region" aria-label="Trail" tabindex="0">{table}</div>'


def _cells(one: TrailEntry) -> str:
    texts = (
        str(one.id),
        one.time.partition("T")[2].rstrip("Z"),
        short_principal(one.who),
        one.action,
        one.resource,
        DECISION_WORDS[one.decision],
    )
    cells = [f'<td style="{_CELL}">{escape(text)}</td>' for text in texts]
    return "".join(cells) + f'<td style="{_CELL}; min-width: 18em">{escape(one.why)}</td>'
