"""The claims of a launch by LTI 1.3: which a token must have, and what they say about a person.

https://www.imsglobal.org/spec/lti/v1p3/#required-message-claims
"""

from __future__ import annotations

import base64
import json
import unicodedata
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rolecall.workshop._input_limits import BadInput, check_storable

RESOURCE_LINK, DEEP_LINKING = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEACHING = ("Instructor", "Administrator")
_ASSISTANTS = ("TeachingAssistant", "TeachingAssistantGroup", "TeachingAssistantOffering")
_LONGEST_NAME = 60


def _as_text(value: Any) -> Any:
    """Return a number as text: some platforms send numbers as IDs."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_object(value: Any) -> Any:
    """Return ``None`` for an empty list or text, as which PHP and others write an object without fields."""
    return None if value in ([], "") else value


def _as_texts(value: Any) -> Any:
    """Return one text, or texts that commas or spaces separate, as a list, and leave out nulls."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [one for one in value if one is not None] if isinstance(value, list) else value


_OBJECT = BeforeValidator(_as_object)
_Name = Annotated[str, BeforeValidator(_as_text), Field(max_length=255)]
Texts = Annotated[list[str], BeforeValidator(_as_texts)]
"""Texts as platforms send them."""
_Address = Annotated[str, Field(max_length=2_000)]


class LaunchError(ValueError):
    """A launch is not valid; the message says why."""


class MalformedLaunch(LaunchError):
    """A token is not one that any platform makes; the message says why."""


class ContextRole(StrEnum):
    """What a person is in the course that a launch comes from."""

    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    LEARNER = "learner"


class _Endpoint(BaseModel):
    """The claim of the Assignment and Grade Services."""

    scope: Texts | None = None
    lineitem: _Address | None = None
    lineitems: _Address | None = None


class _Context(BaseModel):
    """The claim of the course that a launch comes from."""

    id: _Name


class _ResourceLink(BaseModel):
    """The claim of the link that was launched. Blackboard has left it out."""

    id: _Name | None = None


class _ClassList(BaseModel):
    """The claim of the Names and Role Provisioning Services."""

    context_memberships_url: _Address | None = None


class _Lis(BaseModel):
    """The claim of the student information system."""

    person_sourcedid: _Name | None = None


class _Moodle(BaseModel):
    """Moodle's extension: the name that a user signs in with."""

    user_username: _Name | None = None


class DeepLinkingSettings(BaseModel):
    """What a platform accepts of an instructor who picks content.

    https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-settings
    """

    deep_link_return_url: _Address
    accept_types: Texts
    accept_multiple: bool | None = None
    accept_lineitem: bool | None = None
    data: Annotated[str, Field(max_length=8_000)] | None = None


class Claims(BaseModel):
    """The claims that the service reads, with the types that the specification gives them.

    Platforms leave out optional claims, or send them as null.
    """

    model_config = ConfigDict(strict=True)

    iss: _Name
    aud: str | list[str]
    nonce: _Name
    sub: _Name = ""
    azp: str | None = None
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    version: str = Field(default="", alias="https://purl.imsglobal.org/spec/lti/claim/version")
    message_type: str = Field(default="", alias="https://purl.imsglobal.org/spec/lti/claim/message_type")
    deployment_id: _Name = Field(
        default="", alias="https://purl.imsglobal.org/spec/lti/claim/deployment_id"
    )
    roles: Texts | None = Field(default=None, alias="https://purl.imsglobal.org/spec/lti/claim/roles")
    context: Annotated[_Context | None, _OBJECT] = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti/claim/context"
    )
    resource_link: Annotated[_ResourceLink | None, _OBJECT] = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti/claim/resource_link"
    )
    custom: Annotated[dict[str, Any] | None, _OBJECT] = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti/claim/custom"
    )
    lis: Annotated[_Lis | None, _OBJECT] = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti/claim/lis"
    )
    moodle: Annotated[_Moodle | None, _OBJECT] = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti/claim/ext"
    )
    endpoint: Annotated[_Endpoint | None, _OBJECT] = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
    )
    class_list: Annotated[_ClassList | None, _OBJECT] = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
    )
    deep_linking: DeepLinkingSettings | None = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
    )

    @property
    def role(self) -> ContextRole:
        """What the person is in the course; see `context_role`."""
        return context_role(self.roles or [])

    @property
    def display_name(self) -> str:
        """The person's name; see `display_name`."""
        return display_name(self.name, self.given_name, self.family_name)

    @property
    def login(self) -> str:
        """The name or number that the institution knows the person by; empty if the platform sends none."""
        username = self.moodle.user_username if self.moodle is not None else None
        return username or (self.lis.person_sourcedid if self.lis is not None else None) or ""

    @property
    def line_item(self) -> str:
        """The address of the line item for the score; empty if the link takes no score."""
        endpoint = self.endpoint or _Endpoint()
        return (endpoint.lineitem or "") if SCORE in (endpoint.scope or []) else ""

    @property
    def line_items(self) -> str:
        """The address where a line item can be created; empty if the platform doesn't allow it."""
        endpoint = self.endpoint or _Endpoint()
        can_create = {SCORE, LINE_ITEM} <= set(endpoint.scope or [])
        return (endpoint.lineitems or "") if can_create else ""

    @property
    def members(self) -> str:
        """The address of the class list; empty if the platform doesn't show it."""
        return (self.class_list.context_memberships_url or "") if self.class_list is not None else ""

    def custom_text(self, name: str) -> str:
        """Return a custom parameter of the link; empty if it has none."""
        # Platforms change the case of names, and keep the line break of the field where they are typed.
        custom = {key.strip().lower(): value for key, value in (self.custom or {}).items()}
        return str(custom.get(name) or "").strip()[:200]


def display_name(name: str | None, given_name: str | None, family_name: str | None) -> str:
    """Return a person's name without characters that can't be seen; empty if the platform sends none."""
    parts = [name] if name else [given_name, family_name]
    text = unicodedata.normalize("NFC", " ".join(part for part in parts if part))
    # Marks of the writing direction and joiners of emoji can hide what a name is.
    visible = "".join(one for one in text if one.isprintable() or one.isspace())
    return " ".join(visible.split())[:_LONGEST_NAME].strip()


def context_role(roles: list[str]) -> ContextRole:
    """Decide by the roles in the course alone; a role in the institution gives nothing in a course.

    Platforms send a sub-role together with its principal role, so that a teaching assistant comes as an
    instructor too. Some send the simple name of a role.
    https://www.imsglobal.org/spec/lti/v1p3/#role-vocabularies

    Parameters
    ----------
    roles
        The values of the claim ``roles``.
    """
    principal, sub_roles = set[str](), set[str]()
    for role in roles:
        base, _, name = role.rpartition("#")
        if base in ("", _MEMBERSHIP):
            (sub_roles if name in _ASSISTANTS else principal).add(name)
        elif base.startswith(f"{_MEMBERSHIP}/") and base.removeprefix(f"{_MEMBERSHIP}/") in _TEACHING:
            sub_roles.add(name)
    if sub_roles - set(_ASSISTANTS):
        return ContextRole.INSTRUCTOR
    if sub_roles:
        return ContextRole.ASSISTANT
    return ContextRole.INSTRUCTOR if principal & set(_TEACHING) else ContextRole.LEARNER


def parse_claims(claims: Any) -> Claims:
    """Read the claims of a token.

    Raises
    ------
    MalformedLaunch
        If a claim has a wrong type, or a value that no database stores.
    """
    try:
        read = Claims.model_validate(claims)
        # Platforms add claims that the service doesn't read, with any values.
        check_storable(read.model_dump(exclude={"custom"}))
        check_storable([read.custom_text("assessment"), read.custom_text("lesson")])
    except ValidationError as error:
        where = ", ".join(".".join(str(part) for part in one["loc"]) for one in error.errors())
        raise MalformedLaunch(f"the token has claims of a wrong type: {where}") from None
    except BadInput as error:
        raise MalformedLaunch(f"the token can't be read: {error}") from None
    return read


def read_unverified(token: str) -> tuple[str, Claims]:
    """Return a token's key ID and claims before its signature is verified.

    Raises
    ------
    MalformedLaunch
        If it isn't a token.
    """
    try:
        header, claims = (
            json.loads(base64.urlsafe_b64decode(f"{part}{'=' * (-len(part) % 4)}"))
            for part in token.split(".")[:2]
        )
        key_id = header.get("kid") or ""
    except (ValueError, AttributeError, RecursionError):
        raise MalformedLaunch("the platform's token is not a JSON Web Token") from None
    return str(key_id), parse_claims(claims)
