"""The trail as an HTML table: who asked for what, on what, how it was decided and why."""

from __future__ import annotations

from html import escape

from rolecall.presentation.kit import style
from rolecall.sandbox.trail_entries import DECISION_WORDS, TrailEntry, TrailTable, short_principal


def trail_html(trail: TrailTable) -> str:
    """Render a trail as a table, whose rows become blocks where a notebook is narrow."""
    titles = ("#", "When", "Who", "What", "On what", "Decision", "Why")
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    rows = "".join(f"<tr>{_cells(one)}</tr>" for one in trail)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    # Where it is wider than the page it scrolls, by the keyboard too.
    region = f'<div class="rc-scroll" role="region" aria-label="Trail" tabindex="0">{table}</div>'
    return f'<section class="rolecall-kit rc-trail" style="max-width: none">{style()}{region}</section>'


def _cells(one: TrailEntry) -> str:
    texts = (
        str(one.id),
        one.time.partition("T")[2].rstrip("Z"),
        short_principal(one.who),
        one.action,
        one.resource,
        DECISION_WORDS[one.decision],
    )
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    return f'{cells}<td class="rc-reason">{escape(one.why)}</td>'
