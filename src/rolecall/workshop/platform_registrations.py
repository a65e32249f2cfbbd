"""The registrations of this service at learning platforms, from a file and from the configuration page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.database import Database
from rolecall.workshop.tables import PlatformRow

_log = logging.getLogger(__name__)
_HTTP_URL = TypeAdapter(HttpUrl)


def _check_url(text: str) -> str:
    """Check an address, and keep it as it is: platforms compare addresses letter by letter."""
    _HTTP_URL.validate_python(text)
    return text


Address = Annotated[str, Field(max_length=2_000), AfterValidator(_check_url)]


class Platform(BaseModel):
    """The registration of this service at a learning platform.

    Parameters
    ----------
    deployments
        The IDs of the deployments that may launch the service; empty for every deployment of the client ID.
    audience
        The audience of requests for access tokens, for platforms such as D2L Brightspace that expect
        another one than the token address.
    contexts
        The IDs of the platform's courses that may launch the service; empty for any.
    teaching_assistants
        What a teaching assistant is here: ``instructor``, who sees all grades, or ``learner``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    issuer: Annotated[str, Field(min_length=1, max_length=255)]
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    deployments: list[str]
    login_url: Address
    token_url: Address
    keys_url: Address
    audience: Annotated[str, Field(max_length=2_000)] = ""
    contexts: list[str] = []
    teaching_assistants: Literal["instructor", "learner"] = "learner"

    @property
    def origin(self) -> str:
        """The origin of the login page, which frames and messages of the platform come from."""
        return origin_of(self.login_url)


def origin_of(address: str) -> str:
    """Return the scheme, host, and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


_PLATFORMS = TypeAdapter(list[Platform])


class PlatformFile:
    """The registrations of a JSON file, a list of platforms. It is read again when it changes.

    Raises
    ------
    ValidationError
        If the file can't be read at the start; a later file with a mistake changes nothing, and is logged.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._changed = file.stat().st_mtime_ns
        self._platforms = self._read()

    def _read(self) -> list[Platform]:
        return _PLATFORMS.validate_json(self._file.read_bytes())

    def __call__(self) -> list[Platform]:
        """Return the registrations as they are now."""
        try:
            changed = self._file.stat().st_mtime_ns
            if changed != self._changed:
                self._changed = changed
                self._platforms = self._read()
        except (OSError, ValidationError) as problem:
            _log.error("%s is not used as it is now: %s", self._file, problem)
        return self._platforms


class Registrations:
    """The registrations of the file and of the database.

    Parameters
    ----------
    file
        Returns the registrations of the file; ``None`` if there is no file.
    """

    def __init__(self, database: Database, file: Callable[[], list[Platform]] | None = None) -> None:
        self._database = database
        self._file = file or list
        self._saved: list[Platform] = []
        self.refresh()

    def __call__(self) -> list[Platform]:
        """Return the registrations as they are known; those of the file come first."""
        return [*self._file(), *self._saved]

    def refresh(self) -> None:
        """Read the database again: another process of the service may have registered a platform."""
        with self._database.read() as session:
            rows = session.scalars(select(PlatformRow).order_by(PlatformRow.issuer, PlatformRow.client_id))
            self._saved = [Platform.model_validate(one.document) for one in rows]

    @property
    def saved(self) -> list[Platform]:
        """The registrations of the database, which the configuration page can change."""
        return self._saved


def save_platform(session: Session, platform: Platform) -> None:
    """Save a registration; it replaces an earlier one with the same issuer and client ID."""
    document = platform.model_dump(mode="json")
    session.merge(PlatformRow(issuer=platform.issuer, client_id=platform.client_id, document=document))


def remove_platform(session: Session, issuer: str, client_id: str) -> None:
    """Remove a registration from the database."""
    row = session.get(PlatformRow, (issuer, client_id))
    if row is not None:
        session.delete(row)
