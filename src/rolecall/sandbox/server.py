"""Serve a world over loopback HTTP: the gateway, the control API, and an endpoint for each instance."""

from __future__ import annotations

import json
import logging
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, redirect_stdout, suppress
from types import FrameType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cheroot import wsgi

from rolecall._processes import call_when_unattended
from rolecall.sandbox._host_check import with_host_check
from rolecall.sandbox._http import Connection, HttpGateway
from rolecall.sandbox.control import Control
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.machine_endpoints import MachineEndpoints
from rolecall.sandbox.oidc import IssuerPages
from rolecall.sandbox.world import World

HOST = "127.0.0.1"


class PortInUse(OSError):
    """The sandbox can't listen on the requested port."""


class _Listener:
    """One HTTP server on loopback, in a thread.

    Parameters
    ----------
    application
        What it serves.
    port
        Where it listens; 0 for any free port.
    threads
        How many requests it answers at the same time.
    """

    def __init__(self, application: WSGIApplication, port: int = 0, *, threads: int = 2) -> None:
        self._server = wsgi.Server(
            (HOST, port),
            with_host_check(application),
            numthreads=threads,
            server_name="rolecall",
            request_queue_size=128,
        )
        self._server.keep_alive_conn_limit = 256
        self._server.gateway = HttpGateway
        self._server.ConnectionClass = Connection
        try:
            self._server.prepare()
        except OSError:
            if port == 0:
                raise
            raise PortInUse(f"port {port} of {HOST} is in use, or needs more permissions.") from None
        self._thread = threading.Thread(target=self._server.serve, daemon=True)
        self.url = f"http://{HOST}:{self._server.bind_addr[1]}"
        self.is_open = True

    def start(self) -> _Listener:
        self._thread.start()
        return self

    def close(self) -> None:
        self.is_open = False
        stopping = threading.Thread(target=self._server.stop)
        stopping.start()
        while stopping.is_alive():
            # cheroot looks whether to stop when someone connects, else only twice a second.
            with suppress(OSError):
                socket.create_connection(self._server.bind_addr).close()
            stopping.join(timeout=0.05)
        if self._thread.ident is not None:
            self._thread.join(timeout=5)
        # cheroot lists every server here, and never removes one, so that it would stay in memory.
        vars(logging)["statistics"].pop(f"Cheroot HTTPServer {id(self._server)}", None)


class Server:
    """All the listeners of one sandbox.

    Parameters
    ----------
    world
        The accounts at the start.
    port
        Where the gateway listens; 0 for any free port.

    Raises
    ------
    PortInUse
        If another program listens on the port, or if the user may not.
    """

    def __init__(self, world: World, port: int = 0) -> None:
        self._listeners: list[_Listener] = []
        self.world = world
        try:
            # The port is bound before the world is built, so that a port in use is reported immediately.
            front = _Listener(self._front, port, threads=16)
            self._listeners.append(front)
            self.gateway = Gateway(world)
            self.endpoint = front.start().url
            self._token = secrets.token_urlsafe(32)
            self._machines = MachineEndpoints(self.gateway, self._listen)
            self._control = self._listen(Control(self.gateway, self._machines, self._token)).url
            self._issuers = {
                name: self._listen(IssuerPages(self.gateway.issuers, url)).url
                for name, url in self.gateway.issuers.urls.items()
            }
        except BaseException:
            self.close()
            raise

    def _front(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.gateway(environ, start_response)

    def _listen(self, application: WSGIApplication) -> _Listener:
        listener = _Listener(application)
        self._listeners = [*(one for one in self._listeners if one.is_open), listener]
        return listener.start()

    def description(self) -> dict[str, Any]:
        """Return what a client needs to know, in the form of `rolecall sandbox serve --json`."""
        return {
            "endpoint": self.endpoint,
            "region": self.world.region,
            "control": {"url": self._control, "token": self._token},
            "issuers": self._issuers,
            **self._machines.description(),
        }

    def close(self) -> None:
        """Stop listening."""
        # Each listener waits for the requests that it is answering.
        stopping = [threading.Thread(target=listener.close) for listener in self._listeners]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        self._listeners.clear()


def serve(
    world: World,
    port: int,
    announce: Callable[[Server], None],
    *,
    watch_stdin: bool,
) -> None:
    """Serve until SIGINT or SIGTERM, or until no one is left who could send one.

    Parameters
    ----------
    announce
        Called once everything listens. What it prints is all that goes to standard output.
    watch_stdin
        Also stop when standard input ends.
    """
    done = threading.Event()
    call_when_unattended(done.set)

    def stop(number: int, frame: FrameType | None) -> None:
        done.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    output = sys.stdout
    # moto prints some warnings. A program that reads the announcement may never read another line.
    with redirect_stdout(sys.stderr), closing(Server(world, port)) as server:
        with redirect_stdout(output):
            announce(server)
        if watch_stdin:
            threading.Thread(target=_until_end_of_input, args=(done,), daemon=True).start()
        done.wait()


def _until_end_of_input(done: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    done.set()


def announce_json(server: Server, files: str) -> None:
    """Print the one line of JSON.

    Parameters
    ----------
    files
        A folder for the files of clients, which is deleted when the sandbox stops.
    """
    print(json.dumps({**server.description(), "files": files}), flush=True)
