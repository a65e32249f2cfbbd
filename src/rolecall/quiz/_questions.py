"""What a question is."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, AfterValidator(_said)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Misconception(_Model):
    """A wrong idea that a wrong answer shows, and what puts it right."""

    title: Text
    because: Text


class Expectation(_Model):
    """How a step must end: `ok` names what must be in the answer, `error` the code of the refusal.

    Parameters
    ----------
    message
        A part of the refusal's text.
    """

    ok: list[str] | None = None
    error: str | None = None
    message: str | None = None


class Step(_Model):
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
    """

    actor: str = Field(alias="as")
    call: Annotated[str, AfterValidator(_operation)]
    parameters: dict[str, Any] = Field(default={}, alias="with")
    save: str | None = None
    without: list[Literal["SessionToken"]] = []
    expect: Expectation


class Proof(_Model):
    """Calls that show a question's answer right, in a world."""

    world: str
    steps: list[Step] = Field(min_length=1)


class Option(_Model):
    """One answer to choose, and why it is right or wrong."""

    text: Text
    correct: bool = False
    why: Text
    misconception: str | None = None


class Choice(_Model):
    """A question with one right option.

    Parameters
    ----------
    prompt, hint, quick_check
        Markdown.
    solution
        The steps to the answer.
    """

    id: Slug
    kind: Literal["choice"]
    difficulty: Difficulty
    skill: str
    prompt: Text
    options: list[Option] = Field(min_length=2, max_length=8)
    hint: Text
    solution: list[Text] = Field(min_length=1)
    quick_check: Text
    common_mistakes: list[Text] = Field(min_length=1)
    references: list[Annotated[str, AfterValidator(_https)]] = []
    proof: Proof | None = None

    @property
    def right(self) -> Option:
        """The right option."""
        return next(option for option in self.options if option.correct)


Question = Choice
