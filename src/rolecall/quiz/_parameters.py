"""The parameters of a question that varies: the values that its templates are filled with."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from rolecall.quiz.fields import Model, Text


class IntegerRange(Model):
    """Integers from one to another, both included."""

    first: int = Field(alias="from")
    last: int = Field(alias="to")
    step: int = Field(default=1, ge=1)


class Expression(Model):
    """A value computed from other parameters, by a Jinja2 expression such as ``hours * 3600``."""

    let: Text


class GeneratedName(Model):
    """A made-up name of an account, user, role, or bucket."""

    kind: Literal["account", "user", "role", "bucket"]


Parameter = (
    list[str | int | float | bool | dict[str, Any] | list[Any]] | IntegerRange | GeneratedName | Expression
)
"""How a parameter gets its value: one of a list, or as the model says."""
