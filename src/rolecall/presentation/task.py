"""Tasks and the results of checking them: what the task card shows, and text for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from rolecall.lab import ProbeResult, TaskSession
from rolecall.lab.check_result import CheckResult, MarkdownText, capitalized, outcome
from rolecall.presentation.kit import card, chip
from rolecall.presentation.markdown import to_html, to_inline_html


def text_markdown(text: MarkdownText) -> str:
    """Show a hint or a solution."""
    return text.text


def check_result_markdown(result: CheckResult) -> str:
    """Show the verdict, the probes in two groups, and what to look at next."""
    return result.text(bold="**")


class GoalView(TypedDict):
    """One row of a task's checklist.

    Parameters
    ----------
    place
        The place of its probe among all probes of the task.
    html
        What should work, or should be denied.
    state
        ``open``, ``right``, or ``wrong``.
    note
        What happened instead; empty if there is nothing to say.
    """

    place: int
    html: str
    state: str
    note: str


class NoteView(TypedDict):
    """A part of a card with a heading."""

    title: str
    html: str


class TaskView(TypedDict):
    """A task, as its card shows it.

    Parameters
    ----------
    goals
        The checklist: a heading, and its rows.
    verdict
        State, title, and HTML of the last check; empty before it.
    hint
        The label of the button for the next hint; empty if there is none.
    notes
        What the learner asked for: hints, an explanation, the solution.
    next
        The address and the title of the next notebook, once the task is solved.
    """

    difficulty: str
    goal: str
    actor: str
    mayChange: str
    goals: list[tuple[str, list[GoalView]]]
    verdict: dict[str, str]
    hint: str
    notes: list[NoteView]
    next: dict[str, str]


def task_view(session: TaskSession, notes: Sequence[NoteView], following: dict[str, str]) -> TaskView:
    """Return what the card of a task shows now.

    Parameters
    ----------
    notes
        An explanation that the learner asked for, and the like.
    following
        The address and the title of the next notebook; empty if there is none.
    """
    task, result, shown = session.task, session.result, session.hints_shown
    hints = [NoteView(title="Hint", html=to_html("\n\n".join(task.hints[:shown])))] if shown else []
    return TaskView(
        difficulty=task.difficulty,
        goal=to_html(task.goal),
        actor=task.actor,
        mayChange=to_inline_html(task.may_change),
        goals=_goals(session),
        verdict={} if result is None else _verdict(result),
        hint=f"Hint {shown + 1} of {len(task.hints)}" if shown < len(task.hints) else "",
        notes=[*hints, *notes],
        next=following if result is not None and result.reached else {},
    )


def _goals(session: TaskSession) -> list[tuple[str, list[GoalView]]]:
    task, result = session.task, session.result
    if result is None:
        probes = [ProbeResult(one.says, passed=False, must_be_denied=False) for one in task.succeed]
        probes += [ProbeResult(one.says, passed=False, must_be_denied=True) for one in task.denied]
    else:
        probes = list(result.probes)
    rows = [(one.must_be_denied, _goal(place, one, result)) for place, one in enumerate(probes)]
    groups = [
        ("Should work", [row for denied, row in rows if not denied]),
        ("Should be denied", [row for denied, row in rows if denied]),
    ]
    return [(title, goals) for title, goals in groups if goals]


def _goal(place: int, probe: ProbeResult, result: CheckResult | None) -> GoalView:
    html = to_inline_html(capitalized(probe.says))
    if result is None or (result.nothing_changed and not probe.passed):
        return GoalView(place=place, html=html, state="open", note="")
    if probe.passed:
        return GoalView(place=place, html=html, state="right", note="")
    return GoalView(place=place, html=html, state="wrong", note=outcome(probe))


def _verdict(result: CheckResult) -> dict[str, str]:
    if result.reached:
        return {"state": "right", "title": result.verdict, "html": to_inline_html(result.because)}
    if result.nothing_changed:
        return {"state": "open", "title": result.verdict, "html": ""}
    passed = sum(one.passed for one in result.probes)
    texts = [f"{passed} of {len(result.probes)} as they should be."]
    for one in result.mistakes:
        if one.misconception is not None:
            texts.append(f"**{one.misconception.title}?** {one.misconception.because}")
        texts.append(one.mistake.why)
        if one.experiment:
            texts.append(f"See what really happens:\n\n```python\n{one.experiment}\n```")
    # Too open is dangerous, and wrong; a task of which a part works is on its way.
    state = "wrong" if result.too_broad or not passed else "part"
    return {"state": state, "title": result.verdict, "html": to_html("\n\n".join(texts))}


def task_html(session: TaskSession) -> str:
    """Show the task where no widget can be shown: on GitHub, in nbviewer, or printed."""
    view = task_view(session, [], {})
    groups = [f"<h4>{title}</h4><ul>{_items(goals)}</ul>" for title, goals in view["goals"]]
    acting = f"<p>You act as <code>{view['actor']}</code>. You can change: {view['mayChange']}</p>"
    verdict = f"<p><strong>{view['verdict']['title']}</strong></p>" if view["verdict"] else ""
    title = to_inline_html(session.task.title)
    difficulty = chip(session.task.difficulty, session.task.difficulty)
    return card(title, view["goal"], acting, *groups, verdict, chips=difficulty, styled=False)


def _items(goals: Sequence[GoalView]) -> str:
    signs = {"open": "○", "right": "✔", "wrong": "✘"}
    return "".join(f"<li>{signs[one['state']]} {one['html']}</li>" for one in goals)
