"""Clients that the calls of proofs, probes, and solutions share.

Creating a boto3 session and a client takes several times as long as a call. A course's check makes
thousands of calls with the keys of a few actors, so clients are kept for as long as their sandbox exists.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import boto3

from rolecall.sandbox.client import Sandbox

_MOST_CLIENTS = 32


class KeyClients:
    """Clients of one sandbox that sign with access keys.

    A machine's credentials come from its endpoint, and each of its sessions must fetch them again.
    """

    def __init__(self) -> None:
        self._session: boto3.Session | None = None
        self._keys: dict[str, Mapping[str, str] | None] = {}
        self._clients: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = Lock()

    def of_actor(self, sandbox: Sandbox, service: str, actor: str) -> Any | None:
        """Return a client that signs with the access key of an actor; None for a machine."""
        if actor not in self._keys:
            environment = sandbox.environment(actor)
            self._keys[actor] = (
                {
                    "AccessKeyId": environment["AWS_ACCESS_KEY_ID"],
                    "SecretAccessKey": environment["AWS_SECRET_ACCESS_KEY"],
                }
                if "AWS_ACCESS_KEY_ID" in environment
                else None
            )
        keys = self._keys[actor]
        return None if keys is None else self.of(sandbox, service, keys)

    def of(self, sandbox: Sandbox, service: str, credentials: Mapping[str, str]) -> Any:
        """Return a client that signs with the ``Credentials`` of a response, or with an access key."""
        key, secret = credentials["AccessKeyId"], credentials["SecretAccessKey"]
        token = credentials.get("SessionToken", "")
        place = (service, key, secret, token)
        with self._lock:
            if place not in self._clients:
                self._session = self._session or sandbox.session(credentials=credentials)
                self._clients[place] = self._session.client(
                    service,
                    aws_access_key_id=key,
                    aws_secret_access_key=secret,
                    aws_session_token=token or None,
                )
            self._clients.move_to_end(place)
            if len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)[1].close()
            return self._clients[place]


_KEPT: WeakKeyDictionary[Sandbox, KeyClients] = WeakKeyDictionary()


def key_clients(sandbox: Sandbox) -> KeyClients:
    """Return the clients of a sandbox."""
    return _KEPT.setdefault(sandbox, KeyClients())
