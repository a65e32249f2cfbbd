"""Fetch and keep the public keys of learning platforms."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from rolecall.workshop._platform_requests import send
from rolecall.workshop.lti_claims import LaunchError

_KEYS_SECONDS = 3600.0
_KEYS_AGAIN_SECONDS = 10.0
"""How long neither an unknown key ID nor a platform that didn't answer is a reason to fetch keys again."""


@dataclass(frozen=True, slots=True)
class _FetchedKeys:
    """What a platform answered when its keys were fetched; ``keys`` is ``None`` if there was a problem."""

    at: float
    keys: KeySet | None
    problem: str = ""

    def should_fetch(self, key_id: str) -> bool:
        """Whether the keys are old, or might not be all."""
        age = time.monotonic() - self.at
        ids = [one.kid for one in self.keys.keys] if self.keys is not None else []
        known = bool(ids) and (not key_id or key_id in ids)
        return age > (_KEYS_SECONDS if known else _KEYS_AGAIN_SECONDS)


class PlatformKeys:
    """The public keys of all platforms, fetched once an hour, and when a token names another key."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._fetched: dict[str, _FetchedKeys] = {}
        self._fetching = threading.Lock()

    def of(self, url: str, key_id: str) -> KeySet:
        """Return the keys at an address.

        A launch with a known key doesn't wait for others that make the service fetch keys.

        Raises
        ------
        LaunchError
            If the platform doesn't answer with keys.
        """
        fetched = self._fetched.get(url)
        if fetched is None or fetched.should_fetch(key_id):
            with self._fetching:
                # Another launch may have fetched them meanwhile.
                fetched = self._fetched.get(url)
                if fetched is None or fetched.should_fetch(key_id):
                    fetched = self._fetched[url] = self._fetch(url)
        if fetched.keys is None:
            raise LaunchError(f"the platform's keys cannot be read: {fetched.problem}")
        return fetched.keys

    def _fetch(self, url: str) -> _FetchedKeys:
        try:
            keys = _read_keys(json.loads(send(self._http, "GET", url)))
        except (
            *(httpx.HTTPError, httpx.InvalidURL, JoseError),
            *(ValueError, TypeError, KeyError, AttributeError, RecursionError),
        ) as error:
            return _FetchedKeys(time.monotonic(), None, type(error).__name__)
        return _FetchedKeys(time.monotonic(), keys)


def _read_keys(document: Any) -> KeySet:
    """Return the keys that can be read: platforms publish others, and write null for what a key lacks."""
    given = document["keys"]
    keys: list[Key] = []
    problem: Exception | None = None
    for one in given:
        try:
            keys.append(import_key({name: value for name, value in one.items() if value is not None}))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            problem = error
    if not keys and problem is not None:
        raise problem
    return KeySet(keys)
