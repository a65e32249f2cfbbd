"""Uploads in signed chunks: each chunk's signature is checked, and leads to the next.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_WITH_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
_EMPTY = hashlib.sha256(b"").hexdigest()
_HEAD = re.compile(rb"([0-9a-fA-F]{1,16});chunk-signature=([0-9a-f]{64})\r\n")


class BrokenChunks(ValueError):
    """The body is not framed as it says."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What every chunk is signed with.

    Parameters
    ----------
    seed
        The signature of the request's headers, from which the first chunk's follows.
    """

    secret: str
    date: str
    region: str
    service: str
    timestamp: str
    seed: str

    def sign(self, *lines: str) -> str:
        """The signature of a chunk's string to sign."""
        key = f"AWS4{self.secret}".encode()
        for part in (self.date, self.region, self.service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        scope = f"{self.date}/{self.region}/{self.service}/aws4_request"
        text = "\n".join((lines[0], self.timestamp, scope, *lines[1:]))
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def chunks_hold(body: bytes, declared: str, scope: Scope) -> bool:
    """Whether the signature of each chunk, and of the trailer where one is declared, is right."""
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
    except BrokenChunks:
        return False
    return True


def _chunks(body: bytes) -> Iterator[tuple[bytes, str]]:
    """Each chunk's data and signature, the empty last one included."""
    at = 0
    while True:
        head = _HEAD.match(body, at)
        if head is None:
            raise BrokenChunks("a chunk begins with its size and its signature")
        size = int(head[1], 16)
        start, at = head.end(), head.end() + size
        if at > len(body):
            raise BrokenChunks("a chunk is shorter than it says")
        yield body[start:at], head[2].decode()
        if size == 0:
            return
        if body[at : at + 2] != b"\r\n":
            raise BrokenChunks("a chunk is longer than it says")
        at += 2


def _trailer(body: bytes) -> tuple[bytes, str]:
    """The trailing headers as they are signed, and their signature."""
    _, _, after = body.rpartition(b";chunk-signature=")
    lines = [line for line in after.split(b"\r\n")[1:] if line]
    signature = next(
        (line.partition(b":")[2] for line in lines if line.startswith(b"x-amz-trailer-signature:")), None
    )
    if signature is None:
        raise BrokenChunks("the trailer is not signed")
    named = [line.strip() for line in lines if not line.startswith(b"x-amz-trailer-signature:")]
    return b"".join(line + b"\n" for line in named), signature.strip().decode("ascii", "replace")
