"""Read and verify the Signature Version 4 of a request.

botocore writes the path and the query in the canonical form, as in the clients that sign with it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, parse_qsl

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.credentials import Credentials

from rolecall.aws import chunked
from rolecall.aws._signing_key import signing_key
from rolecall.aws.http import HttpRequest

SKEW = timedelta(minutes=15)
_ALGORITHM = "AWS4-HMAC-SHA256"
# S3 doesn't normalize paths. Only what doesn't depend on credentials is used of these.
_AUTH: Any = SigV4Auth(Credentials("", ""), "", "")
_S3_AUTH: Any = S3SigV4Auth(Credentials("", ""), "s3", "")
# The values are in visible ASCII without the comma.
_PART = re.compile(r"(Credential|SignedHeaders|Signature)=([!-+\--~]+)")
_DIGEST = re.compile("[0-9a-f]{64}")
_LONGEST_SECONDS = 604_800


class BadSignature(ValueError):
    """The signature of a request is malformed or incomplete."""


class OldSignature(BadSignature):
    """The header is signed with Signature Version 2, which S3 rejects for buckets created since June 2020.

    `rolecall.aws.sigv2` reads presigned URLs of that version.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
    """

    def __init__(self) -> None:
        super().__init__(
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a request, with the values that it was made from.

    Parameters
    ----------
    access_key_id
        The ID of the access key.
    date, region, service
        The credential scope. ``service`` is the signing name, such as ``monitoring``.
    signed_headers
        The names of the signed headers, in lower case.
    signature
        The signature, 64 hexadecimal digits.
    timestamp
        ``X-Amz-Date`` as it was sent.
    signed_at
        ``X-Amz-Date`` as a time in UTC.
    expires
        How long a presigned URL is valid; ``None`` if the signature is in the header.
    token
        The session token; ``None`` for long-term credentials.
    algorithm
        The value of ``s3:signatureversion``.
    form
        Whether the signature is in the fields of a form.
    """

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    signed_at: datetime
    expires: timedelta | None
    token: str | None
    algorithm: str = _ALGORITHM
    form: bool = False

    @property
    def has_scope(self) -> bool:
        """Whether the signature is for a Region and a service, as all of Signature Version 4 are."""
        return self.algorithm == _ALGORITHM


def read_signature(request: HttpRequest) -> Signature | None:
    """Read the signature of a request from its header or its query.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Signature or None
        The signature; ``None`` for an unsigned request.

    Raises
    ------
    BadSignature
        If the signature is not Signature Version 4, or is incomplete.
    """
    header = request.headers.get("authorization")
    if header is not None:
        if header.startswith("AWS "):
            raise OldSignature
        if not header.startswith(_ALGORITHM):
            raise BadSignature("Authorization must be AWS4-HMAC-SHA256")
        parts = dict(_PART.findall(header))
        timestamp = request.headers.get("x-amz-date", "")
        return _signature(parts, timestamp, request.headers.get("x-amz-security-token"), None)
    query = request.query_parameters()
    if "X-Amz-Signature" not in query:
        return None
    if query.get("X-Amz-Algorithm") != _ALGORITHM:
        raise BadSignature("X-Amz-Algorithm must be AWS4-HMAC-SHA256")
    parts = {name: query.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature")}
    return _signature(
        parts,
        query.get("X-Amz-Date", ""),
        query.get("X-Amz-Security-Token"),
        timedelta(seconds=_seconds(query.get("X-Amz-Expires", ""))),
    )


def _seconds(expires: str) -> int:
    digits = expires.lstrip("0") if expires.isascii() and expires.isdigit() else ""
    if not digits:
        raise BadSignature("X-Amz-Expires must be non-negative")
    # Python converts numbers of up to 4,300 digits only.
    if len(digits) > len(str(_LONGEST_SECONDS)) or int(digits) > _LONGEST_SECONDS:
        raise BadSignature(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
            f"must be less than {_LONGEST_SECONDS} seconds"
        )
    return int(digits)


def _signature(
    parts: dict[str, str], timestamp: str, token: str | None, expires: timedelta | None
) -> Signature:
    try:
        key, date, region, service, terminator = parts["Credential"].split("/")
        signed_at = _time(timestamp)
        headers = tuple(parts["SignedHeaders"].lower().split(";"))
        signature = parts["Signature"]
    except (KeyError, ValueError) as error:
        raise BadSignature("The signature is incomplete") from error
    if terminator != "aws4_request" or not timestamp.startswith(date) or "host" not in headers:
        raise BadSignature("The credential scope does not match the request")
    return Signature(key, date, region, service, headers, signature, timestamp, signed_at, expires, token)


def _time(timestamp: str) -> datetime:
    """Read a time such as 20260101T120000Z; `datetime.strptime` takes ten times as long."""
    if len(timestamp) != len("20260101T120000Z") or not timestamp.endswith("Z"):
        raise ValueError(timestamp)
    return datetime.fromisoformat(timestamp).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of comparing a signature with the request that it was made for.

    Parameters
    ----------
    right
        Whether the signature is right.
    string_to_sign, canonical_request
        What the signature should have been made from; empty if a signed header or the body is wrong.
    """

    right: bool
    string_to_sign: str = ""
    canonical_request: str = ""


def verify(request: HttpRequest, signature: Signature, secret: str) -> bool:
    """Verify that a request was signed with a secret access key; see `verification`."""
    return verification(request, signature, secret).right


def verification(request: HttpRequest, signature: Signature, secret: str) -> Verification:
    """Verify that a request was signed with a secret access key.

    Parameters
    ----------
    request
        The request. Its body is verified too, unless the signature leaves it out.
    signature
        The signature, from `read_signature`.
    secret
        The secret access key of the caller.

    Returns
    -------
    Verification
        Whether the signature is right, and what it should have been made from.
    """
    declared = request.headers.get("x-amz-content-sha256")
    if signature.expires is not None:
        payload = (
            "UNSIGNED-PAYLOAD" if signature.service == "s3" else hashlib.sha256(request.body).hexdigest()
        )
        if declared and "x-amz-content-sha256" in signature.signed_headers:
            payload = declared
    elif declared is not None:
        payload = declared
        plain = _DIGEST.fullmatch(declared)
        if plain and hashlib.sha256(request.body).hexdigest() != declared:
            return Verification(right=False)
    else:
        payload = hashlib.sha256(request.body).hexdigest()
    expected, found = _expected(request, signature, secret, payload)
    if not is_same(expected, signature.signature):
        return found
    if payload not in (chunked.SIGNED, chunked.SIGNED_WITH_TRAILER):
        return Verification(right=True)
    scope = chunked.Scope(
        secret,
        signature.date,
        signature.region,
        signature.service,
        signature.timestamp,
        signature.signature,
    )
    return Verification(chunked.verify_chunks(request.body, payload, scope))


def _expected(
    request: HttpRequest, signature: Signature, secret: str, payload: str
) -> tuple[str, Verification]:
    """Return the signature that botocore makes for the same request, and what it is made from."""
    names = sorted(set(signature.signed_headers))
    if any(name not in request.headers for name in names):
        return "", Verification(right=False)
    auth = _S3_AUTH if signature.service == "s3" else _AUTH
    canonical = "\n".join(
        (
            request.method.upper(),
            # Most services have this path only, and no query.
            "/" if request.path == "/" else auth._normalize_url_path(request.path),
            _canonical_query(auth, request.query) if request.query else "",
            *(f"{name}:{' '.join(request.headers[name].split())}" for name in names),
            "",
            ";".join(names),
            payload,
        )
    )
    scope = f"{signature.timestamp[:8]}/{signature.region}/{signature.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join((_ALGORITHM, signature.timestamp, scope, digest))
    key = signing_key(secret, signature.timestamp[:8], signature.region, signature.service)
    return hmac.digest(key, text.encode(), "sha256").hex(), Verification(False, text, canonical)


def is_same(expected: str, given: str) -> bool:
    """Compare signatures in constant time; the one that was given can have any characters."""
    return given.isascii() and hmac.compare_digest(expected, given)


def _canonical_query(auth: Any, query: str) -> str:
    parts = (part for part in query.split("&") if part and not part.startswith("X-Amz-Signature="))
    canonical: str = auth._canonical_query_string_url(SplitResult("", "", "", "&".join(parts), ""))
    return canonical


def unsigned_headers(request: HttpRequest, signature: Signature) -> tuple[str, ...]:
    """Return the ``x-amz-*`` headers that the signature doesn't cover, although S3 requires it.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """
    return tuple(
        name
        for name in request.headers
        if name.startswith("x-amz-")
        and name not in signature.signed_headers
        # A client can send the digest of the body with a presigned URL.
        and not (name == "x-amz-content-sha256" and signature.expires is not None)
    )


def form_parameters(request: HttpRequest) -> dict[str, str]:
    """Return the parameters of a request in the query protocol, from its body or its query.

    The first value counts if a name is repeated, as for moto.
    """
    source = request.body.decode("utf-8", "replace") if request.body else request.query
    return dict(reversed(parse_qsl(source, keep_blank_values=True)))
