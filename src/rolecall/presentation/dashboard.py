"""The dashboard: the next step, skills, badges, the activity of twelve weeks, and ideas to revisit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape

from rolecall.presentation.kit import bar, card, chip, link_button
from rolecall.presentation.markdown import to_html, to_inline_html
from rolecall.progress import Report, SkillReport
from rolecall.quiz import Mastery, Misconception, experiment_code

WORDS = {Mastery.STRONG: "✔ solid", Mastery.NEARLY: "◐ getting there", Mastery.NOT_YET: "○ not yet"}
LEAST_ANSWERS = 3
"""With fewer answers, a skill has no verdict."""
_WEEKS = 12
_MOST_MISCONCEPTIONS = 5
_LEVELS = (1, 5, 15)
"""The number of answers from which a day has a stronger color."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: words, the text of a link, and its address."""

    words: str
    button: str
    target: str


@dataclass(frozen=True, slots=True)
class Badge:
    """The badge of a lesson's challenge."""

    lesson: str
    earned: bool


@dataclass(frozen=True, slots=True)
class DashboardContent:
    """What a dashboard shows.

    Parameters
    ----------
    skills
        The titles of skills, by their names in the banks.
    ideas
        The misconceptions of the banks, by their names.
    """

    report: Report
    today: date
    skills: Mapping[str, str] = field(default_factory=dict)
    ideas: Mapping[str, Misconception] = field(default_factory=dict)
    badges: Sequence[Badge] = ()
    following: NextStep | None = None


def dashboard_html(content: DashboardContent) -> str:
    """Render a dashboard as a card."""
    report = content.report
    if not report.answered:
        return card("Your progress", "<p>You haven't answered a question yet.</p>", _next(content))
    skills = "".join(_skill(one, content.skills) for one in report.skills)
    answers = f"{report.answered} answer{'' if report.answered == 1 else 's'}"
    days = f"{report.streak} day{'' if report.streak == 1 else 's'}"
    return card(
        "Your progress",
        f"<p>{answers}, {report.right} right. Flash cards due: {report.due}.</p>",
        _next(content),
        f'<h4>Skills</h4><ul class="rc-rows">{skills}</ul>',
        _badges(content.badges),
        _activity(report, content.today),
        _ideas(content),
        chips=chip(f"{days} in a row"),
        wide=True,
    )


def _next(content: DashboardContent) -> str:
    step = content.following
    if step is None:
        return ""
    link = link_button(step.target, step.button, main=True)
    return (
        '<div class="rc-continue"><div><div class="rc-small rc-soft">Next</div>'
        f"<b>{escape(step.words)}</b></div>{link}</div>"
    )


def _skill(one: SkillReport, titles: Mapping[str, str]) -> str:
    title = titles.get(one.skill, one.skill)
    words, hint = "too few answers yet", f"A verdict needs {LEAST_ANSWERS} answers."
    if one.answered >= LEAST_ANSWERS:
        words, hint = WORDS[one.mastery], f"This verdict is {one.confidence:.0%} certain."
    return (
        f"<li><span>{escape(title)}</span>{bar(one.right / one.answered, f'Right answers: {title}')}"
        f'<span class="rc-small" title="{hint}">{words} · {one.right} of {one.answered}</span></li>'
    )


def _badges(badges: Sequence[Badge]) -> str:
    if not badges:
        return ""
    tiles = "".join(
        f'<li><div class="rc-tile{" rc-is-right" if one.earned else ""}">'
        f"<b>{'★' if one.earned else '☆'} {escape(one.lesson)}</b>"
        f"<small>{'earned' if one.earned else 'solve its challenge without an error'}</small></div></li>"
        for one in badges
    )
    return f'<h4>Badges</h4><ul class="rc-tiles">{tiles}</ul>'


def _activity(report: Report, today: date) -> str:
    """Draw a square for each day of twelve weeks, a column for each week, and say the same in words."""
    first = today - timedelta(days=today.weekday(), weeks=_WEEKS - 1)
    answered = {day: count for day, count, _ in report.by_day if day >= first}
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    squares = "".join(_day(day, answered.get(day, 0)) for day in days)
    total, active = sum(answered.values()), len(answered)
    words = f"{total} answer{'' if total == 1 else 's'} on {active} day{'' if active == 1 else 's'}"
    return (
        f'<h4>The last {_WEEKS} weeks</h4><div class="rc-days" aria-hidden="true">{squares}</div>'
        f'<p class="rc-small rc-soft">{words}</p>'
    )


def _day(day: date, count: int) -> str:
    level = sum(count >= one for one in _LEVELS)
    return f'<span class="rc-level-{level}" title="{day:%B} {day.day}: {count}"></span>'


def _ideas(content: DashboardContent) -> str:
    """List the most frequent misconceptions, each with the calls that show what really happens."""
    shown = content.report.misconceptions[:_MOST_MISCONCEPTIONS]
    rows = "".join(_idea(content.ideas.get(name), name, times) for name, times in shown)
    return f"<h4>Ideas to revisit</h4><ul>{rows}</ul>" if rows else ""


def _idea(idea: Misconception | None, name: str, times: int) -> str:
    if idea is None:
        return f"<li>{escape(name)} ({times}×)</li>"
    more = f"<p>{to_inline_html(idea.because)}</p>"
    if idea.experiment is not None:
        code = to_html(f"```python\n{experiment_code(idea.experiment)}\n```")
        more += f"<p>See what really happens: run this in a cell.</p>{code}"
    return f"<li><details><summary>{to_inline_html(idea.title)} ({times}×)</summary>{more}</details></li>"
