"""Limit connections: how many one address has, and how long a request and its headers can be."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

_ARRIVING = 10.0
"""Seconds within which a request with its body has to arrive."""
_READING = 60.0
"""Seconds after which a client that reads nothing of a response is disconnected."""
_PER_ADDRESS = 6_000
"""A class of 2,000 can share one address, and a notebook can have three connections."""
_LONGEST_HEAD = 64 * 1024
"""How many bytes of headers can arrive. uvicorn would keep them all in memory."""
_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)
_FILES = 16_384


def allow_many_connections() -> None:
    """Raise this process's limit of open files, which counts connections, as far as the system allows."""
    import resource  # noqa: PLC0415 - POSIX only

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _ReadProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, which disconnects a client that doesn't read what it asked for."""

    _longest_pause = _READING
    _paused: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._paused = self.loop.call_later(self._longest_pause, self.transport.abort)

    def resume_writing(self) -> None:
        self._end_pause()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_pause()
        super().connection_lost(exc)

    def _end_pause(self) -> None:
        if self._paused is not None:
            self._paused.cancel()
            self._paused = None


def limited_protocol(
    proxies: frozenset[str], arriving: float = _ARRIVING, reading: float = _READING
) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with limits; uvicorn itself waits without end for a client that stops.

    Parameters
    ----------
    proxies
        Addresses that can have any number of connections.
    arriving
        Seconds within which a request has to arrive.
    reading
        Seconds for which a client can read nothing of a response.
    """
    opened: Counter[str] = Counter()

    class LimitedProtocol(_ReadProtocol):
        _longest_pause = reading
        _timer: asyncio.TimerHandle | None = None
        _address = ""
        _head = 0

        def connection_made(self, transport: Any) -> None:
            peer = transport.get_extra_info("peername")
            self._address = str(peer[0]) if isinstance(peer, tuple) else ""
            opened[self._address] += 1
            super().connection_made(transport)
            if self._address not in proxies and opened[self._address] > _PER_ADDRESS:
                transport.close()
            else:
                self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._head = self._head + len(data) if _are_headers_arriving(self.cycle) else 0
            if self._head > _LONGEST_HEAD and not self.transport.is_closing():
                self.transport.write(_TOO_LONG)
                self.transport.close()
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            opened[self._address] -= 1
            if opened[self._address] <= 0:
                del opened[self._address]
            self._stop()
            super().connection_lost(exc)

        def _watch(self) -> None:
            if not _is_arriving(self.cycle):
                self._stop()
            elif self._timer is None:
                self._timer = self.loop.call_later(arriving, self._give_up)

        def _stop(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _give_up(self) -> None:
            self._timer = None
            if _is_arriving(self.cycle):
                self.transport.close()

    return LimitedProtocol


def _is_arriving(cycle: Any) -> bool:
    """Whether a connection waits for a request or for its rest; uvicorn's cycle is its last request."""
    return cycle is None or cycle.response_complete or cycle.more_body


def _are_headers_arriving(cycle: Any) -> bool:
    return cycle is None or (cycle.response_complete and not cycle.more_body)
