"""Tables of what a program can't judge: an author reads the rows from the top, the most doubtful first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from rolecall._yaml import Where
from rolecall.check._loaded_course import LoadedCourse, load_course
from rolecall.check._similarity import Similarity
from rolecall.check._words_of_texts import content_words
from rolecall.course import Course
from rolecall.quiz import Bank, Choice, Question
from rolecall.quiz.kinds import OptionsQuestion

_CLOSEST_PAIRS = 40


@dataclass(frozen=True, slots=True)
class Review:
    """A table to read.

    Parameters
    ----------
    columns
        The names of the columns.
    rows
        The cells of each row, as text.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_json(self) -> str:
        """Write a list of JSON objects, one for each row."""
        objects = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return json.dumps(objects, indent=1, ensure_ascii=False) + "\n"


def review_course(course: Course, name: str) -> Review:
    """Make one of the tables in `REVIEWS`."""
    return REVIEWS[name](load_course(course))


def _misconceptions(loaded: LoadedCourse) -> Review:
    """List the wrong answers that have a misconception; those that share the fewest words with it first."""
    tagged = list(_tagged_answers(loaded))
    described = {idea: f"{title} {because}" for _, _, _, idea, title, because in tagged}
    similarity = Similarity([*described.values(), *(f"{text} {why}" for _, text, why, *_ in tagged)])
    scored = sorted(
        ((similarity(f"{text} {why}", described[idea]), place, text, why, f"{title}. {because}"))
        for place, text, why, idea, title, because in tagged
    )
    return Review(
        ("fit", "place", "answer", "rationale", "misconception"),
        tuple((f"{fit:.2f}", *cells) for fit, *cells in scored),
    )


def _tagged_answers(loaded: LoadedCourse) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield each answer with a misconception: place, answer, rationale, and name, title, and reality."""
    for file, bank in loaded.banks.items():
        for index, question in enumerate(bank.questions):
            for location, name in question.named_misconceptions():
                where: Where = ("questions", index, *location)
                idea = bank.misconceptions[name]
                text, why = _answer(loaded.places.document(file).value, where)
                yield _place(loaded, file, where), text, why, name, idea.title, idea.because


def _answer(document: Any, where: Where) -> tuple[str, str]:
    """Return the wrong answer that has a misconception, and its rationale."""
    for step in where[:-1]:
        document = document[step]
    shown = next((document[one] for one in ("text", "command", "value") if one in document), where[-2])
    return str(shown), str(document.get("why", ""))


def _hints(loaded: LoadedCourse) -> Review:
    """List the hints of questions with options; those with the most words of the right option first."""
    rows = []
    for file, bank in loaded.banks.items():
        for index, question in enumerate(bank.questions):
            if isinstance(question, OptionsQuestion):
                right = " / ".join(one.text for one in question.options if one.correct)
                words = content_words(right) - content_words(question.prompt)
                share = len(words & content_words(question.hint)) / len(words) if words else 0.0
                place = _place(loaded, file, ("questions", index, "hint"))
                rows.append((share, place, question.hint, right, question.prompt))
    return Review(
        ("share", "place", "hint", "right answer", "prompt"),
        tuple((f"{share:.2f}", *cells) for share, *cells in sorted(rows, key=lambda row: -row[0])),
    )


def _duplicates(loaded: LoadedCourse) -> Review:
    """List the pairs of questions, of all banks, that have the most words in common."""
    questions = [
        (_place(loaded, file, ("questions", index, "prompt")), question)
        for file, bank in loaded.banks.items()
        for index, question in enumerate(bank.questions)
    ]
    asked = {place: _asked(question) for place, question in questions}
    similarity = Similarity(asked.values())
    pairs = (
        (similarity(asked[place], asked[other_place]), place, question.prompt, other_place, other.prompt)
        for (place, question), (other_place, other) in combinations(questions, 2)
    )
    closest = sorted(pairs, key=lambda row: -row[0])[:_CLOSEST_PAIRS]
    return Review(
        ("similarity", "place", "prompt", "place of the other", "prompt of the other"),
        tuple((f"{share:.2f}", *cells) for share, *cells in closest),
    )


def _asked(question: Question) -> str:
    """Return what a question asks: its prompt, and its right options or the fields that it has instead."""
    options = question.options if isinstance(question, OptionsQuestion) else []
    fields = question.model_dump_json(
        exclude_unset=True, include={"text", "case", "vary", "allow", "deny", "accept"}
    )
    return " ".join([question.prompt, *(one.text for one in options if one.correct), fields])


def _keys(loaded: LoadedCourse) -> Review:
    """List, for each bank, where its right options are, and how long they are beside the others."""
    return Review(
        ("bank", "what", "count", "of", "by chance"),
        tuple(row for bank in loaded.banks.values() for row in _keys_of(bank)),
    )


def _keys_of(bank: Bank) -> Iterator[tuple[str, ...]]:
    choices = [one for one in bank.questions if isinstance(one, Choice)]
    if not choices:
        return
    chance = f"{sum(1 / len(one.options) for one in choices):.1f}"
    places = Counter(one.options.index(one.right) + 1 for one in choices)
    for place in range(1, max(len(one.options) for one in choices) + 1):
        possible = f"{sum(1 / len(one.options) for one in choices if len(one.options) >= place):.1f}"
        what = f"the right option is written as number {place}"
        yield bank.name, what, str(places[place]), str(len(choices)), possible
    for name, extreme in (("longest", max), ("shortest", min)):
        hits = sum(
            len(one.right.text) == extreme(len(each.text) for each in one.options) for one in choices
        )
        yield bank.name, f"the right option is the {name}", str(hits), str(len(choices)), chance


def _place(loaded: LoadedCourse, file: Path, where: Where) -> str:
    found = loaded.places.at(file, where, "", "")
    return f"{found.file}:{found.line}"


REVIEWS: Mapping[str, Callable[[LoadedCourse], Review]] = {
    "misconceptions": _misconceptions,
    "hints": _hints,
    "duplicates": _duplicates,
    "keys": _keys,
}
"""By name, what makes each table."""
