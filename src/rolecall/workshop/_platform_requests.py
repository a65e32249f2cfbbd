"""Send requests to learning platforms, within limits: one may answer slowly, or without end."""

from __future__ import annotations

import time
from typing import Any

import httpx

_SECONDS = 15.0
_OF_TRANSFER = (b"content-encoding", b"content-length", b"transfer-encoding")
_LONGEST = 256 * 1024


def send(http: httpx.Client, method: str, url: str, **options: Any) -> bytes:
    """Send a request, and return the body of the response.

    Parameters
    ----------
    **options
        The options of `httpx.Client.request`, such as ``data``.

    Raises
    ------
    httpx.HTTPError
        If the response is an error, has more than 256 KiB, or takes too long.
    """
    return request(http, method, url, **options).raise_for_status().content


def request(
    http: httpx.Client, method: str, url: str, *, longest: int = _LONGEST, **options: Any
) -> httpx.Response:
    """Send a request, and return the response, which may be an error.

    Parameters
    ----------
    longest
        The most bytes that the body may have.
    **options
        The options of `httpx.Client.request`, such as ``data``.

    Raises
    ------
    httpx.HTTPError
        If the response is longer, or takes too long.
    """
    until = time.monotonic() + _SECONDS
    # A few bytes can be compressed gigabytes, so the response must not be compressed.
    options["headers"] = {**options.get("headers", {}), "Accept-Encoding": "identity"}
    body = bytearray()
    with http.stream(method, url, **options) as response:
        for part in response.iter_raw():
            body += part
            if len(body) > longest:
                raise httpx.ReadError(f"the response has more than {longest} bytes")
            if time.monotonic() > until:
                raise httpx.ReadTimeout(f"the response took longer than {_SECONDS:g} seconds")
    headers = [(name, text) for name, text in response.headers.raw if name.lower() not in _OF_TRANSFER]
    return httpx.Response(
        response.status_code, headers=headers, content=bytes(body), request=response.request
    )
