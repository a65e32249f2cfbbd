"""Keep the requests to metadata services. They are not in the trail, because CloudTrail never sees them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class MetadataRequest:
    """One request to the metadata service of an instance.

    Parameters
    ----------
    after
        The number of the trail's last entry when the request arrived, so that both can be put in order.
        0 if there was none.
    instance
        The instance's name in the world.
    method, path
        Such as PUT and ``/latest/api/token``.
    with_token
        Whether the request had a session token of IMDSv2.
    status
        The HTTP status of the response.
    """

    after: int
    instance: str
    method: str
    path: str
    with_token: bool
    status: int


class MetadataLog:
    """The last thousand requests, the newest last."""

    def __init__(self) -> None:
        self._requests: deque[MetadataRequest] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def record(self, request: MetadataRequest) -> None:
        """Keep a request."""
        with self._lock:
            self._requests.append(request)

    def as_json(self) -> list[dict[str, Any]]:
        """List the requests that are kept."""
        with self._lock:
            return [asdict(one) for one in self._requests]

    def clear(self) -> None:
        """Forget every request."""
        with self._lock:
            self._requests.clear()
