"""Tasks and the results of checking them, as Markdown for a notebook."""

from __future__ import annotations

from rolecall.lab import TaskSession
from rolecall.lab.check_result import NEXT_STEP, TOO_BROAD, CheckResult, MarkdownText, probe_line


def task_markdown(session: TaskSession) -> str:
    """Show the task's title, its goal, who the learner acts as, and what may be changed."""
    task = session.task
    return (
        f"**{task.title}** ({task.difficulty})\n\n{task.goal}\n\n"
        f"*You act as* `{task.actor}`. *You may change:* {task.may_change}"
    )


def text_markdown(text: MarkdownText) -> str:
    """Show a hint or a solution."""
    return text.text


def check_result_markdown(result: CheckResult) -> str:
    """Show the verdict, the probes, and what to look at next."""
    lines = [f"**{result.verdict}**", "", *(probe_line(one) for one in result.probes)]
    if result.too_broad:
        lines += ["", f"**Too broad**: {TOO_BROAD}"]
    for one in result.mistakes:
        if one.misconception is not None:
            lines += ["", f"**{one.misconception.title}?** {one.misconception.because}"]
        lines += ["", one.mistake.why]
        if one.experiment:
            lines += ["", "See what really happens:", "", f"```python\n{one.experiment}\n```"]
    if not result.reached and not result.mistakes:
        lines += ["", NEXT_STEP]
    if result.save_error:
        lines += ["", f"**This attempt was not saved.** {result.save_error}"]
    return "\n".join(lines)
