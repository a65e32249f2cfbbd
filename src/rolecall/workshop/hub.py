"""Authenticate users of JupyterHub with its OAuth provider.

https://jupyterhub.readthedocs.io/en/stable/reference/services.html
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from typing import Any


class Hub:
    """The JupyterHub that runs this service.

    Parameters
    ----------
    instructors
        The names of users and groups that are instructors, in addition to the Hub's admins.
    """

    def __init__(self, instructors: Collection[str]) -> None:
        # Only a service of a Hub needs JupyterHub installed.
        from jupyterhub.services.auth import HubOAuth  # noqa: PLC0415

        self._auth = HubOAuth()
        self._instructors = frozenset(instructors)

    @property
    def prefix(self) -> str:
        """The path at which the Hub's proxy serves this service, such as ``/services/rolecall``."""
        return str(self._auth.base_url).rstrip("/")

    def user_of_token(self, token: str) -> dict[str, Any] | None:
        """Return the user model for a token, or ``None`` if the token has no access to this service."""
        found = self._auth.user_for_token(token)
        return found if found and self._auth.check_scopes(self._auth.access_scopes, found) else None

    def login(self) -> tuple[str, str]:
        """Start to sign a browser in.

        Returns
        -------
        tuple
            The Hub's address to redirect to, and the ``state`` that the browser must come back with.
        """
        state = secrets.token_urlsafe(32)
        address = self._auth.login_url
        return f"{address}&state={state}" if "?" in address else f"{address}?state={state}", state

    def user_of_code(self, code: str) -> dict[str, Any] | None:
        """Return the user model for the code that a browser came back with, or ``None``."""
        return self.user_of_token(self._auth.token_for_code(code))

    def is_instructor(self, user: dict[str, Any]) -> bool:
        """Whether a user of the Hub is an instructor here."""
        names = {str(user.get("name")), *map(str, user.get("groups", []))}
        return bool(user.get("admin")) or bool(names & self._instructors)


def hub_of(instructors: Collection[str]) -> Hub | None:
    """Return the Hub if this process is one of its services."""
    return Hub(instructors) if os.environ.get("JUPYTERHUB_SERVICE_PREFIX") else None
