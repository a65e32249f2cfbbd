"""What happened, step by step: a sequence of calls and decisions, drawn from a sandbox's own trail."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import anywidget
import traitlets

from rolecall.sandbox._trail_view import TrailEntry
from rolecall.sandbox.client import Sandbox

_HERE = Path(__file__).parent
_WIDTH, _TOP, _STEP = 170, 64, 46
_SIGNS = {
    "Allowed": ("✔", "allowed"),
    "ImplicitlyDenied": ("✘", "denied"),
    "ExplicitlyDenied": ("⛔", "denied"),
}
_CELL = "text-align: left; padding: 0.15em 0.8em 0.15em 0; vertical-align: top"
_MOST = 40


class CallSequence(anywidget.AnyWidget):
    """The calls of a trail, one after another: play them, or step with the buttons or the slider.

    Parameters
    ----------
    entries
        What was asked for; the last forty are shown.
    """

    _esm = _HERE / "sequence.js"
    _css = _HERE / "sequence.css"
    frames = traitlets.List(traitlets.Unicode()).tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)

    def __init__(self, entries: Sequence[TrailEntry]) -> None:
        self.entries = tuple(entries)[-_MOST:]
        last = max(len(self.entries), 1)
        super().__init__(frames=[self.html(step) for step in range(1, last + 1)], step=last)

    def html(self, steps: int) -> str:
        """The drawing and the table of the first steps."""
        if not self.entries:
            return "<p>No call was made in this sandbox yet.</p>"
        shown = self.entries[:steps]
        return f"{_drawing(self.entries, shown)}{_table(shown)}"


def _who(entry: TrailEntry) -> str:
    return entry.who.split(":", 5)[-1].removeprefix("assumed-role/") or entry.who


def _service(entry: TrailEntry) -> str:
    return entry.action.partition(":")[0].upper()


def _drawing(entries: Sequence[TrailEntry], shown: Sequence[TrailEntry]) -> str:
    """Lifelines for whoever takes part at all, so that nothing jumps; arrows for what happened so far."""
    parts = list(dict.fromkeys([_who(one) for one in entries] + [_service(one) for one in entries]))
    place = {name: _WIDTH // 2 + index * _WIDTH for index, name in enumerate(parts)}
    width, height = _WIDTH * len(parts), _TOP + _STEP * len(entries)
    told = "; ".join(f"{_who(one)} asks {one.action}: {_SIGNS[one.decision][1]}" for one in shown)
    lines = [
        f'<svg role="img" aria-label="{escape(told)}" viewBox="0 0 {width} {height}" '
        f'style="max-width: {width}px; width: 100%; font-size: 13px; fill: var(--jp-ui-font-color1)">',
    ]
    for name, x in place.items():
        lines.append(f'<text x="{x}" y="20" text-anchor="middle" font-weight="bold">{escape(name)}</text>')
        lines.append(f'<line x1="{x}" y1="30" x2="{x}" y2="{height}" stroke="var(--jp-border-color1)"/>')
    for number, one in enumerate(shown):
        lines += _arrow(one, place[_who(one)], place[_service(one)], _TOP + _STEP * number)
    return "".join([*lines, "</svg>"])


def _arrow(one: TrailEntry, start: int, end: int, y: int) -> list[str]:
    sign, _ = _SIGNS[one.decision]
    denied = one.decision != "Allowed"
    colour = "var(--jp-error-color1)" if denied else "var(--jp-success-color1)"
    tip = -8 if end > start else 8
    dash = ' stroke-dasharray="5 4"' if denied else ""
    middle = (start + end) // 2
    label = escape(f"{sign} {one.action.partition(':')[2]}")
    return [
        f'<line x1="{start}" y1="{y}" x2="{end}" y2="{y}" stroke="{colour}" stroke-width="2"{dash}/>',
        f'<path d="M{end} {y} l{tip} -4 v8 z" fill="{colour}"/>',
        f'<text x="{middle}" y="{y - 7}" text-anchor="middle">{label}</text>',
    ]


def _table(shown: Sequence[TrailEntry]) -> str:
    head = "".join(
        f'<th scope="col" style="{_CELL}">{one}</th>' for one in ("Step", "Who", "What", "Decision", "Why")
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="{_CELL}">{escape(text)}</td>'
            for text in (
                str(number),
                _who(one),
                f"{one.action} on {one.resource.rpartition(':')[2]}",
                " ".join(_SIGNS[one.decision]),
                one.why,
            )
        )
        + "</tr>"
        for number, one in enumerate(shown, start=1)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def sequence(lab: Sandbox) -> CallSequence:
    """What happened in a sandbox, as a sequence that can be played and stepped through."""
    return CallSequence(lab.trail)
