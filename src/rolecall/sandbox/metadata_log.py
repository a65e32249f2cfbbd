"""What was asked of the metadata services, beside the trail: CloudTrail never sees these requests."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class MetadataRequest:
    """One request of a machine's metadata service.

    Parameters
    ----------
    after
        The number of the trail's last entry when it came, so that both can be put in order; 0 for none.
    instance
        The instance's name in the world.
    method, path
        Such as PUT and ``/latest/api/token``.
    with_token
        Whether it showed a session token of IMDSv2.
    status
        The HTTP status of the answer.
    """

    after: int
    instance: str
    method: str
    path: str
    with_token: bool
    status: int


class MetadataLog:
    """The last thousand requests, the newest at the end."""

    def __init__(self) -> None:
        self._requests: deque[MetadataRequest] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def record(self, request: MetadataRequest) -> None:
        """Keeps a request."""
        with self._lock:
            self._requests.append(request)

    def told(self) -> list[dict[str, Any]]:
        """All that are kept, as JSON."""
        with self._lock:
            return [asdict(one) for one in self._requests]

    def clear(self) -> None:
        """Forgets every request."""
        with self._lock:
            self._requests.clear()
