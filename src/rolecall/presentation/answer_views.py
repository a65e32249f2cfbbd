"""What each kind of question shows of itself in a browser: never a word of its key before it is due."""

from __future__ import annotations

import json
from typing import Any

from rolecall.presentation.markdown import to_html, to_inline_html
from rolecall.quiz import (
    POLICY_TYPES,
    Blanks,
    Choice,
    Cli,
    Decide,
    Grade,
    Match,
    Multi,
    Numeric,
    Order,
    Policy,
    Question,
    given_of,
    shown_choices,
    shown_items,
    shown_order,
)

_TITLES = {
    "identity_policies": "Identity-based policy",
    "permissions_boundaries": "Permissions boundary",
    "session_policies": "Session policy",
    "resource_policy": "Policy of the resource",
    "service_control_policies": "Service control policy",
    "resource_control_policies": "Resource control policy",
    "vpc_endpoint_policies": "VPC endpoint policy",
}


def face_of(question: Question, last: Grade | None, *, settled: bool) -> dict[str, Any]:
    """What the browser draws of a question, by its kind."""
    match question:
        case Choice() | Multi():
            return {"options": _options(question, last, settled=settled)}
        case Order():
            return {"items": [to_inline_html(text) for text in shown_items(question)]}
        case Match():
            return {
                "lefts": [to_inline_html(pair.left) for pair in question.pairs],
                "choices": [_plain(text) for text in shown_choices(question)],
            }
        case Blanks():
            tokens = {*question.tokens, *(blank.accept[0] for blank in question.blanks.values())}
            return {
                "language": question.language,
                "pieces": [{"text": text, "blank": name} for text, name in question.pieces],
                "tokens": sorted(tokens) if question.tokens else [],
            }
        case Numeric():
            units = [*([question.unit] if question.unit else []), *question.units]
            return {"units": units}
        case Cli():
            return {"placeholder": "aws …"}
        case Policy():
            return {
                "starter": question.starter,
                "written": _json(last.answer if last else question.starter) if settled else "",
                "allow": [_plain(case.says) for case in question.allow],
                "deny": [_plain(case.says) for case in question.deny],
            }
        case Decide():
            return {"scene": _scene(question), "policyTypes": list(POLICY_TYPES)}


def _options(question: Choice | Multi, last: Grade | None, *, settled: bool) -> list[dict[str, str]]:
    given = given_of(question, last.answer) if last else None
    chosen = {given} if isinstance(given, int) else set(given or ())
    shown = []
    for place, option in enumerate(shown_order(question)):
        told = settled or place in chosen
        mark = ""
        if place in chosen or (settled and option.correct):
            mark = "right" if option.correct else "wrong"
        why = to_inline_html(option.why) if told else ""
        shown.append({"html": to_inline_html(option.text), "mark": mark, "why": why})
    return shown


def _json(text: str) -> str:
    return to_html(f"```json\n{text}\n```")


def _scene(question: Decide) -> list[dict[str, str]]:
    """The request and every policy, as titled code."""
    request = question.case.get("request", {})
    scene = [{"title": "The request", "html": _code(request)}]
    for field, title in _TITLES.items():
        documents = question.case.get(field)
        for document in _flat(documents):
            scene.append({"title": title, "html": _code(document)})
    return scene


def _flat(value: Any) -> list[Any]:
    if value is None:
        return []
    return [one for part in value for one in _flat(part)] if isinstance(value, list) else [value]


def _code(value: Any) -> str:
    return to_html(f"```json\n{json.dumps(value, indent=2)}\n```")


def best_answer_html(question: Question, answer: str) -> str:
    """The right answer, for a question that is settled; options mark it themselves."""
    match question:
        case Choice() | Multi():
            return ""
        case Order():
            items = "".join(f"<li>{to_inline_html(one)}</li>" for one in json.loads(answer))
            return f"<ol>{items}</ol>"
        case Match():
            pairs = "".join(
                f"<li>{to_inline_html(left)} — {to_inline_html(right)}</li>"
                for left, right in json.loads(answer).items()
            )
            return f"<ul>{pairs}</ul>"
        case Blanks():
            right = json.loads(answer)
            text = "".join(text + (right[name] if name else "") for text, name in question.pieces)
            return to_html(f"```{question.language}\n{text}\n```")
        case Cli():
            return to_html(f"```bash\n{answer}\n```")
        case Policy():
            return to_html(f"```json\n{answer}\n```")
        case Numeric():
            return to_html(answer)
        case Decide():
            told = json.loads(answer)
            which = f", by the {told['policy_type']}" if told.get("policy_type") else ""
            return to_html(f"**{_OUTCOMES[told['outcome']]}**{which}")


_OUTCOMES = {
    "Allowed": "Allowed",
    "ImplicitlyDenied": "Denied implicitly: nothing allows it",
    "ExplicitlyDenied": "Denied explicitly: a statement forbids it",
}


def rule_of(question: Question) -> str:
    """How a kind is scored, where it is not all or nothing."""
    match question:
        case Multi():
            return "Each right option adds its share, each wrong one takes one away."
        case Order():
            return "Scored by the share of pairs that stand the right way round."
        case Match() | Blanks():
            return "Scored by the share that is right."
        case Policy():
            return "Scored by the share of cases that come out right."
        case Decide():
            return "The decision and the policy that makes it count half each."
        case _:
            return ""


def _plain(text: str) -> str:
    return text.replace("`", "")
