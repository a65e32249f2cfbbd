"""What each kind of question shows of itself: never a word of its key, and what was answered.

An answer comes from the browser by places, and is kept by texts: a bank that is reordered keeps them.
"""

from __future__ import annotations

import json
import random
from typing import Any

from rolecall.quiz import (
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
    shown_order,
)
from rolecall.widgets._markdown import to_html, to_inline_html

POLICY_TYPES = (
    "identity-based policy",
    "resource-based policy",
    "role trust policy",
    "permissions boundary",
    "session policy",
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
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


class NoAnswer(ValueError):
    """A message that the card does not send."""


def shown_items(question: Order) -> list[str]:
    """The things to order, in an order of the question's own that is not the right one."""
    texts = [item.text for item in question.items]
    shown = list(texts)
    chance = random.Random(question.id)
    while shown == texts:
        chance.shuffle(shown)
    return shown


def shown_choices(question: Match) -> list[str]:
    """What can stand on the right, in an order of the question's own."""
    choices = sorted(question.choices)
    random.Random(question.id).shuffle(choices)
    return choices


def answer_of(question: Question, given: Any) -> str:
    """What the browser sends, as the kind of question has it.

    Raises
    ------
    NoAnswer
        For anything that the card does not send.
    """
    try:
        return _answer_of(question, given)
    except (TypeError, IndexError, KeyError, AttributeError, ValueError):
        raise NoAnswer("this is no answer to the question") from None


def _answer_of(question: Question, given: Any) -> str:
    match question:
        case Choice():
            return shown_order(question)[_place(given)].text
        case Multi():
            options = shown_order(question)
            return json.dumps([options[_place(one)].text for one in given])
        case Order():
            items = shown_items(question)
            return json.dumps([items[_place(one)] for one in given])
        case Match():
            choices = shown_choices(question)
            pairs = zip(question.pairs, given, strict=True)
            return json.dumps({pair.left: choices[_place(one)] for pair, one in pairs})
        case Blanks() | Decide():
            return json.dumps({str(name): str(text) for name, text in given.items()})
        case Numeric() | Cli() | Policy():
            if not isinstance(given, str):
                raise TypeError
            return given


def _place(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise TypeError
    return given


def given_of(question: Question, answer: str) -> Any:
    """An answer that was kept, as the browser sends it; None where it no longer fits."""
    try:
        return _given_of(question, answer)
    except (ValueError, KeyError, TypeError):
        return None


def _given_of(question: Question, answer: str) -> Any:
    match question:
        case Choice():
            return [option.text for option in shown_order(question)].index(answer)
        case Multi():
            texts = [option.text for option in shown_order(question)]
            return [texts.index(one) for one in json.loads(answer)]
        case Order():
            return [shown_items(question).index(one) for one in json.loads(answer)]
        case Match():
            choices, given = shown_choices(question), json.loads(answer)
            return [choices.index(given[pair.left]) for pair in question.pairs]
        case Blanks() | Decide():
            return json.loads(answer)
        case Numeric() | Cli() | Policy():
            return answer


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
