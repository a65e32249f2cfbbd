"""Clients that the calls of proofs, probes, and solutions share.

Creating a boto3 session and a client takes several times as long as a call. A course's check makes
thousands of calls with the keys of actors and sessions, so clients are kept for as long as their sandbox
exists, and only the keys that they sign with change.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import local
from typing import Any
from weakref import WeakKeyDictionary

import boto3

from rolecall.sandbox.client import Sandbox


class KeyClients:
    """Clients of one sandbox that sign with access keys, one for each service and thread.

    A machine's credentials come from its endpoint, and each of its sessions must fetch them again.
    """

    def __init__(self) -> None:
        self._keys: dict[str, Mapping[str, str] | None] = {}
        self._of_thread = local()

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
        """Return a client that signs with the ``Credentials`` of a response, or with an access key.

        It does so until this thread asks for the next client.
        """
        session = self._session(sandbox, credentials)
        # The session's clients sign with this very object.
        signing: Any = session.get_credentials()
        signing.access_key = credentials["AccessKeyId"]
        signing.secret_key = credentials["SecretAccessKey"]
        signing.token = credentials.get("SessionToken")
        clients: dict[str, Any] = self._of_thread.clients
        if service not in clients:
            clients[service] = session.client(service)
        return clients[service]

    def _session(self, sandbox: Sandbox, credentials: Mapping[str, str]) -> boto3.Session:
        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = sandbox.session(credentials=credentials)
            self._of_thread.clients = {}
        session: boto3.Session = self._of_thread.session
        return session


_KEPT: WeakKeyDictionary[Sandbox, KeyClients] = WeakKeyDictionary()


def key_clients(sandbox: Sandbox) -> KeyClients:
    """Return the clients of a sandbox."""
    return _KEPT.setdefault(sandbox, KeyClients())
