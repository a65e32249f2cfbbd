"""The messages in `src` have no discouraged words and no long sentences, as `docs/` and the help texts do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from rolecall.check._style import discouraged_words, style_problems

SOURCE = Path(__file__).parents[1] / "src" / "rolecall"
NAMES = {"message", "problem", "rule", "detail"}
"""Variables that hold a message before it is raised or reported."""


def text_of(node: ast.expr | None) -> str:
    """Return a text of the source; what an f-string inserts counts as code."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(one) if isinstance(one, ast.Constant) else "`x`" for one in parts)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return text_of(left) + text_of(right)
    return ""


def messages(source: str) -> Iterator[str]:
    """Yield the texts of raised errors, reported problems, and options of commands."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Raise(exc=ast.Call(args=values, keywords=keywords)):
                yield from (text_of(one) for one in [*values, *(each.value for each in keywords)])
            case ast.Call(keywords=keywords):
                yield from (text_of(one.value) for one in keywords if one.arg in ("help", "epilog"))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NAMES:
                yield text_of(value)
            case ast.Yield(value=ast.Tuple(elts=values)):
                yield from (text_of(one) for one in values)


def test_a_message_is_found_where_it_is_raised_reported_or_kept():
    source = 'raise Bad(f"it is refused: {x}")\nproblem = "one " + "two"\ndef f():\n    yield at, "three"\n'

    assert set(messages(source)) - {""} == {"it is refused: `x`", "one two", "three"}


@pytest.mark.slow
def test_no_message_has_a_discouraged_word_or_a_long_sentence():
    found = [
        (file.name, text, problem)
        for file in SOURCE.rglob("*.py")
        for text in messages(file.read_text("utf-8"))
        for problem in style_problems(text, discouraged_words(), 30)
    ]

    assert found == []
