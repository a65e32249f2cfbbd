"""Serve a world over loopback HTTP: the gateway, the control API, and an endpoint for each instance."""

from __future__ import annotations

import json
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, redirect_stdout
from types import FrameType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cheroot import wsgi

from rolecall._processes import call_when_unattended
from rolecall.sandbox.container_credentials import PATH, ContainerCredentials
from rolecall.sandbox.control import Control
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.imds import InstanceMetadata
from rolecall.sandbox.oidc import IssuerPages
from rolecall.sandbox.world import Actor, World

HOST = "127.0.0.1"


class PortInUse(OSError):
    """The requested port is in use."""


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
        When something else listens there.
    """

    def __init__(self, world: World, port: int = 0) -> None:
        self._listeners: list[wsgi.Server] = []
        self._threads: list[threading.Thread] = []
        self.world = world
        try:
            # The port is bound before the world is built, so that a port in use is reported immediately.
            front = self._bind(self._front, port, threads=16)
            self.gateway = Gateway(world)
            self.endpoint = self._serve(front)
            self._token = secrets.token_urlsafe(32)
            self._control = self._listen(Control(self.gateway, self._token))
            self._endpoints: dict[str, dict[str, str]] = {}
            self._for_containers: dict[str, str] = {}
            for name, actor in world.actors.items():
                if actor.user is None:
                    self._endpoints[name] = self._serve_credentials(name, actor)
            self._issuers = {
                name: self._listen(IssuerPages(self.gateway.issuers, url))
                for name, url in self.gateway.issuers.urls.items()
            }
        except BaseException:
            self.close()
            raise

    def _serve_credentials(self, actor_name: str, actor: Actor) -> dict[str, str]:
        """Start the endpoint from which an instance, a task, or a pod reads the credentials of its role."""
        account_name, _, name = actor.reference.partition("/")
        if actor.instance is not None:
            of_instance, of_container = (
                self._listen(InstanceMetadata(self.gateway, account_name, name, hops)) for hops in (1, 2)
            )
            self._for_containers[actor_name] = of_container
            return {"imds_endpoint": of_instance}
        container = self.world.container(actor)
        credentials = ContainerCredentials(self.gateway, account_name, name, container)
        return {
            "container_credentials_uri": self._listen(credentials) + PATH,
            "container_authorization_token": credentials.authorization_token,
        }

    def _front(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.gateway(environ, start_response)

    def _listen(self, application: WSGIApplication) -> str:
        return self._serve(self._bind(application, 0, threads=2))

    def _bind(self, application: WSGIApplication, port: int, *, threads: int) -> wsgi.Server:
        server = wsgi.Server(
            (HOST, port), application, numthreads=threads, server_name="rolecall", request_queue_size=128
        )
        server.keep_alive_conn_limit = 256
        try:
            server.prepare()
        except OSError as error:
            raise PortInUse(f"port {port} on {HOST} cannot be used: {error}") from None
        self._listeners.append(server)
        return server

    def _serve(self, server: wsgi.Server) -> str:
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        self._threads.append(thread)
        return f"http://{HOST}:{server.bind_addr[1]}"

    def description(self) -> dict[str, Any]:
        """Return what a client needs to know, in the form of `rolecall sandbox serve --json`."""
        actors: dict[str, dict[str, str | None]] = {}
        for name, keys in self.gateway.builder.actors.items():
            actor: dict[str, str | None] = {"arn": keys.arn, "account": keys.account}
            if name in self._endpoints:
                actor |= self._endpoints[name]
            else:
                actor["access_key_id"] = keys.access_key_id
                actor["secret_access_key"] = keys.secret_access_key
            actors[name] = actor
        return {
            "endpoint": self.endpoint,
            "region": self.world.region,
            "control": {"url": self._control, "token": self._token},
            "actors": actors,
            "issuers": self._issuers,
            "container_imds_endpoints": self._for_containers,
        }

    def close(self) -> None:
        """Stop listening."""
        # Each listener takes up to half a second to notice.
        stopping = [threading.Thread(target=server.stop) for server in self._listeners]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        for thread in self._threads:
            thread.join(timeout=5)
        self._listeners.clear()
        self._threads.clear()


def serve(
    world: World,
    port: int,
    announce: Callable[[Server], None],
    *,
    watch_stdin: bool,
) -> None:
    """Serve until SIGINT or SIGTERM, or until nobody is left who could send one.

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


def announce_json(server: Server) -> None:
    """Print the one line of JSON."""
    print(json.dumps(server.description()), flush=True)
