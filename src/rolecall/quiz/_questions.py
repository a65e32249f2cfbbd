"""What every question is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rolecall.quiz._judges import Judges

Difficulty = Literal["easy", "medium", "hard"]


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise ValueError(f"{value!r} is no id; lower-case words joined by hyphens are, such as first-role")
    return value


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError("something must be said here")
    return value


def _operation(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+\.[a-z0-9_]+", value):
        raise ValueError(
            f"{value!r} is no call; a boto3 client and its method are, such as sts.assume_role"
        )
    return value


def _https(value: str) -> str:
    if not value.startswith("https://"):
        raise ValueError(f"{value!r} is no reference; an address that begins with https:// is")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", value):
        raise ValueError(f"{value!r} is no name of a parameter; lower-case letters, digits and _ are right")
    return value


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, AfterValidator(_said)]


class Model(BaseModel):
    """A part of a bank: no field that is not known, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Range(Model):
    """Whole numbers from one to another."""

    first: int = Field(alias="from")
    last: int = Field(alias="to")
    step: int = Field(default=1, ge=1)


class Expression(Model):
    """What follows from other parameters: a Jinja2 expression such as ``hours * 3600``."""

    let: Text


class Made(Model):
    """A name that is made up: an account's number, a user's, role's or bucket's name."""

    kind: Literal["account", "user", "role", "bucket"]


Scalar = str | int | float | bool | dict[str, Any] | list[Any]
Vary = list[Scalar] | Range | Made | Expression


class Expectation(Model):
    """How a step must end: `ok` tells what holds of the answer, `error` the code of the refusal.

    Parameters
    ----------
    ok
        JMESPath expressions, each of which gives something: a field that is there, or what is true of it.
    message
        A part of the refusal's text.
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
        What the method takes (`with` in the file).
    save
        A name under which later steps can act with the credentials in the answer.
    without
        Which of such credentials are left out.
    minutes_later
        How much later than the step before it is; the sandbox's clock goes forward.
    """

    actor: str = Field(alias="as")
    call: Annotated[str, AfterValidator(_operation)]
    parameters: dict[str, Any] = Field(default={}, alias="with")
    save: str | None = None
    without: list[Literal["SessionToken"]] = []
    minutes_later: float = Field(default=0, ge=0)
    expect: Expectation = Expectation(ok=[])


class Proof(Model):
    """Calls that show a question's answer right, in a world."""

    world: str
    steps: list[Step] = Field(min_length=1)


class Misconception(Model):
    """A wrong idea that a wrong answer shows, and what puts it right.

    Parameters
    ----------
    experiment
        Calls that show in a sandbox what really happens.
    """

    title: Text
    because: Text
    experiment: Proof | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one part of an answer.

    Parameters
    ----------
    part
        Which part: an option, a blank, a case; Markdown.
    why
        Why it is right or wrong; Markdown.
    """

    part: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What a question says of an answer to it.

    Parameters
    ----------
    score
        From 0 to 1.
    wrong_idea
        The name of the misconception that the answer shows.
    """

    score: float
    remarks: tuple[Remark, ...] = ()
    wrong_idea: str | None = None


Problem = tuple[tuple[str | int, ...], str]
"""Where in a question an author's mistake is, and what would be right."""


class Common(Model):
    """What every question has.

    Parameters
    ----------
    prompt, hint, quick_check
        Markdown.
    solution
        The steps to the answer.
    vary
        What the question's texts may differ in, by name; see `rolecall.quiz.variant`.
    """

    id: Slug
    difficulty: Difficulty
    skill: str
    prompt: Text
    hint: Text
    solution: list[Text] = Field(min_length=1)
    quick_check: Text
    common_mistakes: list[Text] = Field(min_length=1)
    references: list[Annotated[str, AfterValidator(_https)]] = []
    proof: Proof | None = None
    vary: dict[Annotated[str, AfterValidator(_variable)], Vary] = {}

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        """What an answer is worth.

        Raises
        ------
        ValueError
            For what is no answer to this question.
        """
        raise NotImplementedError

    def problems(self) -> Iterator[Problem]:
        """What an author should mend that no type tells."""
        yield from ()

    def wrong_ideas(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The misconceptions that the question names, and where."""
        yield from ()

    def right_answer(self, judges: Judges | None = None) -> str:
        """A right answer, as it is graded."""
        raise NotImplementedError


def read_list(answer: str) -> list[str]:
    """An answer that is a list of texts, in JSON.

    Raises
    ------
    ValueError
        For anything else.
    """
    value = read_json(answer)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("this answer is a list of texts")
    return value


def read_texts(answer: str) -> dict[str, str]:
    """An answer that is texts by name, in JSON.

    Raises
    ------
    ValueError
        For anything else.
    """
    value = read_json(answer)
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError("this answer is an object of texts")
    return value


def read_json(answer: str) -> Any:
    """The value that an answer in JSON is."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise ValueError("this answer is no JSON") from None
