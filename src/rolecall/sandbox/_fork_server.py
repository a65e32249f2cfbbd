"""A process that imports what sandboxes need, and forks a process for each sandbox.

The imports take most of the time in which ``rolecall sandbox serve`` starts, so a kernel's second sandbox
is ready much sooner than its first. This process builds no world: a sandbox shares imported modules with
the others, and no state. It has a single thread, because a fork copies no other thread but all of their
locks. It ends when the kernel ends, or if no sandbox starts for a while; then the next one starts it again.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import BinaryIO

_STANDARD_STREAMS = 3
_IDLE_SECONDS = 120
"""After this time without a request it ends, because it takes 30 MB in each notebook that stays open."""


@dataclass(frozen=True, slots=True)
class Program:
    """A run of ``python -m rolecall``.

    Parameters
    ----------
    arguments
        The arguments of the command.
    folder
        The working directory.
    environment
        All environment variables.
    """

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
        runpy.run_module("rolecall", run_name="__main__", alter_sys=True)


def fork(requests: socket.socket, streams: Sequence[int]) -> int:
    """Have the fork server at the other end of a socket fork a process; return the process ID.

    The process reads a `Program` from its standard input, and runs it.

    Parameters
    ----------
    streams
        The standard input, the standard output, and the standard error of the process.

    Raises
    ------
    ConnectionError
        If the fork server has ended.
    """
    socket.send_fds(requests, [b"F"], streams)
    answer = requests.recv(64)
    if not answer:
        raise ConnectionResetError("the fork server has ended")
    return int(answer)


def _serve(requests: socket.socket, kernel: int, idle_seconds: float = _IDLE_SECONDS) -> None:
    """Fork a process for each request, until the kernel ends or closes the socket, or makes no request."""
    events = select.poll()
    events.register(requests, select.POLLIN)
    # A process that the kernel forked may keep the socket open. Some containers forbid this call.
    with suppress(AttributeError, OSError):
        events.register(os.pidfd_open(kernel), select.POLLIN)
    while os.getppid() == kernel:
        ready = {descriptor for descriptor, _ in events.poll(idle_seconds * 1000)}
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
    """Run the program that the kernel writes to the standard input of this new process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, stream in enumerate(streams):
        # The socket of the fork server is its standard input, so this closes it.
        os.dup2(stream, number)
        os.close(stream)
    gc.enable()
    Program(**json.loads(sys.stdin.buffer.readline())).run()


def _preload() -> None:
    """Import and read what each sandbox needs."""
    import_module("rolecall.cli.sandbox")
    # The kernel imports this module too, and has no need for moto.
    from rolecall.sandbox._world_checks import aws_managed_policies  # noqa: PLC0415
    from rolecall.sandbox.moto_gaps import gap_classes  # noqa: PLC0415
    from rolecall.sandbox.moto_patches import read_managed_policies  # noqa: PLC0415

    aws_managed_policies()
    gap_classes()
    read_managed_policies()


def _main() -> None:
    # What the garbage collector never visits stays in memory that all processes share.
    gc.disable()
    _preload()
    gc.freeze()
    # The system forgets each process that ends, since no one here waits for it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _serve(socket.socket(fileno=sys.stdin.fileno()), int(sys.argv[1]))


if __name__ == "__main__":
    _main()
