"""Answer only requests whose host is this machine.

A page in a browser can make its own name resolve to 127.0.0.1 (DNS rebinding). It could then read the
credentials of an instance, and run a function with them. The browser sends that name as the host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Only AWS has pages under the first. No one can register the others.
# https://www.rfc-editor.org/rfc/rfc6761#section-6.3
# https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en
_SAFE_DOMAINS = (".amazonaws.com", ".localhost", ".internal", ".127.0.0.1")


def with_host_check(application: WSGIApplication) -> WSGIApplication:
    """Return an application that answers 403 if the host of a request can be a name of another machine."""

    def check_host(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        if _is_safe(host):
            return application(environ, start_response)
        text = f"The sandbox doesn't answer requests for {host}. Use its URL with 127.0.0.1.".encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
        start_response("403 Forbidden", headers)
        return [text]

    return check_host


@lru_cache(maxsize=1024)
def _is_safe(host: str) -> bool:
    """Whether a host is this machine, or a name that no page can have; browsers send one always."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in ("", "localhost") or name.endswith(_SAFE_DOMAINS):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
