"""Variants: the same question with other names, numbers, and policies, drawn by a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, UndefinedError
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rolecall.quiz._judges import Judges
from rolecall.quiz._parameters import Expression, GeneratedName, IntegerRange, Parameter
from rolecall.quiz.kinds import Question, question_of

_USERS = "ana ben chen dana eli fay gus hana ivo jo kim lena max nia oskar pia quinn rosa sam tom"
_ROLES = "auditor backup builder deployer importer reader reporter support web worker"
_BUCKETS = "archive artifacts backups exports images invoices logs media reports uploads"
_NAMES = {"user": _USERS.split(), "role": _ROLES.split(), "bucket": _BUCKETS.split()}


class InvalidTemplate(ValueError):
    """A template that can't be filled; the message says where and why."""


def variant(question: Question, seed: int, judges: Judges | None = None, *, learner: str = "") -> Question:
    """Return the variant of a question for a seed, the same everywhere.

    A question without parameters has one variant. The options and items of each are shuffled by the seed
    and the learner; with neither, they have the same order for everyone.

    Parameters
    ----------
    learner
        A text that differs from learner to learner.

    Raises
    ------
    InvalidTemplate
        If a template names a parameter that `vary` doesn't have, or if the result isn't a valid question.
    """
    order = f"{learner}/{seed}" if learner or seed else ""
    if not question.vary:
        return question.in_order(order)
    drawn = question.draw_variant(lambda key: _drawn(question, random.Random(key)), seed, judges)
    if drawn is None:
        raise InvalidTemplate(
            f"question {question.id!r} has no variant for seed {seed} that has the required outcome"
        )
    return drawn.in_order(order)


def _drawn(question: Question, chance: random.Random) -> Any:
    values: dict[str, Any] = {}
    try:
        for name, how in question.vary.items():
            values[name] = _draw(how, chance, values)
        fields = _filled(question.model_dump(by_alias=True, exclude={"vary"}, exclude_unset=True), values)
        drawn = question_of(fields)
    except (TemplateError, UndefinedError) as error:
        raise InvalidTemplate(f"question {question.id!r}: {error}") from None
    except ValueError as error:
        raise InvalidTemplate(f"question {question.id!r} with {values}: {error}") from None
    if problem := next(drawn.problems(), None):
        raise InvalidTemplate(f"question {question.id!r} with {values}: {problem[1]}")
    return drawn


def _draw(how: Parameter, chance: random.Random, values: Mapping[str, Any]) -> Any:
    if isinstance(how, IntegerRange):
        return chance.randrange(how.first, how.last + 1, how.step)
    if isinstance(how, GeneratedName):
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


# A question is filled for one seed after another, so its templates are compiled once.
@lru_cache(maxsize=4096)
def _expression(text: str) -> TemplateExpression:
    return _environment().compile_expression(text, undefined_to_none=False)


@lru_cache(maxsize=4096)
def _template(text: str) -> Template:
    return _environment().from_string(text)


def _value_of(expression: str, values: Mapping[str, Any]) -> Any:
    value = _expression(expression)(**values)
    if isinstance(value, Undefined):
        str(value)  # raises an UndefinedError that names the parameter
    return value


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """Fill the templates in a part of a question.

    A text that is one expression becomes its value, so that a number or a whole policy can vary.
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
