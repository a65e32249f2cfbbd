"""What IAM users sign in and sign requests with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rolecall.sandbox.moto_state.iam import iam_backend


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key or a signing certificate.

    Parameters
    ----------
    id
        Its ID.
    active
        Whether its status is Active.
    created
        When it was created or uploaded.
    """

    id: str
    active: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class UserCredentials:
    """The credentials of one IAM user, except for the password.

    Parameters
    ----------
    name, arn, created
        The user.
    has_mfa
        Whether an MFA device is enabled for the user.
    keys, certificates
        The access keys and the signing certificates, the oldest first.
    """

    name: str
    arn: str
    created: datetime
    has_mfa: bool
    keys: tuple[Credential, ...]
    certificates: tuple[Credential, ...]


def user_credentials(account: str) -> Iterator[UserCredentials]:
    """Yield the credentials of each user of an account, by name."""
    users = iam_backend(account).users
    for name in sorted(users):
        user = users[name]
        yield UserCredentials(
            str(user.name),
            str(user.arn),
            _in_utc(user.create_date),
            bool(user.mfa_devices),
            tuple(_credential(key, key.access_key_id, key.create_date) for key in user.access_keys),
            tuple(_credential(one, one.id, one.upload_date) for one in user.signing_certificates.values()),
        )


def _credential(kept: Any, identifier: str, created: datetime) -> Credential:
    return Credential(identifier, kept.status == "Active", _in_utc(created))


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
