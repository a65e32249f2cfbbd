"""The dashboard: what was learned so far, in a notebook."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from importlib import import_module
from typing import Any

from rolecall.progress import Report, Store, report
from rolecall.quiz import Mastery
from rolecall.widgets._plot import BLUE, GREY, NO_MENU

_SIGNS = {Mastery.STRONG: "✔ strong", Mastery.NEARLY: "◐ nearly", Mastery.NOT_YET: "○ not yet"}
_CELL = "text-align: left; padding: 0.2em 0.8em 0.2em 0"


class Dashboard:
    """Mastery by skill, streak, due cards, misconceptions, and a plot of the days.

    The plot is Vega-Lite, which JupyterLab draws by itself, without a network.
    """

    def __init__(self, told: Report) -> None:
        self.report = told

    def html(self) -> str:
        """The numbers, as one HTML element."""
        told = self.report
        if not told.answered:
            return "<p>Nothing was answered yet.</p>"
        days = f"{told.streak} day{'' if told.streak == 1 else 's'}"
        rows = "".join(
            f'<tr><th scope="row" style="{_CELL}">{escape(one.skill)}</th>'
            f'<td style="{_CELL}">{_SIGNS[one.mastery]}</td>'
            f'<td style="{_CELL}">{one.confidence:.0%} sure</td>'
            f'<td style="{_CELL}">{one.right} of {one.answered} right</td></tr>'
            for one in told.skills
        )
        ideas = "".join(
            f"<li>{escape(name)}: shown {times} time{'' if times == 1 else 's'}</li>"
            for name, times in told.misconceptions[:5]
        )
        heads = ("Skill", "Verdict", "How sure", "Answers")
        head = "".join(f'<th scope="col" style="{_CELL}">{one}</th>' for one in heads)
        summary = (
            f"{told.answered} answers, {told.right} right. Streak: {days}. Flash cards due: {told.due}."
        )
        return f"<p>{summary}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" + (
            f"<p>Misconceptions to look at again:</p><ul>{ideas}</ul>" if ideas else ""
        )

    def plot(self) -> dict[str, Any]:
        """The answers of each day, as a Vega-Lite specification."""
        values = [
            {"day": day.isoformat(), "answers": answered, "told": f"{right} of {answered}"}
            for day, answered, right in self.report.by_day[-30:]
        ]
        colours = dict.fromkeys(("labelColor", "titleColor", "tickColor", "domainColor"), GREY)
        config = {"background": "transparent", "view": {"stroke": None}}
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "description": "Answers of each day, and how many of them were right",
            "data": {"values": values},
            "usermeta": NO_MENU,
            "width": 480,
            "height": 140,
            "config": {**config, "axis": {**colours, "grid": False}},
            "encoding": {
                "x": {"field": "day", "type": "ordinal", "title": "Day"},
                "y": {"field": "answers", "type": "quantitative", "title": "Answers"},
            },
            "layer": [
                {"mark": {"type": "bar", "color": BLUE}},
                {
                    "mark": {"type": "text", "dy": -7, "color": GREY},
                    "encoding": {"text": {"field": "told", "type": "nominal"}},
                },
            ],
        }

    def _ipython_display_(self) -> None:
        ipython: Any = import_module("IPython.display")
        ipython.display(ipython.HTML(self.html()))
        if self.report.by_day:
            plot = {"application/vnd.vegalite.v5+json": self.plot(), "text/plain": "Answers of each day"}
            ipython.display(plot, raw=True)


def dashboard(store: Store | None = None) -> Dashboard:
    """What was learned so far.

    Raises
    ------
    StoreError
        When it cannot be read.
    """
    kept, now = store or Store(), datetime.now().astimezone()
    due = sum(kept.due(now.astimezone(UTC)).values())
    return Dashboard(report(kept.all_entries(), now, due))
