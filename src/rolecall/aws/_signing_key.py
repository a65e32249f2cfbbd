"""The key that Signature Version 4 derives from a secret access key.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
from functools import lru_cache


@lru_cache(maxsize=1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Derive the key for a credential scope; a client signs all requests of a day with the same one.

    Parameters
    ----------
    secret
        The secret access key.
    date
        The date of the credential scope, ``YYYYMMDD``.
    region, service
        The Region and the signing name of the credential scope.
    """
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
