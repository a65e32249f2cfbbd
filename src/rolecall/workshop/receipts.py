"""Sign receipts, which prove that a learner submitted an attempt, and with which answers.

A receipt is a JSON Web Signature (RFC 7515) with Ed25519 (RFC 8037). Anyone who has the service's public
key can verify it without the service.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from rolecall.workshop.keys import load_or_create_key

_ALGORITHM = "Ed25519"
_KIND = "rolecall-receipt"


class BadReceipt(ValueError):
    """A text is not a receipt of this service; the message says why."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The content of a receipt.

    Parameters
    ----------
    submitted
        The time, in ISO 8601.
    answers
        The HMAC-SHA-256 of the answers, from `digest`.
    """

    room: str
    person: str
    assessment: str
    attempt: str
    number: int
    submitted: str
    answers: str


def digest(answers: Iterable[tuple[int, str]], key: str) -> str:
    """Return the HMAC-SHA-256 of answers, each with its place, in hexadecimal.

    Parameters
    ----------
    key
        A secret of the service for this attempt. Without it, the few possible answers could all be tried.
    """
    text = json.dumps(sorted(answers), ensure_ascii=False)
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


class Signer:
    """Sign receipts. The key is created if there is none.

    Parameters
    ----------
    file
        The private key as JWK; only its owner can read the file.
    """

    def __init__(self, file: Path) -> None:
        made = load_or_create_key(
            file, lambda: OKPKey.generate_key("Ed25519", private=True).as_dict(private=True)
        )
        self._key = OKPKey.import_key(made)

    @property
    def public_key(self) -> dict[str, Any]:
        """The public key, as JWK."""
        return dict(self._key.as_dict(private=False))

    def sign(self, receipt: Receipt) -> str:
        """Return a receipt as one line of text."""
        header = {"alg": _ALGORITHM, "typ": _KIND}
        return jws.serialize_compact(
            header, json.dumps(asdict(receipt)).encode(), self._key, algorithms=[_ALGORITHM]
        )


def verify(text: str, public_key: dict[str, Any]) -> Receipt:
    """Verify and read a receipt.

    Raises
    ------
    BadReceipt
        If the receipt was not signed with this key, or was changed.
    """
    try:
        read = jws.deserialize_compact(text.strip(), OKPKey.import_key(public_key), algorithms=[_ALGORITHM])
        if read.headers().get("typ") != _KIND:
            raise BadReceipt("the service signed this, but it is not a receipt")
        return Receipt(**json.loads(read.payload))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        if isinstance(error, BadReceipt):
            raise
        raise BadReceipt(f"this receipt was not signed with this key, or was changed: {error}") from None
