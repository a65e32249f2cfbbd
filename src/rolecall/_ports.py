"""Find a port for a server that starts later, in another process."""

from __future__ import annotations

import random
import socket

# Below the ports that Linux gives to connections and to servers that take any port:
# https://docs.kernel.org/networking/ip-sysctl.html , ip_local_port_range.
_PORTS = range(10_000, 32_768)


def unused_port() -> int:
    """Return a port of this machine on which nothing listens.

    The system gives this port to no other program, so that it's still free when the server starts.

    Raises
    ------
    OSError
        If every port that was tried is in use.
    """
    *others, last = random.SystemRandom().sample(_PORTS, 100)
    for port in others:
        try:
            return _probe(port)
        except OSError:
            continue
    return _probe(last)


def _probe(port: int) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
    return port
