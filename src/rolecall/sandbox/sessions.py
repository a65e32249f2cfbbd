"""The temporary credentials that the sandbox issued."""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from rolecall.iam import Policy
from rolecall.sandbox.moto_state.iam import new_access_key_id


class SessionKind(Enum):
    """The STS operation that created a session."""

    ROLE = "AssumeRole"
    USER = "GetSessionToken"
    FEDERATED = "GetFederationToken"
    ROOT = "AssumeRoot"


@dataclass(frozen=True, slots=True)
class Session:
    """One set of temporary credentials.

    Parameters
    ----------
    arn
        The principal's ARN while the session lasts.
    unique_id
        The id of the role or user behind it; a replaced one ends the session.
    source
        The name of the role or user behind it.
    policies
        The session policies, or empty when none was passed.
    tags
        Session tags.
    instance_arn
        For an instance's credentials, the instance.
    federation
        For a federated session the condition keys of its identity provider that last as long as it does.
    """

    kind: SessionKind
    account: str
    arn: str
    source: str
    unique_id: str
    name: str
    access_key_id: str
    secret_access_key: str
    token: str
    issued: datetime
    expires: datetime
    policies: tuple[Policy, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: frozenset[str] = frozenset()
    source_identity: str | None = None
    chained: bool = False
    mfa: bool = False
    instance_arn: str | None = None
    federation: Mapping[str, str | list[str]] = field(default_factory=dict)


class Sessions:
    """Every session of the sandbox, by access key id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_key: dict[str, Session] = {}

    def create(
        self,
        kind: SessionKind,
        *,
        account: str,
        arn: str,
        source: str,
        unique_id: str,
        name: str,
        now: datetime,
        valid_for: timedelta,
        policies: tuple[Policy, ...] = (),
        tags: Mapping[str, str] | None = None,
        transitive_tags: frozenset[str] = frozenset(),
        source_identity: str | None = None,
        chained: bool = False,
        mfa: bool = False,
        instance_arn: str | None = None,
        federation: Mapping[str, str | list[str]] | None = None,
    ) -> Session:
        """Create a session with its credentials; the parameters are the fields of `Session`."""
        session = Session(
            kind,
            account,
            arn,
            source,
            unique_id,
            name,
            new_access_key_id(account, "ASIA"),
            base64.b64encode(secrets.token_bytes(30)).decode(),
            "IQoJb3JpZ2luX2Vj" + base64.b64encode(secrets.token_bytes(180)).decode(),
            now,
            (now + valid_for).replace(microsecond=0),
            policies,
            dict(tags or {}),
            transitive_tags,
            source_identity,
            chained,
            mfa,
            instance_arn,
            dict(federation or {}),
        )
        with self._lock:
            self._by_key[session.access_key_id] = session
        return session

    def find(self, access_key_id: str) -> Session | None:
        """Return the session of an access key id, expired or not."""
        return self._by_key.get(access_key_id)

    def clear(self) -> None:
        """Forget every session."""
        with self._lock:
            self._by_key.clear()
