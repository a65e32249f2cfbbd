"""Print an explanation in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from rolecall.iam import Explanation, GateStatus

_STYLES = {
    GateStatus.ALLOWS: "green",
    GateStatus.LACKS_ALLOW: "red",
    GateStatus.DENIES: "bold red",
    GateStatus.SILENT: "dim",
}


def show(explanation: Explanation, console: Console) -> None:
    """Print the verdict, the policy types, the nearest statements, and the smallest change."""
    allowed = explanation.decision.allowed
    console.print(
        Panel(
            Text("\n".join([explanation.summary, *(f"• {one}" for one in explanation.because)])),
            title="✔ Allowed" if allowed else "✘ Denied",
            title_align="left",
            border_style="green" if allowed else "red",
        )
    )
    if explanation.gates:
        table = Table(
            "", "Policy type", "", "Statement", box=None, title="Policy evaluation", title_justify="left"
        )
        for gate in explanation.gates:
            by = str(gate.by) if gate.by else ""
            status = f"{gate.status.value} the account" if gate.delegates else gate.status.value
            table.add_row(gate.status.sign, gate.title, status, by, style=_STYLES[gate.status])
        console.print(table)
    if explanation.near_misses:
        console.print("\nNearest statements", style="bold")
        for near in explanation.near_misses:
            console.print(Text(f"• {near}"))
    if explanation.statement:
        console.print("\nDeciding statement", style="bold")
        console.print(_json(explanation.statement))
    if explanation.changes:
        console.print("\nThe smallest change that would allow it", style="bold")
    for change in explanation.changes:
        console.print(Text(f"• {change}"))
        if change.statement:
            console.print(_json(change.statement))


def _json(text: str) -> Syntax:
    return Syntax(text, "json", theme="ansi_dark", background_color="default", word_wrap=True)
