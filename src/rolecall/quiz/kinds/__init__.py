"""The kinds of questions, one module each.

To add a kind, write a module with a class that derives from `BaseQuestion`, and add the class to `Question`
below. A card needs an ES module of the same name; an interchange format that can carry the kind needs a
mapping.
"""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import AfterValidator, Field, TypeAdapter, WithJsonSchema

from rolecall.quiz.kinds._base import BaseQuestion, InvalidAnswer, Location, Problem
from rolecall.quiz.kinds._options import Option, OptionsQuestion
from rolecall.quiz.kinds.blanks import Blank, Blanks
from rolecall.quiz.kinds.choice import Choice
from rolecall.quiz.kinds.cli import Cli
from rolecall.quiz.kinds.decide import Decide
from rolecall.quiz.kinds.match import Match, Pair
from rolecall.quiz.kinds.multi import Multi
from rolecall.quiz.kinds.numeric import Numeric
from rolecall.quiz.kinds.order import Item, Order
from rolecall.quiz.kinds.policy import Case, Policy

__all__ = [
    "KINDS",
    "BaseQuestion",
    "Blank",
    "Blanks",
    "Case",
    "Choice",
    "Cli",
    "Decide",
    "InvalidAnswer",
    "Item",
    "KindName",
    "Location",
    "Match",
    "Multi",
    "Numeric",
    "Option",
    "OptionsQuestion",
    "Order",
    "Pair",
    "Policy",
    "Problem",
    "Question",
    "question_of",
]

Question = Annotated[
    Choice | Multi | Blanks | Order | Match | Numeric | Cli | Policy | Decide, Field(discriminator="kind")
]
"""A question of any kind."""

KINDS: dict[str, type[BaseQuestion]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(get_args(Question)[0])
}
"""Each kind's class, by the word that a bank has in ``kind``."""

_ADAPTER: TypeAdapter[Question] = TypeAdapter(Question)


def _known_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"{name!r} isn't a kind of question; there are {', '.join(KINDS)}")
    return name


KindName = Annotated[
    str, AfterValidator(_known_kind), WithJsonSchema({"type": "string", "enum": list(KINDS)})
]
"""The name of a kind, for the fields of other files."""


def question_of(value: dict[str, Any]) -> Question:
    """Return the question that fields make.

    Raises
    ------
    ValueError
        If they make none.
    """
    return _ADAPTER.validate_python(value)
