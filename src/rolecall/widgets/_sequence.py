"""What happened, step by step: a sequence of calls and decisions, drawn from a sandbox's own trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import anywidget
import traitlets

from rolecall.sandbox.client import Sandbox
from rolecall.sandbox.metadata_log import MetadataRequest
from rolecall.sandbox.trail_entries import TrailEntry
from rolecall.widgets._card import STATIC

_WIDTH, _TOP, _STEP = 170, 64, 46
_SIGNS = {
    "Allowed": ("✔", "allowed"),
    "ImplicitlyDenied": ("✘", "denied"),
    "ExplicitlyDenied": ("⛔", "denied"),
}
_CELL = "text-align: left; padding: 0.15em 0.8em 0.15em 0; vertical-align: top"
_MOST = 40
_CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


@dataclass(frozen=True, slots=True)
class _Step:
    """An arrow, and its row in the table.

    Parameters
    ----------
    does
        What stands on the arrow.
    sign, end
        How it ended, as a sign and as a word.
    """

    who: str
    whom: str
    does: str
    what: str
    sign: str
    end: str
    why: str

    @property
    def denied(self) -> bool:
        return self.sign != "✔"


def _call(entry: TrailEntry) -> _Step:
    service, _, operation = entry.action.partition(":")
    who = entry.who.split(":", 5)[-1].removeprefix("assumed-role/") or entry.who
    what = f"{entry.action} on {entry.resource.rpartition(':')[2]}"
    return _Step(who, service.upper(), operation, what, *_SIGNS[entry.decision], entry.why)


def _request(request: MetadataRequest) -> _Step:
    good = request.status < 400
    ended = ("✔", f"{request.status}") if good else ("✘", f"{request.status}")
    does = f"{request.method} {request.path.rstrip('/').rpartition('/')[2]}"
    return _Step(
        request.instance, "metadata", does, f"{request.method} {request.path}", *ended, _said(request, good)
    )


def _said(request: MetadataRequest, good: bool) -> str:
    """What a request of the metadata service was about.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
    """
    if request.path == "/latest/api/token":
        return "A token for this machine alone." if good else "No token."
    if not good:
        return "A token is wanted." if request.status == 401 else "Nothing is there."
    shown = "With the token" if request.with_token else "Without a token"
    if request.path.rstrip("/") == _CREDENTIALS.rstrip("/"):
        return f"{shown}: the name of the role."
    return f"{shown}: the role's credentials." if request.path.startswith(_CREDENTIALS) else f"{shown}."


class CallSequence(anywidget.AnyWidget):
    """The calls of a trail, one after another: play them, or step with the buttons or the slider.

    Parameters
    ----------
    entries
        What was asked for; of all steps the last forty are shown.
    requests
        What was asked of metadata services meanwhile.
    """

    _esm = STATIC / "sequence.js"
    _css = STATIC / "sequence.css"
    frames = traitlets.List(traitlets.Unicode()).tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)

    def __init__(self, entries: Sequence[TrailEntry], requests: Sequence[MetadataRequest] = ()) -> None:
        # A request stands after the entry that was the last when it came.
        ordered = [(one.id, 0, _call(one)) for one in entries]
        ordered += [(one.after, 1, _request(one)) for one in requests]
        self._steps = [step for *_, step in sorted(ordered, key=lambda one: one[:2])][-_MOST:]
        last = max(len(self._steps), 1)
        super().__init__(frames=[self.html(step) for step in range(1, last + 1)], step=last)

    def html(self, steps: int) -> str:
        """The drawing and the table of the first steps."""
        if not self._steps:
            return "<p>No call was made in this sandbox yet.</p>"
        shown = self._steps[:steps]
        return f"{_drawing(self._steps, shown)}{_table(shown)}"


def _drawing(steps: Sequence[_Step], shown: Sequence[_Step]) -> str:
    """Lifelines for whoever takes part at all, so that nothing jumps; arrows for what happened so far."""
    parts = list(dict.fromkeys([one.who for one in steps] + [one.whom for one in steps]))
    place = {name: _WIDTH // 2 + index * _WIDTH for index, name in enumerate(parts)}
    width, height = _WIDTH * len(parts), _TOP + _STEP * len(steps)
    told = "; ".join(f"{one.who} asks {one.what.partition(' on ')[0]}: {one.end}" for one in shown)
    lines = [
        f'<svg role="img" aria-label="{escape(told)}" viewBox="0 0 {width} {height}" '
        f'style="max-width: {width}px; width: 100%; font-size: 13px; fill: var(--jp-ui-font-color1)">',
    ]
    for name, x in place.items():
        lines.append(f'<text x="{x}" y="20" text-anchor="middle" font-weight="bold">{escape(name)}</text>')
        lines.append(f'<line x1="{x}" y1="30" x2="{x}" y2="{height}" stroke="var(--jp-border-color1)"/>')
    for number, one in enumerate(shown):
        lines += _arrow(one, place[one.who], place[one.whom], _TOP + _STEP * number)
    return "".join([*lines, "</svg>"])


def _arrow(one: _Step, start: int, end: int, y: int) -> list[str]:
    colour = "var(--jp-error-color1)" if one.denied else "var(--jp-success-color1)"
    tip = -8 if end > start else 8
    dash = ' stroke-dasharray="5 4"' if one.denied else ""
    label = escape(f"{one.sign} {one.does}")
    return [
        f'<line x1="{start}" y1="{y}" x2="{end}" y2="{y}" stroke="{colour}" stroke-width="2"{dash}/>',
        f'<path d="M{end} {y} l{tip} -4 v8 z" fill="{colour}"/>',
        f'<text x="{(start + end) // 2}" y="{y - 7}" text-anchor="middle">{label}</text>',
    ]


def _table(shown: Sequence[_Step]) -> str:
    head = "".join(
        f'<th scope="col" style="{_CELL}">{one}</th>' for one in ("Step", "Who", "What", "Decision", "Why")
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="{_CELL}">{escape(text)}</td>'
            for text in (str(number), one.who, one.what, f"{one.sign} {one.end}", one.why)
        )
        + "</tr>"
        for number, one in enumerate(shown, start=1)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def sequence(lab: Sandbox, *, metadata: bool = False) -> CallSequence:
    """What happened in a sandbox, as a sequence that can be played and stepped through.

    Parameters
    ----------
    metadata
        Show also what was asked of the instances' metadata services.
    """
    return CallSequence(lab.trail, lab.metadata_requests() if metadata else ())
