"""Calls that show in a sandbox that a claim is true, and the misconceptions that such calls refute."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from rolecall.quiz.fields import Model, Text


def _operation(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+\.[a-z0-9_]+", value):
        raise ValueError(
            f"{value!r} is not a call; write a boto3 client and its method, such as sts.assume_role"
        )
    return value


NOW = "{{ now }}"
"""In the parameters of a step: the sandbox's time when the call is made, in UTC."""
ACCESS_KEY = re.compile(r"\{\{ access key of (\S+) \}\}")
"""In the parameters of a step: the access key ID of an actor that is a user."""


class Expectation(Model):
    """How a step must end: `ok` says what the response contains, `error` is the code of the error.

    Parameters
    ----------
    ok
        JMESPath expressions, each of which must have a value: a field of the response, or a comparison.
    message
        A part of the error's message.
    """

    ok: list[str] | None = None
    error: str | None = None
    message: str | None = None


class Step(Model):
    """One call of a proof.

    Parameters
    ----------
    actor
        Who calls (`as` in the file).
    call
        A boto3 client and its method.
    parameters
        What the method takes (`with` in the file). In a text, ``{{ now }}`` stands for the sandbox's time,
        and ``{{ access key of ACTOR }}`` for the ID of a user's access key.
    save
        A name under which later steps can use the credentials in the response.
    without
        Which parts of saved credentials are left out.
    minutes_later
        How far the sandbox's clock is advanced before the call.
    """

    actor: str = Field(alias="as")
    call: Annotated[str, AfterValidator(_operation)]
    parameters: dict[str, Any] = Field(default={}, alias="with")
    save: str | None = None
    without: list[Literal["SessionToken"]] = []
    minutes_later: float = Field(default=0, ge=0)
    expect: Expectation = Expectation(ok=[])


class Proof(Model):
    """Calls in a world that show that a question's answer is right."""

    world: str
    steps: list[Step] = Field(min_length=1)


class Misconception(Model):
    """A wrong idea that leads to a wrong answer, and the explanation that corrects it.

    Parameters
    ----------
    experiment
        Calls that show in a sandbox what really happens.
    """

    title: Text
    because: Text
    experiment: Proof | None = None
