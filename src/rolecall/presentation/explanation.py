"""Render an explanation as HTML, with the policy types as a diagram and the deciding statement marked.

The colors are JupyterLab's variables, so that they fit both themes. A sign and a word accompany each color.
"""

from __future__ import annotations

import json
from html import escape

from rolecall.iam import Decision, Explanation, Gate, GateStatus
from rolecall.sandbox.call_explanation import CallExplanation

_COLORS = {
    GateStatus.ALLOWS: "var(--jp-success-color1, #388e3c)",
    GateStatus.LACKS_ALLOW: "var(--jp-error-color1, #d32f2f)",
    GateStatus.DENIES: "var(--jp-error-color1, #d32f2f)",
    GateStatus.SILENT: "var(--jp-border-color1, #bdbdbd)",
}
_BOX = (
    "list-style: none; flex: 0 1 12em; padding: 0.4em 0.7em; "
    "border: 2px solid {color}; border-radius: 6px; "
    "background: var(--jp-layout-color1, #fff)"
)
_CODE = (
    "overflow-x: auto; padding: 0.5em 0.8em; background: var(--jp-layout-color2, #f3f4f6); "
    "color: inherit; border-radius: 4px; font-family: var(--jp-code-font-family, monospace)"
)
_MARK = "background: var(--jp-warn-color3, #ffe0b2); color: #000"


def call_explanation_html(explained: CallExplanation) -> str:
    """Render the explanation of a call, with the verdict above it, and a role that allows the call."""
    advice = f"<p><strong>{escape(explained.advice)}</strong></p>" if explained.advice else ""
    verdict = f"<p><strong>{escape(explained.verdict)}</strong></p>"
    return verdict + advice + explanation_html(explained.explanation)


def explanation_html(explanation: Explanation) -> str:
    """Render an explanation as one HTML element."""
    decision = explanation.decision
    color = _COLORS[GateStatus.ALLOWS if decision.allowed else GateStatus.LACKS_ALLOW]
    parts = [
        '<div class="rolecall-explanation" style="max-width: 60em; padding-left: 1em; '
        f'border-left: 4px solid {color}; color: var(--jp-content-font-color1, #1f2328)">',
        f"<p>{escape(explanation.summary)}</p>",
        _list(explanation.because),
    ]
    if len(explanation.gates) > 1:
        parts.append(_diagram(explanation.gates))
    if explanation.near_misses:
        parts += ["<p><strong>Nearest statements</strong></p>", _list(explanation.near_misses)]
    if decision.statements:
        parts += ["<p><strong>Deciding statement</strong></p>", _document(decision)]
    if explanation.changes:
        parts.append("<p><strong>The smallest change that would allow it</strong></p>")
        for change in explanation.changes:
            parts.append(_list((str(change),)))
            if change.statement:
                parts.append(f'<pre style="{_CODE}">{escape(change.statement)}</pre>')
    return "".join([*parts, "</div>"])


def _list(lines: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""


def _diagram(gates: tuple[Gate, ...]) -> str:
    boxes = "".join(_box(gate) for gate in gates)
    return (
        '<ol aria-label="The policy types, in the order in which AWS evaluates them" '
        f'style="display: flex; flex-wrap: wrap; gap: 0.6em; margin: 0.6em 0; padding: 0">{boxes}</ol>'
    )


def _box(gate: Gate) -> str:
    status = gate.status.value
    if gate.delegates:
        status += " the account, which must allow it too"
    by = f"<br><small>{escape(str(gate.by))}</small>" if gate.by is not None else ""
    return (
        f'<li style="{_BOX.format(color=_COLORS[gate.status])}"><strong>{escape(gate.title)}</strong><br>'
        f'<span aria-hidden="true">{gate.status.sign}</span> {status}{by}</li>'
    )


def _document(decision: Decision) -> str:
    """Render the deciding policy with the deciding statement marked."""
    deciding = decision.statements[0]
    shown = []
    for index, statement in enumerate(deciding.policy.statement_sources()):
        text = escape(json.dumps(statement, indent=2), quote=False)
        decides = index == deciding.statement.index
        shown.append(f'<mark style="{_MARK}">{text}</mark>' if decides else text)
    return (
        f'<p><small>{escape(deciding.policy.name)}</small></p><pre style="{_CODE}">'
        + ",\n".join(shown)
        + "</pre>"
    )
