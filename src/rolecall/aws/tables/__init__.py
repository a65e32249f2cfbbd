"""What the Service Authorization Reference doesn't say about a service: one YAML file for each service.

The files are named after the service, by botocore's name. Their fields:

``prefix``
    The prefix of the service's IAM actions, if it is not the service's name or signing name.
``by_path``
    Whether an action is the HTTP method of the operation, and the resource its path.
``actions``
    Operations whose action has another name, with that name or a list of names.
``variables``
    Variables in the reference's ARN formats, with the placeholders that fill them; the first one whose
    parameter the operation has is used.
``resources``
    Resource types, with the templates of their ARNs; the first one whose parameters the operation has is
    used.
``operations``
    Operations that don't follow from the reference: a list of permissions, each with ``action``,
    ``resources`` (templates, `` ?`` at the end marks an optional one), ``when`` (parameters of which one
    must be given), and ``unless`` (a parameter that must not be given). If nothing can be filled in with
    ``when``, the permission isn't required.
``keys``
    Condition keys, with the path of the parameter that fills them, or a template if it holds only a part.
``passes``
    Operations that pass a role to a service in another way than `rolecall.aws.passed_roles` finds
    automatically: ``roles`` and ``profiles`` (paths of the parameters), ``to`` (the principal), and
    ``by_name`` (a role may be given by its name). The entry ``*`` has the service's principal, and the
    principals for the names of certain parameters; without ``to``, these parameters pass no role.
``tags``
    The action that creating a resource with tags requires too; ``*`` means all operations that create.

The templates are described in `rolecall.aws.templates`.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, (str, dict)) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Entry(BaseModel):
    """One permission of an operation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: str = ""
    resources: Texts | None = None
    when: str = ""
    unless: str = ""


class Passed(BaseModel):
    """The parameters that pass a role, and the service that it is passed to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str = ""
    roles: Texts = ()
    profiles: Texts = ()
    by_name: bool = False


class Table(BaseModel):
    """The table of one service."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = ""
    by_path: bool = False
    actions: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    variables: dict[str, Texts] = Field(default_factory=dict)
    resources: dict[str, Texts] = Field(default_factory=dict)
    operations: dict[str, Annotated[tuple[Entry, ...], BeforeValidator(_several)]] = Field(
        default_factory=dict
    )
    keys: dict[str, str] = Field(default_factory=dict)
    passes: dict[str, Annotated[tuple[Passed, ...], BeforeValidator(_several)]] = Field(
        default_factory=dict
    )
    tags: dict[str, str] = Field(default_factory=dict)


@lru_cache(maxsize=512)
def table(service: str) -> Table:
    """Return the table of a service, by botocore's name; empty if the service has no file."""
    file = files(__package__) / f"{service}.yaml"
    if not file.is_file():
        return Table()
    return Table.model_validate(yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader) or {})
