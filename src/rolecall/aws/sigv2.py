"""Read and verify URLs that are presigned with Signature Version 2, which only S3 accepts.

boto3 and ``aws s3 presign`` create such URLs for the Regions in `REGIONS` by default.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import HmacV1Auth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from rolecall.aws.http import HttpRequest
from rolecall.aws.sigv4 import BadSignature, Signature, is_same

ALGORITHM = "AWS"
"""What ``s3:signatureversion`` calls Signature Version 2."""

REGIONS = frozenset(
    {
        "ap-northeast-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-west-1",
        "sa-east-1",
        "us-east-1",
        "us-west-1",
        "us-west-2",
    }
)
"""The Regions that accept it: those that are older than January 2014."""

# The durations that URLs are usually presigned for, in seconds. The default of boto3 is an hour.
_MINUTES = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90)
_HOURS = (2, 3, 4, 6, 8, 12, 24, 36, 48, 72, 96, 120, 144, 168)
_DURATIONS = (*range(60), *(60 * count for count in _MINUTES), *(3600 * count for count in _HOURS))


def read_url_signature(request: HttpRequest, now: datetime) -> Signature | None:
    """Read the signature of a URL; ``None`` if it has none of this version.

    Such a URL says when it expires, but not when it was signed. It counts as signed for the shortest usual
    duration that hasn't passed, because a sandbox must know how far ahead its clock was at the time.

    Parameters
    ----------
    request
        The request.
    now
        The time by the clock of the client.

    Raises
    ------
    BadSignature
        If ``Expires`` is missing or no number.
    """
    query = request.query_parameters()
    if "AWSAccessKeyId" not in query or "Signature" not in query:
        return None
    try:
        ends = datetime.fromtimestamp(int(query["Expires"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise BadSignature("Query-string authentication requires the Expires parameter") from error
    left = (ends - now).total_seconds()
    duration = timedelta(seconds=next((usual for usual in _DURATIONS if usual >= left), left))
    return Signature(
        access_key_id=query["AWSAccessKeyId"],
        date="",
        region="",
        service="s3",
        signed_headers=(),
        signature=query["Signature"],
        timestamp="",
        signed_at=ends - duration,
        expires=duration,
        token=query.get("x-amz-security-token"),
        algorithm=ALGORITHM,
    )


def verify_url(request: HttpRequest, signature: Signature, secret: str) -> tuple[bool, str]:
    """Verify the signature of a URL.

    Returns
    -------
    tuple of bool and str
        Whether the signature is right, and the string that it should have been made from.
    """
    query = request.query_parameters()
    headers: Any = HTTPHeaders()
    for name, value in request.headers.items():
        # The client must send the type that was signed, although boto3 also puts it into the query.
        if name in ("content-md5", "content-type"):
            headers[name] = value
    for name, value in [*request.headers.items(), *query.items()]:
        if name.lower().startswith("x-amz-"):
            headers[name.lower()] = value
    auth = _Verifier(Credentials(signature.access_key_id, secret))
    auth.expires = query["Expires"]
    split = urlsplit(f"http://{request.headers.get('host', '')}{request.path}?{request.query}")
    text: str = auth.canonical_string(request.method, split, headers)
    return is_same(sign(text, secret), signature.signature), text


class _Verifier(HmacV1Auth):
    """Build the string to sign of a URL, in which the time when it expires takes the place of the date."""

    expires = ""

    def _get_date(self) -> str:
        return self.expires


def sign(text: str, secret: str) -> str:
    """Return the signature of a string, in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()
