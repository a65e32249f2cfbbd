"""The dashboard in a notebook: what the learner has learned so far."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from importlib import import_module
from typing import Any

from rolecall.progress import Report, Store, report
from rolecall.quiz import Mastery
from rolecall.widgets._plot import AXIS_COLORS, BLUE, GRAY, NO_MENU
from rolecall.widgets._tables import table_html

_SIGNS = {Mastery.STRONG: "✔ strong", Mastery.NEARLY: "◐ nearly", Mastery.NOT_YET: "○ not yet"}
_MOST_DAYS = 30
_MOST_MISCONCEPTIONS = 5


class Dashboard:
    """Mastery by skill, streak, due cards, misconceptions, and a plot of the answers of each day.

    The plot is Vega-Lite, which JupyterLab draws without a network.

    Parameters
    ----------
    report
        The numbers.
    """

    def __init__(self, report: Report) -> None:
        self.report = report

    def html(self) -> str:
        """Return the numbers as HTML."""
        report = self.report
        if not report.answered:
            return "<p>You haven't answered a question yet.</p>"
        days = f"{report.streak} day{'' if report.streak == 1 else 's'}"
        summary = f"{report.answered} answers, {report.right} right. Streak: {days}."
        rows = [
            (
                escape(one.skill),
                _SIGNS[one.mastery],
                f"{one.confidence:.0%}",
                f"{one.right} of {one.answered} right",
            )
            for one in report.skills
        ]
        table = table_html(("Skill", "Verdict", "Confidence", "Answers"), rows, row_headers=True)
        mistakes = "".join(
            f"<li>{escape(name)}: {times} time{'' if times == 1 else 's'}</li>"
            for name, times in report.misconceptions[:_MOST_MISCONCEPTIONS]
        )
        review = f"<p>Common mistakes to review:</p><ul>{mistakes}</ul>" if mistakes else ""
        return f"<p>{summary} Flash cards due: {report.due}.</p>{table}{review}"

    def plot(self) -> dict[str, Any]:
        """Return the answers of each day as a Vega-Lite specification."""
        values = [
            {"day": day.isoformat(), "answers": answered, "label": f"{right} of {answered}"}
            for day, answered, right in self.report.by_day[-_MOST_DAYS:]
        ]
        config = {"background": "transparent", "view": {"stroke": None}}
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "description": "Answers of each day, and how many of them were right",
            "data": {"values": values},
            "usermeta": NO_MENU,
            "width": 480,
            "height": 140,
            "config": {**config, "axis": {**AXIS_COLORS, "grid": False}},
            "encoding": {
                "x": {"field": "day", "type": "ordinal", "title": "Day"},
                "y": {"field": "answers", "type": "quantitative", "title": "Answers"},
            },
            "layer": [
                {"mark": {"type": "bar", "color": BLUE}},
                {
                    "mark": {"type": "text", "dy": -7, "color": GRAY},
                    "encoding": {"text": {"field": "label", "type": "nominal"}},
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
    """Show what you have learned so far.

    Parameters
    ----------
    store
        The store; by default the learner's.

    Raises
    ------
    StoreError
        If the store can't be read.
    """
    store, now = store or Store(), datetime.now().astimezone()
    due = sum(store.due(now.astimezone(UTC)).values())
    return Dashboard(report(store.all_entries(), now, due))
