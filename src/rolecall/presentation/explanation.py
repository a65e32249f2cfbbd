"""Render an explanation as HTML: the path of the request through the policy types, and what decided it.

A sign and a word accompany each color.
"""

from __future__ import annotations

import json
from html import escape

from rolecall.iam import Decision, Explanation, Gate, GateStatus, Request
from rolecall.presentation.kit import card, chip
from rolecall.sandbox.call_explanation import CallExplanation

_STATES = {
    GateStatus.ALLOWS: "rc-allows",
    GateStatus.LACKS_ALLOW: "rc-stops",
    GateStatus.DENIES: "rc-stops",
    GateStatus.SILENT: "rc-silent",
}


def call_explanation_html(explained: CallExplanation) -> str:
    """Render the explanation of a call as a card, with a role that allows the call first."""
    chips = "" if explained.allowed else chip(explained.error or "denied", "is-wrong")
    return card(_title(explained), call_explanation_parts(explained), chips=chips, wide=True)


def _title(explained: CallExplanation) -> str:
    """Say who can or can't make the call, such as ``✘ Denied: user/eve can't call sts:AssumeRole``."""
    request = explained.explanation.decision.request
    call = f"call {escape(request.action)}"
    who = escape(_short_name(request))
    return f"✔ Allowed: {who} can {call}" if explained.allowed else f"✘ Denied: {who} can't {call}"


def _short_name(request: Request) -> str:
    return request.caller.name.rpartition(":")[2]


def call_explanation_parts(explained: CallExplanation) -> str:
    """Render what the card of an explanation contains.

    The button has no text: only JupyterLab's panel shows it, because only the panel can copy a picture.
    """
    advice = ""
    if explained.advice:
        advice = f'<div class="rc-band rc-is-part"><p>{escape(explained.advice)}</p></div>'
    copy = '<button type="button" class="rc-copy" aria-label="Copy as picture"></button>'
    return f'<div class="rc-explained">{advice}{explanation_html(explained.explanation)}</div>{copy}'


def explanation_html(explanation: Explanation) -> str:
    """Render an explanation: the path of the request, the deciding statement, and the smallest change."""
    decision = explanation.decision
    parts = [f"<p>{escape(explanation.summary)}</p>"]
    if explanation.gates:
        parts.append(_path(explanation))
    parts.append(_list(explanation.because))
    if explanation.near_misses:
        parts += ["<h4>Nearest statements</h4>", _list(explanation.near_misses)]
    if decision.statements:
        parts += ["<h4>Deciding statement</h4>", _document(decision)]
    if explanation.changes:
        parts.append("<h4>The smallest change that would allow it</h4>")
        for change in explanation.changes:
            parts.append(_list((str(change),)))
            if change.statement:
                parts.append(f'<pre tabindex="0"><code>{escape(change.statement)}</code></pre>')
    return "".join(parts)


def _list(lines: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""


def _path(explanation: Explanation) -> str:
    """Draw the policy types that the request passes, in the order in which AWS evaluates them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """
    request = explanation.decision.request
    first = _gate("rc-request", _short_name(request), request.action)
    steps = "".join([first, _explicit_deny(explanation), *(_step(gate) for gate in explanation.gates)])
    label = "The policy types, in the order in which AWS evaluates them"
    return f'<ol class="rc-path" aria-label="{label}">{steps}</ol>'


def _explicit_deny(explanation: Explanation) -> str:
    """Draw the first step: a Deny in any policy ends the evaluation."""
    denying = next((gate for gate in explanation.gates if gate.status is GateStatus.DENIES), None)
    if denying is None:
        return _gate("rc-allows", "Explicit deny", "✔ in no policy")
    return _gate("rc-stops", "Explicit deny", f"⊘ in the {denying.type.value}")


def _step(gate: Gate) -> str:
    status = f"{gate.status.sign} {gate.status.value}"
    if gate.delegates:
        status += " the account, which must allow it too"
    return _gate(_STATES[gate.status], gate.title, status, "" if gate.by is None else str(gate.by))


def _gate(kind: str, title: str, status: str, by: str = "") -> str:
    """Draw one step. Which statement allows it is folded; which one stops the request shows."""
    text = f"<strong>{escape(title)}</strong><span>{escape(status)}</span>"
    if by:
        opened = " open" if kind == "rc-stops" else ""
        text = f"<details{opened}><summary>{text}</summary><small>{escape(by)}</small></details>"
    return f'<li class="rc-gate {kind}">{text}</li>'


def _document(decision: Decision) -> str:
    """Render the deciding policy with the deciding statement marked."""
    deciding = decision.statements[0]
    shown = []
    for index, statement in enumerate(deciding.policy.statement_sources()):
        text = escape(json.dumps(statement, indent=2), quote=False)
        decides = index == deciding.statement.index
        shown.append(f"<mark>{text}</mark>" if decides else text)
    return (
        f'<p class="rc-small rc-soft">{escape(deciding.policy.name)}</p><pre tabindex="0">'
        + ",\n".join(shown)
        + "</pre>"
    )
