"""The calls of a sandbox as a sequence diagram that can be played and stepped through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import anywidget
import traitlets

from rolecall.presentation.kit import card, chip
from rolecall.sandbox.client import Sandbox
from rolecall.sandbox.metadata_log import MetadataRequest
from rolecall.sandbox.trail_entries import TrailEntry
from rolecall.widgets._card import STATIC
from rolecall.widgets._tables import table_html

_WIDTH, _TOP, _STEP = 170, 64, 46
"""The distance of two lifelines, of the first arrow from the top, and of two arrows, in pixels."""
_RESULTS = {
    "Allowed": ("✔", "allowed"),
    "ImplicitlyDenied": ("✘", "denied"),
    "ExplicitlyDenied": ("⊘", "denied"),
}
_MOST_STEPS = 40
_LONGEST_NAME = 20
"""The number of characters that fit between two lifelines."""
_CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


@dataclass(frozen=True, slots=True)
class _Step:
    """An arrow of the diagram, and its row in the table.

    Parameters
    ----------
    caller, target
        Where the arrow starts and ends.
    label
        The text on the arrow.
    description
        What was asked for, for the table.
    sign, result
        The result, as a sign and as a word.
    reason
        Why it had this result.
    """

    caller: str
    target: str
    label: str
    description: str
    sign: str
    result: str
    reason: str

    @property
    def denied(self) -> bool:
        return self.sign != "✔"


def _call_step(entry: TrailEntry) -> _Step:
    service, _, operation = entry.action.partition(":")
    caller = entry.who.split(":", 5)[-1].removeprefix("assumed-role/") or entry.who
    description = f"{entry.action} on {entry.resource.rpartition(':')[2]}"
    return _Step(caller, service.upper(), operation, description, *_RESULTS[entry.decision], entry.why)


def _metadata_step(request: MetadataRequest) -> _Step:
    succeeded = request.status < 400
    return _Step(
        caller=request.instance,
        target="metadata",
        label=f"{request.method} {request.path.rstrip('/').rpartition('/')[2]}",
        description=f"{request.method} {request.path}",
        sign="✔" if succeeded else "✘",
        result=str(request.status),
        reason=_metadata_reason(request, succeeded=succeeded),
    )


def _metadata_reason(request: MetadataRequest, *, succeeded: bool) -> str:
    """Explain what a request of the metadata service returned.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
    """
    if request.path == "/latest/api/token":
        return "A token for this machine alone." if succeeded else "No token."
    if not succeeded:
        return "A token is required." if request.status == 401 else "Not found."
    token = "With the token" if request.with_token else "Without a token"
    if request.path.rstrip("/") == _CREDENTIALS.rstrip("/"):
        return f"{token}: the name of the role."
    return f"{token}: the role's credentials." if request.path.startswith(_CREDENTIALS) else f"{token}."


class CallSequence(anywidget.AnyWidget):
    """The calls of a trail, one after the other: play them, or step with the buttons or the slider.

    Parameters
    ----------
    entries
        The trail. Of all steps, the last forty are shown.
    requests
        The requests of metadata services during the same time.

    Attributes
    ----------
    frames
        The diagram and table after each step, as HTML.
    step
        The step that is shown, from 1.
    """

    _esm = STATIC / "sequence.js"
    _css = STATIC / "sequence.css"
    frames = traitlets.List(traitlets.Unicode()).tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)

    def __init__(self, entries: Sequence[TrailEntry], requests: Sequence[MetadataRequest] = ()) -> None:
        # A metadata request comes after the entry that was the last one when it was made.
        ordered = [(entry.id, 0, _call_step(entry)) for entry in entries]
        ordered += [(request.after, 1, _metadata_step(request)) for request in requests]
        self._steps = [step for *_, step in sorted(ordered, key=lambda one: one[:2])][-_MOST_STEPS:]
        last = max(len(self._steps), 1)
        super().__init__(frames=[self.html(step) for step in range(1, last + 1)], step=last)

    def _repr_mimebundle_(self, **arguments: Any) -> Any:
        """Add a text and an HTML form, which GitHub, nbviewer, and nbconvert show."""
        shown = super()._repr_mimebundle_(**arguments)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        last = self.html(len(self._steps))
        return {
            **data,
            "text/plain": self.text(),
            "text/html": card("Sequence of calls", last, styled=False),
        }, metadata

    def text(self) -> str:
        """Return the steps as lines of text."""
        return "\n".join(
            f"{number}. {step.caller}: {step.description}: {step.result}"
            for number, step in enumerate(self._steps, start=1)
        )

    def html(self, steps: int) -> str:
        """Return the diagram and the table after the first steps, as HTML."""
        if not self._steps:
            return "<p>No call was made in this sandbox yet.</p>"
        shown = self._steps[:steps]
        # At narrow widths both scroll, by the keyboard too, because smaller text would be unreadable.
        scrolls = '<div class="rc-scroll" style="overflow-x: auto" role="region" tabindex="0" aria-label='
        diagram = f'{scrolls}"Diagram">{_diagram(self._steps, shown)}</div>'
        return f'{diagram}{scrolls}"Steps">{_table(shown)}</div>'


def _diagram(steps: Sequence[_Step], shown: Sequence[_Step]) -> str:
    """Draw the lifelines of all steps, so that nothing moves between frames, and the shown steps."""
    names = list(dict.fromkeys([step.caller for step in steps] + [step.target for step in steps]))
    positions = {name: _WIDTH // 2 + index * _WIDTH for index, name in enumerate(names)}
    width, height = _WIDTH * len(names), _TOP + _STEP * len(steps)
    label = "; ".join(
        f"{step.caller} asks {step.description.partition(' on ')[0]}: {step.result}" for step in shown
    )
    lines = [
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {width} {height}" '
        f'style="width: {width}px; max-width: none; font-size: 13px; fill: currentColor">',
    ]
    for name, x in positions.items():
        for y, text in zip((28, 14), reversed(_lines_of(name)), strict=False):
            place = f'x="{x}" y="{y}" text-anchor="middle" font-weight="bold"'
            lines.append(f"<text {place}>{escape(text)}</text>")
        lines.append(f'<line x1="{x}" y1="36" x2="{x}" y2="{height}" stroke="var(--rc-line, #8c959f)"/>')
    for number, step in enumerate(shown):
        lines += _arrow(step, positions[step.caller], positions[step.target], _TOP + _STEP * number)
    return "".join([*lines, "</svg>"])


def _lines_of(name: str) -> list[str]:
    """Return the name, or two lines of it, because long names beside each other would run together."""
    role, slash, session = name.rpartition("/")
    return [f"{role}/", session] if slash and len(name) > _LONGEST_NAME else [name]


def _arrow(step: _Step, start: int, end: int, y: int) -> list[str]:
    # GitHub shows no style sheet, so each color has a value that is readable on both backgrounds.
    color = "var(--rc-wrong, #d1242f)" if step.denied else "var(--rc-right, #1a7f37)"
    tip = -8 if end > start else 8
    dash = ' stroke-dasharray="5 4"' if step.denied else ""
    label = escape(f"{step.sign} {step.label}")
    return [
        f'<line x1="{start}" y1="{y}" x2="{end}" y2="{y}" stroke="{color}" stroke-width="2"{dash}/>',
        f'<path d="M{end} {y} l{tip} -4 v8 z" fill="{color}"/>',
        f'<text x="{(start + end) // 2}" y="{y - 7}" text-anchor="middle">{label}</text>',
    ]


def _table(shown: Sequence[_Step]) -> str:
    rows = [
        (
            str(number),
            escape(step.caller),
            _breakable(step.description),
            chip(f"{step.sign} {step.result}", "is-wrong" if step.denied else "is-right"),
            _breakable(step.reason),
        )
        for number, step in enumerate(shown, start=1)
    ]
    return table_html(("Step", "Who", "What", "Decision", "Why"), rows)


def _breakable(text: str) -> str:
    """Escape a text, and let a narrow table break its ARNs after a colon or slash, not within a word."""
    return re.sub(r"(?<=\w)([:/])(?=\S)", r"\1<wbr>", escape(text))


def sequence(lab: Sandbox, *, metadata: bool = False) -> CallSequence:
    """Show what happened in a sandbox as a sequence diagram that can be played and stepped through.

    Parameters
    ----------
    lab
        The sandbox.
    metadata
        Whether to show the requests of the instances' metadata services too.
    """
    return CallSequence(lab.trail, lab.metadata_requests() if metadata else ())
