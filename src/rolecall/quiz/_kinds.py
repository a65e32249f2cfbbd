"""Every kind of question."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from rolecall.quiz._arranging import Match, Order
from rolecall.quiz._choosing import Choice, Multi
from rolecall.quiz._deciding import Decide, Policy
from rolecall.quiz._filling import Blanks, Cli, Numeric

Question = Annotated[
    Choice | Multi | Blanks | Order | Match | Numeric | Cli | Policy | Decide, Field(discriminator="kind")
]
_ADAPTER: TypeAdapter[Question] = TypeAdapter(Question)


def question_of(value: dict[str, Any]) -> Question:
    """A question from its fields.

    Raises
    ------
    ValueError
        When they make none.
    """
    return _ADAPTER.validate_python(value)
