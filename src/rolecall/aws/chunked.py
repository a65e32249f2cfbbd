"""Verify uploads in signed chunks: the signature of each chunk depends on the one before.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rolecall.aws._signing_key import signing_key

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_WITH_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
_EMPTY = hashlib.sha256(b"").hexdigest()
_HEAD = re.compile(rb"([0-9a-fA-F]{1,16});chunk-signature=([0-9a-f]{64})\r\n")


class MalformedChunks(ValueError):
    """The framing of the body is malformed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The values that every chunk of a request is signed with.

    Parameters
    ----------
    secret
        The secret access key.
    date
        The date of the credential scope, ``YYYYMMDD``.
    region, service
        The region and the signing name of the credential scope.
    timestamp
        ``X-Amz-Date`` of the request.
    seed
        The signature of the request's headers, which the signature of the first chunk depends on.
    """

    secret: str
    date: str
    region: str
    service: str
    timestamp: str
    seed: str

    def sign(self, *lines: str) -> str:
        """Return the signature of a string to sign, whose first line is the algorithm."""
        key = signing_key(self.secret, self.date, self.region, self.service)
        scope = f"{self.date}/{self.region}/{self.service}/aws4_request"
        text = "\n".join((lines[0], self.timestamp, scope, *lines[1:]))
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def verify_chunks(body: bytes, declared: str, scope: Scope) -> bool:
    """Verify the signature of each chunk, and of the trailer if one is declared.

    Parameters
    ----------
    body
        The body as it was sent, with its chunk headers.
    declared
        ``SIGNED`` or ``SIGNED_WITH_TRAILER``, from ``x-amz-content-sha256``.
    scope
        The values to sign with.

    Returns
    -------
    bool
        Whether every signature is right.
    """
    previous = scope.seed
    try:
        for data, given in _chunks(body):
            digest = hashlib.sha256(data).hexdigest()
            expected = scope.sign("AWS4-HMAC-SHA256-PAYLOAD", previous, _EMPTY, digest)
            if not hmac.compare_digest(expected, given):
                return False
            previous = given
        if declared == SIGNED_WITH_TRAILER:
            trailer, given = _trailer(body)
            digest = hashlib.sha256(trailer).hexdigest()
            return hmac.compare_digest(scope.sign("AWS4-HMAC-SHA256-TRAILER", previous, digest), given)
    except MalformedChunks:
        return False
    return True


def _chunks(body: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield the data and the signature of each chunk, including the last, empty one."""
    at = 0
    while True:
        head = _HEAD.match(body, at)
        if head is None:
            raise MalformedChunks("a chunk must start with its size and its signature")
        size = int(head[1], 16)
        start, at = head.end(), head.end() + size
        if at > len(body):
            raise MalformedChunks("a chunk is shorter than its declared size")
        yield body[start:at], head[2].decode()
        if size == 0:
            return
        if body[at : at + 2] != b"\r\n":
            raise MalformedChunks("a chunk is longer than its declared size")
        at += 2


def _trailer(body: bytes) -> tuple[bytes, str]:
    """Return the trailing headers in the form in which they are signed, and their signature."""
    _, _, after = body.rpartition(b";chunk-signature=")
    lines = [line for line in after.split(b"\r\n")[1:] if line]
    signature = next(
        (line.partition(b":")[2] for line in lines if line.startswith(b"x-amz-trailer-signature:")), None
    )
    if signature is None:
        raise MalformedChunks("the trailer is not signed")
    named = [line.strip() for line in lines if not line.startswith(b"x-amz-trailer-signature:")]
    return b"".join(line + b"\n" for line in named), signature.strip().decode("ascii", "replace")
