"""Fields that banks share with other files of a course: IDs, texts, and difficulties."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SLUG_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*"
"""What an ID looks like: lowercase words joined by hyphens."""

Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)
"""Every difficulty, the easiest first."""


def _slug(value: str) -> str:
    if not re.fullmatch(SLUG_PATTERN, value):
        raise ValueError(
            f"{value!r} is not an ID; write lowercase words joined by hyphens, such as first-role"
        )
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("this text is empty; write one")
    return value


def _https(value: str) -> str:
    if not value.startswith("https://"):
        raise ValueError(f"{value!r} is not a reference; write an address that starts with https://")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", value):
        raise ValueError(f"{value!r} is not a parameter's name; use lowercase letters, digits, and _")
    return value


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, AfterValidator(_text)]
HttpsAddress = Annotated[str, AfterValidator(_https)]
VariableName = Annotated[str, AfterValidator(_variable)]


class Model(BaseModel):
    """A part of a bank: unknown fields are mistakes, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class AcceptedChange(Model):
    """Changes to a solution that `rolecall check` would report as cheats, and that the author accepts.

    Parameters
    ----------
    changes
        The changes, in the words of the finding, such as ``Action "s3:GetObject" becomes "s3:Get*"``.
    because
        Why a learner may solve it that way.
    """

    changes: list[Text] = Field(min_length=1)
    because: Text
