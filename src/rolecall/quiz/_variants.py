"""Variants: the same question with other names, numbers and policies, drawn by a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, UndefinedError
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rolecall.quiz._deciding import Decide
from rolecall.quiz._judges import Judges
from rolecall.quiz._kinds import Question, question_of
from rolecall.quiz._questions import Expression, Made, Range

_USERS = "ana ben chen dana eli fay gus hana ivo jo kim lena max nia oskar pia quinn rosa sam tom"
_ROLES = "auditor backup builder deployer importer reader reporter support web worker"
_BUCKETS = "archive artifacts backups exports images invoices logs media reports uploads"
_NAMES = {"user": _USERS.split(), "role": _ROLES.split(), "bucket": _BUCKETS.split()}
_TRIES = 400


class BadTemplate(ValueError):
    """A template that cannot be filled; the text says where and why."""


def variant(question: Question, seed: int, judges: Judges | None = None) -> Question:
    """The variant of a question for a seed: the same everywhere; the question itself where nothing varies.

    Of a `Decide` that names outcomes to balance, each seed in turn has the next of them.

    Raises
    ------
    BadTemplate
        For a template that names what `vary` does not give, or makes a question that is none.
    """
    if not question.vary:
        return question
    if not isinstance(question, Decide) or not question.balance:
        return _drawn(question, random.Random(f"{question.id}/{seed}"))
    wanted = question.balance[seed % len(question.balance)]
    for attempt in range(_TRIES):
        drawn = _drawn(question, random.Random(f"{question.id}/{seed}/{attempt}"))
        if isinstance(drawn, Decide) and drawn.ruling(judges).outcome == wanted:
            return drawn
    raise BadTemplate(f"question {question.id!r} has no variant that is {wanted}")


def _drawn(question: Question, chance: random.Random) -> Question:
    values: dict[str, Any] = {}
    try:
        for name, how in question.vary.items():
            values[name] = _draw(how, chance, values)
        filled = _filled(question.model_dump(by_alias=True, exclude={"vary"}, exclude_unset=True), values)
        drawn = question_of(filled)
    except (TemplateError, UndefinedError) as error:
        raise BadTemplate(f"question {question.id!r}: {error}") from None
    except ValueError as error:
        raise BadTemplate(f"question {question.id!r} with {values}: {error}") from None
    if problem := next(drawn.problems(), None):
        raise BadTemplate(f"question {question.id!r} with {values}: {problem[1]}")
    return drawn


def _draw(how: Any, chance: random.Random, values: Mapping[str, Any]) -> Any:
    if isinstance(how, Range):
        return chance.randrange(how.first, how.last + 1, how.step)
    if isinstance(how, Made):
        if how.kind == "account":
            return f"{chance.randrange(10**11, 10**12)}"
        taken = set(map(str, values.values()))
        return chance.choice([name for name in _NAMES[how.kind] if name not in taken])
    if isinstance(how, Expression):
        return _value_of(how.let, values)
    return chance.choice(how)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


# A question is filled for seed after seed, and its templates are compiled once.
@lru_cache(maxsize=4096)
def _expression(text: str) -> TemplateExpression:
    return _environment().compile_expression(text, undefined_to_none=False)


@lru_cache(maxsize=4096)
def _template(text: str) -> Template:
    return _environment().from_string(text)


def _value_of(expression: str, values: Mapping[str, Any]) -> Any:
    value = _expression(expression)(**values)
    if isinstance(value, Undefined):
        str(value)  # says which name it is that nobody gave
    return value


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A part of a question with its templates filled in.

    A text that is one expression becomes its value, so that a number or a whole policy can be drawn.
    """
    if isinstance(value, dict):
        return {_filled(key, values): _filled(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    text = value.strip()
    if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1:
        return _value_of(text[2:-2].strip(), values)
    return _template(value).render(**values) if "{{" in value or "{%" in value else value
