"""A process that imports modules once, and forks a process for each program that needs them.

The imports take most of the time in which a sandbox or a kernel starts, so the second one is ready much
sooner than the first. The processes share the memory of imported modules, and no state. The fork server has
a single thread, because a fork copies no other thread but all of their locks. It ends when the process that
started it ends, or if no program starts for a while; then `ForkServer` starts it again.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pkgutil import resolve_name
from typing import IO, BinaryIO

_STANDARD_STREAMS = 3


@dataclass(frozen=True, slots=True)
class Program:
    """A run of ``python -m MODULE``.

    Parameters
    ----------
    module
        The name of the module.
    arguments
        The arguments of the command.
    folder
        The working directory.
    environment
        All environment variables.
    """

    module: str
    arguments: list[str]
    folder: str
    environment: dict[str, str]

    def send(self, stream: BinaryIO) -> None:
        """Write the program to the standard input of its process, as one line."""
        stream.write(json.dumps(asdict(self)).encode() + b"\n")
        stream.flush()

    def run(self) -> None:
        """Run the program in this process."""
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.argv[1:] = self.arguments
        runpy.run_module(self.module, run_name="__main__", alter_sys=True)


class ForkServer:
    """The fork server of this process, which the first program starts.

    Parameters
    ----------
    preload
        The function that imports and reads what the programs need, as ``package.module:function``.
    idle_seconds
        After this time without a request the fork server ends; 0 keeps it as long as this process.
    options
        Options of the Python interpreter.
    """

    def __init__(self, preload: str, *, idle_seconds: int = 0, options: Sequence[str] = ()) -> None:
        self._command = ("-m", __name__, preload, str(idle_seconds))
        self._options = options
        self._lock = threading.Lock()
        self._owner = 0
        self._requests: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def start(self) -> None:
        """Start the fork server if it doesn't run yet, and don't wait until it has imported its modules."""
        with self._lock:
            # A process that this one forked has a copy of the socket, and needs its own fork server.
            if self._requests is None or self._owner != os.getpid():
                self._requests = self._start()

    def fork(self, streams: Sequence[int]) -> int:
        """Fork a process; return its ID.

        The process reads a `Program` from its standard input, and runs it.

        Parameters
        ----------
        streams
            The file descriptors of the standard input, the standard output, and the standard error.

        Raises
        ------
        ChildProcessError
            If the fork server can't start, with its error message.
        """
        self.start()
        with self._lock:
            assert self._requests is not None
            with suppress(ConnectionError):
                return _request(self._requests, streams)
            # Something ended the fork server. What it has forked goes on without it.
            self._requests = self._start()
            try:
                return _request(self._requests, streams)
            except ConnectionError:
                self._requests = None
                raise ChildProcessError(self._printed()) from None

    def _printed(self) -> str:
        assert self._errors is not None
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def _start(self) -> socket.socket:
        requests, received = socket.socketpair()
        self._owner = os.getpid()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        with received:
            self._process = subprocess.Popen(
                [sys.executable, *self._options, *self._command, str(self._owner)],
                stdin=received.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
            )
        return requests


def _request(requests: socket.socket, streams: Sequence[int]) -> int:
    socket.send_fds(requests, [b"F"], streams)
    answer = requests.recv(64)
    if not answer:
        raise ConnectionResetError("the fork server has ended")
    return int(answer)


def _serve(requests: socket.socket, parent: int, idle_seconds: float | None) -> None:
    """Fork a process for each request, until the parent ends or closes the socket, or makes no request."""
    events = select.poll()
    events.register(requests, select.POLLIN)
    # Another process that the parent forked may keep the socket open. Some containers forbid this call.
    with suppress(AttributeError, OSError):
        events.register(os.pidfd_open(parent), select.POLLIN)
    milliseconds = None if idle_seconds is None else idle_seconds * 1000
    while os.getppid() == parent:
        ready = {descriptor for descriptor, _ in events.poll(milliseconds)}
        if ready != {requests.fileno()}:
            return
        message, streams, _, _ = socket.recv_fds(requests, 1, _STANDARD_STREAMS)
        if not message:
            return
        process = os.fork()
        if process == 0:
            _become_program(streams)
            return
        for stream in streams:
            os.close(stream)
        requests.sendall(str(process).encode())


def _become_program(streams: Sequence[int]) -> None:
    """Run the program that its user writes to the standard input of this new process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, stream in enumerate(streams):
        # The socket of the fork server is its standard input, so this closes it.
        os.dup2(stream, number)
        os.close(stream)
    gc.enable()
    Program(**json.loads(sys.stdin.buffer.readline())).run()


def _main(preload: str, idle_seconds: int, parent: int) -> None:
    # What the garbage collector never visits stays in memory that all processes share.
    gc.disable()
    # ``python -m`` put the current folder first, and a program may run in another one.
    del sys.path[0]
    resolve_name(preload)()
    gc.freeze()
    # The system forgets each process that ends, since no one here waits for it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _serve(socket.socket(fileno=sys.stdin.fileno()), parent, idle_seconds or None)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
