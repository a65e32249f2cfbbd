"""JupyterHub's users, by its own OAuth.

https://jupyterhub.readthedocs.io/en/stable/reference/services.html
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from typing import Any


class Hub:
    """The Hub that runs this service, where one does.

    Parameters
    ----------
    instructors
        The names of users and of the Hub's groups that are instructors; the Hub's admins are.
    """

    def __init__(self, instructors: Collection[str]) -> None:
        # Only a service of a Hub needs it.
        from jupyterhub.services.auth import HubOAuth  # noqa: PLC0415

        self._auth = HubOAuth()
        self._instructors = frozenset(instructors)

    @property
    def prefix(self) -> str:
        """Where the Hub's proxy serves this service, such as ``/services/rolecall``."""
        return str(self._auth.base_url).rstrip("/")

    def user_of_token(self, token: str) -> dict[str, Any] | None:
        """Whose token that is; a token of the Hub's that may not reach this service is nobody's."""
        found = self._auth.user_for_token(token)
        return found if found and self._auth.check_scopes(self._auth.access_scopes, found) else None

    def login(self) -> tuple[str, str]:
        """Where a browser goes to be known by the Hub, and the state that it must come back with."""
        state = secrets.token_urlsafe(32)
        address = self._auth.login_url
        return f"{address}&state={state}" if "?" in address else f"{address}?state={state}", state

    def user_of_code(self, code: str) -> dict[str, Any] | None:
        """Who came back from the Hub with a code."""
        return self.user_of_token(self._auth.token_for_code(code))

    def is_instructor(self, user: dict[str, Any]) -> bool:
        """Whether a user of the Hub is an instructor here."""
        names = {str(user.get("name")), *map(str, user.get("groups", []))}
        return bool(user.get("admin")) or bool(names & self._instructors)


def hub_of(instructors: Collection[str]) -> Hub | None:
    """The Hub, where this process is one of its services."""
    return Hub(instructors) if os.environ.get("JUPYTERHUB_SERVICE_PREFIX") else None
