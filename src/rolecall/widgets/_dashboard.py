"""The dashboard in a notebook: what the learner has learned so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from importlib import import_module
from typing import Any

from rolecall._yaml import BadFile
from rolecall.course import NoCourse, find_course
from rolecall.presentation.due_cards import due_by_bank
from rolecall.presentation.kit import bar, card, chip
from rolecall.presentation.markdown import to_inline_html
from rolecall.progress import Report, SkillReport, Store, report
from rolecall.quiz import Bank, Mastery, load_bank
from rolecall.widgets._plot import AXIS_COLORS, BLUE, GRAY, NO_MENU

_WORDS = {Mastery.STRONG: "✔ solid", Mastery.NEARLY: "◐ getting there", Mastery.NOT_YET: "○ not yet"}
_LEAST_ANSWERS = 3
"""With fewer answers, a skill has no verdict."""
_MOST_DAYS = 30
_MOST_MISCONCEPTIONS = 5


class Dashboard:
    """Mastery by skill, streak, due cards, misconceptions, and a plot of the answers of each day.

    The plot is Vega-Lite, which JupyterLab draws without a network.

    Parameters
    ----------
    report
        The numbers.
    titles
        The titles of skills and misconceptions, by their names in the banks.
    """

    def __init__(self, report: Report, titles: Mapping[str, str] | None = None) -> None:
        self.report = report
        self._titles = titles or {}

    def html(self) -> str:
        """Return the numbers as HTML."""
        report = self.report
        if not report.answered:
            return card("Your progress", "<p>You haven't answered a question yet.</p>")
        days = f"{report.streak} day{'' if report.streak == 1 else 's'}"
        rows = "".join(self._skill(one) for one in report.skills)
        mistakes = "".join(
            f"<li>{to_inline_html(self._titles.get(name, name))} ({times}×)</li>"
            for name, times in report.misconceptions[:_MOST_MISCONCEPTIONS]
        )
        answers = f"{report.answered} answer{'' if report.answered == 1 else 's'}"
        return card(
            "Your progress",
            f"<p>{answers}, {report.right} right. Flash cards due: {report.due}.</p>",
            f'<h4>Skills</h4><ul class="rc-rows">{rows}</ul>',
            f"<h4>Ideas to revisit</h4><ul>{mistakes}</ul>" if mistakes else "",
            chips=chip(f"{days} in a row"),
            wide=True,
        )

    def _skill(self, one: SkillReport) -> str:
        title = self._titles.get(one.skill, one.skill)
        share = one.right / one.answered
        words = _WORDS[one.mastery] if one.answered >= _LEAST_ANSWERS else "too few answers yet"
        label = f"Right answers: {title}"
        return (
            f"<li><span>{escape(title)}</span>{bar(share, label)}"
            f'<span class="rc-small">{words} · {one.right} of {one.answered}</span></li>'
        )

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
        shown = {
            "text/html": self.html(),
            "text/plain": f"{self.report.right} of {self.report.answered} right",
        }
        ipython.display(shown, raw=True)
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
    banks = _banks()
    due = _cards_due(store, now.astimezone(UTC))
    titles = {name: title for bank in banks for name, title in bank.skills.items()}
    titles |= {name: one.title for bank in banks for name, one in bank.misconceptions.items()}
    return Dashboard(report(store.all_entries(), now, due), titles)


def _cards_due(store: Store, now: datetime) -> int:
    try:
        return sum(due_by_bank(find_course(), store, now).values())
    except (BadFile, NoCourse):
        return 0


def _banks() -> list[Bank]:
    """Load the banks of the course; none outside a course, whose dashboard shows names only."""
    try:
        return [load_bank(file) for file in find_course().banks()]
    except (BadFile, NoCourse):
        return []
