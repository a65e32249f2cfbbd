"""What all formats share: creating questions from imported fields, and preparing questions for export."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from rolecall.quiz._bank import Bank
from rolecall.quiz._numbers import decimal_text, exact, is_decimal, stored
from rolecall.quiz._variants import variant
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.kinds import BaseQuestion, Blanks, Decide, Numeric, Question, question_of

TODO = "TODO"
ONE_LIST = "which answers belong to which blank; all of them are offered for every blank"
Fields = dict[str, Any]
"""A question's fields, as its YAML has them."""

_DEFAULTS: Fields = {
    "difficulty": "medium",
    "skill": "imported",
    "hint": TODO,
    "solution": [TODO],
    "quick_check": TODO,
    "common_mistakes": [TODO],
}
_DECIMAL = re.compile(r"[-+]?(?:\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})(?:[eE][-+]?\d{1,3})?", re.ASCII)
_PICTURE = re.compile(r"!\[([^\]]*)\]\((?!https?:)([^)\s][^)]*)\)")
_ABOUT_OTHERS = re.compile(r"\W*(?:all|none|both|neither|any)\s+of\s+(?:the|these|those)\b", re.I)
"""How a last option begins that says something about the others, which must stay before it."""
_WILDCARD = re.compile(r"(?<!\\)\*")
_PARTS = {"choice": "options", "multi": "options", "order": "items", "match": "pairs"}


class Drafts:
    """Create questions from the fields that a file has.

    Parameters
    ----------
    losses
        Where missing fields are listed.
    keeps_pictures
        Whether the file is one that Rolecall exported, whose pictures are files of the course.
    """

    def __init__(self, losses: Losses, *, keeps_pictures: bool = False) -> None:
        self.questions: list[Question] = []
        self._losses = losses
        self._keeps_pictures = keeps_pictures
        self._taken: set[str] = set()

    def add(self, name: str, fields: Fields) -> None:
        """Add a question. Missing fields get a TODO, and are listed as losses."""
        if not fields.get("kind"):
            raise Refused("it doesn't say which kind it is")
        if not self._keeps_pictures:
            fields = _without_pictures(fields)
        fields = {**fields, "skill": _slug(str(fields.get("skill") or ""))}
        if fields["kind"] == "numeric":
            fields["why"] = fields.get("why") or TODO
        options = fields.get("options", [])
        if options and _ABOUT_OTHERS.match(str(options[-1].get("text"))):
            options[-1]["last"] = True
        for option in options:
            if "misconception" in option:
                option["misconception"] = _slug(option["misconception"])
        fields = {"id": self._identifier(fields.get("id") or name), **_without_id(fields)}
        missing = [field for field in _DEFAULTS if not fields.get(field)]
        parts = fields.get(_PARTS.get(fields["kind"], ""), [])
        for number, part in enumerate(parts, start=1):
            if any(part.get(text) == "" for text in ("text", "left", "right")):
                raise Refused(
                    f"part {number} of its answers has no text; a bank can't have a picture there"
                )
        if any(not part.get("why") for part in parts):
            missing.append("why each part is right or wrong")
        for part in parts:
            part["why"] = part.get("why") or TODO
        fields = {**fields, **{field: _DEFAULTS[field] for field in missing if field in _DEFAULTS}}
        try:
            question = question_of(fields)
            problem = next(
                (f"{'.'.join(map(str, where))}: {text}" for where, text in question.problems()), None
            )
        except ValidationError as error:
            problem = "; ".join(
                f"{'.'.join(map(str, one['loc'])) or 'kind'}: {one['msg']}" for one in error.errors()
            )
        if problem is not None:
            raise Refused(f"it isn't a valid {fields['kind']} ({problem})")
        self.questions.append(question)
        if missing:
            self._losses.add(question.id, f"to write, because the file lacks it: {', '.join(missing)}")

    def _identifier(self, name: str) -> str:
        slug = _slug(name) or "question"
        free, number = slug, 1
        while free in self._taken:
            number += 1
            free = f"{slug}-{number}"
        self._taken.add(free)
        return free


def _without_pictures(value: Any) -> Any:
    """Replace pictures, which aren't imported, by what they show; a text that is only one is empty."""
    match value:
        case dict():
            return {key: _without_pictures(one) for key, one in value.items()}
        case list():
            return [_without_pictures(one) for one in value]
        case str():
            text = _PICTURE.sub(
                lambda found: f"(picture: {found[1].strip() or _file_name(found[2])})", value
            )
            only = _PICTURE.fullmatch(value.strip())
            return "" if only and not only[1].strip() else text
        case _:
            return value


def _file_name(source: str) -> str:
    return "embedded" if source.startswith("data:") else source.split(maxsplit=1)[0].rpartition("/")[2]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def _without_id(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name != "id"}


def decimal(text: str, form: str) -> Fraction:
    """Read a number of another format, which has a decimal point and no separators.

    Raises
    ------
    Refused
        If it isn't one; a format that reads ``3,14`` as 3 has no such number.
    """
    if not _DECIMAL.fullmatch(text.strip()):
        raise Refused(f"{text!r} isn't a number in {form}, such as 3.14")
    return exact(text.strip())


NumberAnswer = tuple[Fraction, Fraction, float, str]
"""The middle, the tolerance, the share of the mark in percent, and the feedback of an answer."""


def number_of(answers: Iterable[NumberAnswer], name: str, losses: Losses) -> Fields:
    """Create the fields of a numeric question.

    Raises
    ------
    Refused
        If no answer is right.
    """
    answers = list(answers)
    full = [one for one in answers if one[2] >= 100]
    if not full:
        raise Refused("no number is right")
    if any(width < 0 for _, width, _, _ in answers):
        raise Refused("its range ends before it begins")
    # An answer and a range around it, as some programs write them, are the range.
    right = [
        one
        for place, one in enumerate(full)
        if not any(
            _contains(other, one) and (other[:2] != one[:2] or at < place) for at, other in enumerate(full)
        )
    ]
    middle, tolerance, _, why = right[0]
    wrong = []
    for value, width, share, feedback in answers:
        if share >= 100:
            why = why or feedback
            continue
        shown = _shown(value, width)
        if share or any(abs(value - one[0]) <= one[1] for one in right):
            losses.add(name, f"the answer {shown} with {share:g} %: {feedback}".removesuffix(": "))
            continue
        wrong.append({"value": stored(value), "why": feedback or TODO})
        if width != tolerance:
            losses.add(name, f"the tolerance of the wrong answer {shown}")
    return {
        "kind": "numeric",
        "answer": stored(middle),
        "tolerance": _stored_tolerance(tolerance),
        "also_right": [
            {
                "value": stored(value),
                "tolerance": _stored_tolerance(width),
                **({"why": feedback} if feedback not in ("", why) else {}),
            }
            for value, width, _, feedback in right[1:]
        ],
        "why": why or TODO,
        "wrong": wrong,
    }


def _stored_tolerance(tolerance: Fraction) -> int | float:
    nearest = stored(tolerance)
    if isinstance(nearest, str):
        # No decimal equals a third; the next larger one keeps both ends of the range.
        nearest = float(tolerance)
        nearest = nearest if exact(nearest) >= tolerance else math.nextafter(nearest, math.inf)
    return nearest


def _contains(one: NumberAnswer, other: NumberAnswer) -> bool:
    return abs(one[0] - other[0]) + other[1] <= one[1]


def _shown(value: Fraction, width: Fraction) -> str:
    return f"{decimal_text(value)}{f' ± {decimal_text(width)}' if width else ''}"


def number_text(value: float | str) -> str:
    """Write a number of a bank as a decimal, with all its digits."""
    return decimal_text(exact(value))


def rounded(question: Numeric) -> Iterator[str]:
    """Yield the numbers that no decimal equals, as losses."""
    right = [one.value for one in question.right_numbers()]
    for value in (*right, *(one.value for one in question.wrong)):
        if not is_decimal(exact(value)):
            yield f"the number {value} except its first digits, {number_text(value)}"


def blank_of(
    answers: Iterable[tuple[str, float, str]],
    name: str,
    losses: Losses,
    *,
    match_case: bool,
    wildcards: bool = False,
) -> Fields:
    """Create the fields of a blank.

    Parameters
    ----------
    answers
        Text, share of the mark in percent, and feedback of each answer.
    wildcards
        Whether the format has texts with wildcards, as Moodle's short answers do: an asterisk stands for
        any text, unless a backslash is before it.
    """
    accept, why, wrong = [], "", {}
    answers = list(answers)
    if wildcards:
        for text in (text for text, _, _ in answers if _WILDCARD.search(text) and text != "*"):
            losses.add(name, f"the wildcard * in the answer {text!r}; here it is a literal asterisk")
    for text, share, feedback in answers:
        if text == "*" and share >= 100 and wildcards:
            losses.add(name, "that any other text is right (*)")
        elif share >= 100:
            accept.append(text)
            why = why or feedback
        elif text == "*" or share > 0 or text in accept:
            losses.add(name, f"the answer {text} with {share:g} %: {feedback}".removesuffix(": "))
        else:
            wrong[text] = {"why": feedback or TODO}
    if wildcards:
        accept = [text.replace(r"\*", "*") for text in accept]
        wrong = {text.replace(r"\*", "*"): why for text, why in wrong.items()}
    if not accept:
        raise Refused("no text is right")
    return {"accept": accept, "why": why or TODO, "wrong": wrong, "match_case": match_case}


def ready(
    bank: Bank, losses: Losses, kinds: tuple[type[BaseQuestion], ...], carried: frozenset[str]
) -> Iterator[Question]:
    """Yield one variant of each question whose kind a format supports; list the others as losses.

    Parameters
    ----------
    carried
        What the format can represent, of ``id, difficulty, skill, hint, closing, parts, unit, tokens,
        misconceptions``. ``closing`` is the solution, the quick check, the common mistakes, and the
        references; ``parts`` is the feedback on the items of an order and the pairs of a match.
    """
    for question in bank.questions:
        if not isinstance(question, kinds):
            losses.add(question.id, f"the whole question: the format has nothing like {question.kind}")
            continue
        one = question
        if question.vary and not isinstance(question, Decide):
            losses.add(question.id, "its variants, except one")
            one = variant(question, 0)
        losses.each(question.id, _lost(one, carried))
        yield one


def _lost(question: Question, carried: frozenset[str]) -> Iterator[str]:
    yield from (field for field in ("id", "difficulty", "skill", "hint") if field not in carried)
    if "closing" not in carried:
        yield "solution, quick check, common mistakes, and references"
    if question.proof is not None:
        yield "the proof"
    if question.claims is not None:
        yield "why no call can prove the answer"
    if "misconceptions" not in carried and any(True for _ in question.named_misconceptions()):
        yield "which misconception a wrong answer shows"
    if question.kind in ("order", "match") and "parts" not in carried:
        yield "why each part is in its place"
    if isinstance(question, Numeric) and question.units and "unit" not in carried:
        yield "units other than the first"
    if isinstance(question, Blanks) and question.tokens and "tokens" not in carried:
        yield "the pieces to drag; learners type into the blanks"


_QUICK, _MISTAKES, _SEE = "**Quick check.**", "**Common mistakes.**", "**See also.**"


def closing_text(question: Question) -> str:
    """Write the solution, the quick check, the common mistakes, and the references as one Markdown text."""
    lines = [f"{number}. {step}" for number, step in enumerate(question.solution, start=1)]
    lines += ["", f"{_QUICK} {question.quick_check}", "", _MISTAKES, ""]
    lines += [f"- {one}" for one in question.common_mistakes]
    if question.references:
        lines += ["", _SEE, "", *(f"- <{one}>" for one in question.references)]
    return "\n".join(lines)


def read_closing(text: str) -> Fields:
    """Read the fields of a closing text; a text that Rolecall didn't write is a solution of one step."""
    text = text.strip()
    if not text:
        return {}
    if _QUICK not in text or _MISTAKES not in text:
        return {"solution": [text]}
    steps, rest = text.split(_QUICK, 1)
    quick, rest = rest.split(_MISTAKES, 1)
    mistakes, _, see = rest.partition(_SEE)
    return {
        "solution": _listed(steps, r"\d+\.\s+"),
        "quick_check": quick.strip(),
        "common_mistakes": _listed(mistakes, r"[-*]\s+"),
        "references": re.findall(r"https://[^\s<>\])]+", see),
    }


def _listed(text: str, mark: str) -> list[str]:
    return [one.strip() for one in re.split(rf"(?m)^\s*{mark}", text) if one.strip()]
