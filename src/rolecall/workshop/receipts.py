"""Receipts: what a learner keeps to show that an attempt was handed in, and with which answers.

A receipt is a JSON Web Signature (RFC 7515) by Ed25519 (RFC 8037): whoever has the service's public key can
check it without the service.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from rolecall.workshop.keys import own_key

_ALGORITHM = "Ed25519"
_KIND = "rolecall-receipt"


class BadReceipt(ValueError):
    """What is no receipt of this service's; the text says why."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is signed.

    Parameters
    ----------
    submitted
        When, in ISO 8601.
    answers
        The SHA-256 of the answers, as `digest` makes it.
    """

    room: str
    person: str
    assessment: str
    attempt: str
    number: int
    submitted: str
    answers: str


def digest(answers: Iterable[tuple[int, str]]) -> str:
    """A fingerprint of answers, each with its place."""
    return hashlib.sha256(json.dumps(sorted(answers), ensure_ascii=False).encode()).hexdigest()


class Signer:
    """Signs receipts with a key that is made where there is none.

    Parameters
    ----------
    file
        The private key as JWK; only its owner may read it.
    """

    def __init__(self, file: Path) -> None:
        made = own_key(file, lambda: OKPKey.generate_key("Ed25519", private=True).as_dict(private=True))
        self._key = OKPKey.import_key(made)

    @property
    def public_key(self) -> dict[str, Any]:
        """The key by which anybody can verify, as JWK."""
        return dict(self._key.as_dict(private=False))

    def sign(self, receipt: Receipt) -> str:
        """The receipt as one line of text."""
        header = {"alg": _ALGORITHM, "typ": _KIND}
        return jws.serialize_compact(
            header, json.dumps(asdict(receipt)).encode(), self._key, algorithms=[_ALGORITHM]
        )


def verify(text: str, public_key: dict[str, Any]) -> Receipt:
    """Reads a receipt that was signed with a key.

    Raises
    ------
    BadReceipt
        For what was not, or was changed since.
    """
    try:
        read = jws.deserialize_compact(text.strip(), OKPKey.import_key(public_key), algorithms=[_ALGORITHM])
        if read.headers().get("typ") != _KIND:
            raise BadReceipt("this is signed by the service, and is no receipt")
        return Receipt(**json.loads(read.payload))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        if isinstance(error, BadReceipt):
            raise
        raise BadReceipt(f"this receipt was not signed with this key, or was changed: {error}") from None
