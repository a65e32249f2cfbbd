"""Renders what a question displays as HTML, for every kind of question in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolecall.presentation.markdown import to_html, to_inline_html
from rolecall.quiz import BlockMarkdown, DisplayValue, GradedAnswer, InlineMarkdown, Question


def answer_area(question: Question, last: GradedAnswer | None, *, with_key: bool) -> dict[str, Any]:
    """Return what a card draws of a question besides its prompt, as JSON with HTML in it.

    Parameters
    ----------
    last
        The last answer, whose feedback may show.
    with_key
        Whether the right answer may show.
    """
    display = question.display(last.answer if last else None, due=with_key)
    return {name: _rendered(value) for name, value in display.items()}


def _rendered(value: DisplayValue) -> Any:
    match value:
        case BlockMarkdown():
            return to_html(value)
        case InlineMarkdown():
            return to_inline_html(value)
        case str() | bool() | None:
            return value
        case Mapping():
            return {name: _rendered(one) for name, one in value.items()}
        case _:
            return [_rendered(one) for one in value]


def right_answer_html(question: Question, answer: str) -> str:
    """Return a right answer, for a question whose answer may show."""
    return to_html(question.describe_answer(answer))
