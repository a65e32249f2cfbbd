"""The registrations of this service at learning platforms."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, HttpUrl, TypeAdapter, ValidationError

_log = logging.getLogger(__name__)


class Platform(BaseModel):
    """The registration of this service at a learning platform.

    Parameters
    ----------
    contexts
        The IDs of the platform's courses that may launch the service; empty for any.
    teaching_assistants
        What a teaching assistant is here: ``instructor``, who sees all grades, or ``learner``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    client_id: str
    deployments: list[str]
    login_url: HttpUrl
    token_url: HttpUrl
    keys_url: HttpUrl
    contexts: list[str] = []
    teaching_assistants: Literal["instructor", "learner"] = "learner"


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
