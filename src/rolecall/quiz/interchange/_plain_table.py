"""Plain tables of questions: a column for the question, one for each option, and one for the key.

Spreadsheets that people write have such columns, and so does Kahoot's, which names its options "Answer 1".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rolecall.quiz.interchange._drafts import Drafts, Fields
from rolecall.quiz.interchange._losses import Losses, Refused

_QUESTION = re.compile(r"(question|prompt|question text)\b", re.I)
_OPTION = re.compile(r"(?:option|answer|choice)\s*_?(\d+|[a-z])\b|([a-h])$", re.I)
_KEY = re.compile(r"(correct|key$|answers?$|right|solution$)", re.I)
_EXPLANATION = re.compile(r"(explanation|feedback|rationale|comment)", re.I)


def is_plain_table(columns: Sequence[str]) -> bool:
    """Return whether a table has the columns of questions with options."""
    roles = _roles(columns)
    return "question" in roles.values() and "key" in roles.values() and "option" in roles.values()


def _roles(columns: Sequence[str]) -> dict[str, str]:
    """Return what each known column has: the question, an option, the key, or the explanation."""
    found: dict[str, str] = {}
    for column in columns:
        name = column.strip()
        # "Answer 1" is an option, and "Answer" is the key.
        if _OPTION.match(name):
            found[column] = "option"
        elif _KEY.match(name):
            found[column] = "key"
        elif _QUESTION.match(name):
            found.setdefault(column, "question")
        elif _EXPLANATION.match(name):
            found[column] = "explanation"
    return found


def read_rows(
    columns: Sequence[str], rows: Sequence[tuple[int, Mapping[str, str]]], losses: Losses
) -> Drafts:
    """Read a question from each row; columns that have no meaning are listed as losses."""
    drafts = Drafts(losses)
    roles = _roles(columns)
    losses.each("", (f"the column {column!r}" for column in columns if column and column not in roles))
    for number, (line, row) in enumerate(rows, start=1):
        if not any(value for value in row.values() if isinstance(value, str)):
            continue
        with losses.guard(f"question {number}", line):
            drafts.add(f"question {number}", _fields(row, roles))
    return drafts


def _fields(row: Mapping[str, str], roles: Mapping[str, str]) -> Fields:
    def cells(role: str) -> list[tuple[str, str]]:
        return [(column, (row.get(column) or "").strip()) for column, one in roles.items() if one == role]

    options = [(column, text) for column, text in cells("option") if text]
    key = next((text for _, text in cells("key") if text), "")
    if not key:
        raise Refused("its row doesn't say which answer is right")
    right = _right(key, options)
    explanation = "\n\n".join(text for _, text in cells("explanation") if text)
    return {
        "kind": "choice" if len(right) == 1 else "multi",
        "prompt": next((text for _, text in cells("question") if text), ""),
        "options": [
            {"text": text, "correct": place in right, "why": ""} for place, (_, text) in enumerate(options)
        ],
        **({"solution": [explanation]} if explanation else {}),
    }


def _right(key: str, options: Sequence[tuple[str, str]]) -> set[int]:
    """Find the right options: by their text, or by the letters or numbers of their columns."""
    texts = [text.casefold() for _, text in options]
    if key.casefold() in texts:
        return {texts.index(key.casefold())}
    labels = [_label(column) for column, _ in options]
    positions = [str(place) for place in range(1, len(options) + 1)]
    letters = [chr(ord("a") + place) for place in range(len(options))]
    words = [word.casefold() for word in re.split(r"[\s,;|&]+", key) if word]
    for known in (labels, positions, letters):
        if words and all(word in known for word in words):
            return {known.index(word) for word in words}
    raise Refused(f"its key {key!r} is neither the text of an option nor its letter or number")


def _label(column: str) -> str:
    found = _OPTION.match(column.strip())
    return (found[1] or found[2]).casefold() if found else ""
