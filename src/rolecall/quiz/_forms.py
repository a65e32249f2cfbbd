"""How a question is shown and answered by places.

Whoever shows a question shows its parts in an order of its own; an answer comes back by places in that
order, and is kept by texts: a bank that is reordered keeps them.
"""

from __future__ import annotations

import json
import random
from typing import Any

from rolecall.quiz._arranging import Match, Order
from rolecall.quiz._choosing import Choice, Multi
from rolecall.quiz._deciding import Decide, Policy
from rolecall.quiz._filling import Blanks, Cli, Numeric
from rolecall.quiz._kinds import Question
from rolecall.quiz._selection import shown_order

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
