"""Plain tables of questions: a column for the question, one for each option, and one for the key.

Spreadsheets that people write have such columns, and so has Kahoot's template, which names its options
"Answer 1".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rolecall.quiz.interchange._drafts import Drafts, Fields
from rolecall.quiz.interchange._losses import Losses, Refused

_QUESTION = re.compile(r"(question|prompt|question text)\b", re.I)
_OPTION = re.compile(r"(?:option|answer|choice)\s*_?(\d+|[a-z])\b|([a-j])$", re.I)
_KEY = re.compile(r"(correct|key$|answers?$|right|solution$)", re.I)
_EXPLANATION = re.compile(r"(?:answer\s+)?(explanation|feedback|rationale|comment)", re.I)


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which row names the columns of a table of questions; None if no row does.

    Rows above it are instructions: Kahoot's template begins with seven of them.
    """
    for place, row in enumerate(rows):
        roles = _roles(row).values()
        if {"question", "key", "option"} <= set(roles):
            return place
    return None


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


def read_rows(rows: Sequence[tuple[int, Sequence[str]]], losses: Losses) -> Drafts:
    """Read a question from each row below the names of the columns.

    Parameters
    ----------
    rows
        The number of each row's line, and its cells. One of them names the columns.
    losses
        Receives the columns that have no meaning.
    """
    drafts = Drafts(losses)
    header = find_header([row for _, row in rows]) or 0
    columns = rows[header][1]
    roles = _roles(columns)
    losses.each("", (f"the column {column!r}" for column in columns if column and column not in roles))
    keys = {
        text.strip()
        for _, cells in rows[header + 1 :]
        for text in _keys(dict(zip(columns, cells, strict=False)), roles)
    }
    from_zero = "0" in keys and "0" not in map(_label, columns)
    for number, (line, cells) in enumerate(rows[header + 1 :], start=1):
        row = dict(zip(columns, cells, strict=False))
        if not any(row.get(column) for column in roles):
            continue
        with losses.guard(f"question {number}", line):
            drafts.add(f"question {number}", _fields(row, roles, from_zero=from_zero))
    return drafts


def _keys(row: Mapping[str, str], roles: Mapping[str, str]) -> list[str]:
    return [row.get(column) or "" for column, role in roles.items() if role == "key"]


def _fields(row: Mapping[str, str], roles: Mapping[str, str], *, from_zero: bool) -> Fields:
    def cells(role: str) -> list[tuple[str, str]]:
        return [(column, (row.get(column) or "").strip()) for column, one in roles.items() if one == role]

    places = cells("option")
    options = [(column, text) for column, text in places if text]
    key = next((text for _, text in cells("key") if text), "")
    if not key:
        raise Refused("its row doesn't say which answer is right")
    if from_zero and re.fullmatch(r"[\d\s,;|&]+", key) and key not in [text for _, text in options]:
        raise Refused(f"its key {key!r} counts the options from 0, as another row shows; count from 1")
    right = _right(key, places)
    explanation = "\n\n".join(text for _, text in cells("explanation") if text)
    return {
        "kind": "choice" if len(right) == 1 else "multi",
        "prompt": next((text for _, text in cells("question") if text), ""),
        "options": [
            {"text": text, "correct": place in right, "why": ""}
            for place, (_, text) in enumerate(places)
            if text
        ],
        **({"solution": [explanation]} if explanation else {}),
    }


def _right(key: str, options: Sequence[tuple[str, str]]) -> set[int]:
    """Find the right options: by their text, or by the letters or numbers of their columns."""
    texts = [text.casefold() for _, text in options]
    labels = [_label(column) for column, _ in options]
    positions = [str(place) for place in range(1, len(options) + 1)]
    letters = [chr(ord("a") + place) for place in range(len(options))]
    names = re.sub(r"(?i)\b(?:option|answer|choice)[\s_]*(?=\d+\b|[a-z]\b)", "", key)
    words = [word.casefold() for word in re.split(r"[\s,;|&]+", names) if word]
    readings = [{texts.index(key.casefold())}] if key.casefold() in texts else []
    for known in (labels, positions, letters):
        if words and all(word in known for word in words):
            readings.append({known.index(word) for word in words})
    if not readings:
        raise Refused(f"its key {key!r} is neither the text of an option nor its letter or number")
    if any(not options[place][1] for one in readings for place in one):
        raise Refused(f"its key {key!r} names an option that is empty")
    if any(one != readings[0] for one in readings):
        raise Refused(f"its key {key!r} is the text of one option and the letter or number of another")
    return readings[0]


def _label(column: str) -> str:
    found = _OPTION.match(column.strip())
    return (found[1] or found[2]).casefold() if found else ""
