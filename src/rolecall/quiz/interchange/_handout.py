"""A page to print, with the questions alone, or with the right answers and explanations after them."""

from __future__ import annotations

from html import escape

from rolecall.quiz._bank import Bank
from rolecall.quiz._numbers import written
from rolecall.quiz._variants import variant
from rolecall.quiz.interchange._html import to_html
from rolecall.quiz.interchange._losses import Losses
from rolecall.quiz.kinds import Decide, Numeric, Question

_STYLE = """
body { font: 11pt/1.45 system-ui, sans-serif; margin: 2cm auto; max-width: 17cm; padding: 0 1em }
section { break-inside: avoid; margin: 1.5em 0 }
h2 { font-size: 1.1em }
pre { background: #f4f4f4; padding: 0.6em; white-space: pre-wrap }
.space { border-bottom: 1px solid; height: 3em }
.key { break-before: page }
@media print { body { margin: 0; max-width: none } }
"""


def write(bank: Bank, losses: Losses) -> bytes:
    """Write the questions as a page without their answers."""
    return _page(bank, [])


def write_with_key(bank: Bank, losses: Losses) -> bytes:
    """Write the questions as a page, and then each right answer with its explanation."""
    key = [_section(number, _answer(question)) for number, question in enumerate(_questions(bank), start=1)]
    return _page(bank, ['<h1 class="key">Answers</h1>', *key])


def _questions(bank: Bank) -> list[Question]:
    return [variant(one, 0) if one.vary and not isinstance(one, Decide) else one for one in bank.questions]


def _page(bank: Bank, key: list[str]) -> bytes:
    title = escape(bank.title)
    questions = [
        _section(number, _question(question)) for number, question in enumerate(_questions(bank), start=1)
    ]
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        f'<head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>',
        f"<body><h1>{title}</h1>",
        *questions,
        *key,
        "</body></html>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _section(number: int, content: str) -> str:
    return f"<section><h2>Question {number}</h2>\n{content}\n</section>"


def _question(question: Question) -> str:
    lines = "\n".join(question.terminal_lines())
    space = "" if lines else '<p class="space"></p>'
    return f"{to_html(question.prompt)}\n{to_html(lines)}{space}"


def _answer(question: Question) -> str:
    # The answer of such a question is computed from its policies, so its solution says it.
    answer = "" if isinstance(question, Decide) else question.describe_answer(question.right_answer())
    if isinstance(question, Numeric) and question.also_right:
        answer += f"; also right: {', '.join(written(one.value) for one in question.also_right)}"
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(question.solution, start=1))
    return to_html(f"{answer}\n\n{steps}")
