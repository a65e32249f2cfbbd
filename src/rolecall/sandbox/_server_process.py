"""The process of a sandbox: start it beside the kernel, and end it with the kernel.

moto keeps its state in global variables, so each sandbox is a process. Two of them can't see each other,
and an interrupt of the kernel doesn't reach them.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from rolecall.sandbox import _fork_server
from rolecall.sandbox._errors import SandboxError
from rolecall.sandbox._fork_server import Program, fork

_SECONDS_TO_END = 10
# macOS can fork too, but its libraries may fail in a process that was forked.
_CAN_FORK = sys.platform == "linux"


class ServerProcess:
    """A running ``rolecall sandbox serve``.

    Parameters
    ----------
    world
        The name of a world in the course, or the path of a world file.
    course
        The folder of the course; by default the one that the current folder belongs to.

    Raises
    ------
    SandboxError
        If the server can't start, with its error message.
    """

    def __init__(self, world: str | Path, course: str | Path | None) -> None:
        arguments = ["sandbox", "serve", "--json", "--until-eof", "--world", str(world)]
        if course is not None:
            arguments += ["--course", str(course)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        program = Program(arguments, str(Path.cwd()), environment)
        # A file accepts whatever the process prints; a pipe that no one reads would block it.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = (_Forked if _CAN_FORK else _Started)(program, self._errors)
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(None)
            message = _read(self._errors)
            self.close()
            raise SandboxError(message)
        self.description: Mapping[str, Any] = json.loads(line)

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    def close(self) -> None:
        """End the process; the second call does nothing."""
        if self._errors.closed:
            return
        self._process.stdin.close()
        if not self._process.wait(_SECONDS_TO_END):
            self._process.kill()
            self._process.wait(None)
        self._process.stdout.close()
        self._errors.close()


class _Started:
    """A process that imports everything itself."""

    def __init__(self, program: Program, errors: IO[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rolecall", *program.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=program.folder,
            env=program.environment,
            # An interrupt of the kernel goes to its process group, and isn't meant for the sandbox.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self.stdin = self._process.stdin
        self.stdout = self._process.stdout

    def wait(self, seconds: float | None) -> bool:
        """Wait until the process has ended, and return whether it has; None waits without a limit."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill a process that hasn't ended."""
        self._process.kill()


class _Forked:
    """A process that the fork server of this kernel forks."""

    def __init__(self, program: Program, errors: IO[str]) -> None:
        stdin, writer = os.pipe()
        reader, stdout = os.pipe()
        self.stdin = os.fdopen(writer, "wb")
        self.stdout = os.fdopen(reader, "rb")
        try:
            self.pid = _FORK_SERVER.fork((stdin, stdout, errors.fileno()))
        finally:
            os.close(stdin)
            os.close(stdout)
        program.send(self.stdin)

    def wait(self, seconds: float | None) -> bool:
        """Wait as `_Started.wait` does."""
        # Only the process itself has the other end of this pipe.
        end = select.poll()
        end.register(self.stdout, 0)
        return bool(end.poll(None if seconds is None else seconds * 1000))

    def kill(self) -> None:
        """Kill a process that hasn't ended; only then does its ID belong to it."""
        os.kill(self.pid, signal.SIGKILL)


class _ForkServer:
    """The fork server of this process, which the first sandbox starts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._requests: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, streams: tuple[int, int, int]) -> int:
        """Fork a process with these standard streams; return its ID.

        Raises
        ------
        SandboxError
            If the fork server can't start, with its error message.
        """
        with self._lock:
            # A process that this one forked has a copy of the socket, and needs its own fork server.
            if self._requests is not None and self._owner == os.getpid():
                try:
                    return fork(self._requests, streams)
                except ConnectionError:
                    # Something ended the fork server. Sandboxes go on without it.
                    pass
            with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
                self._requests = self._start(errors)
                try:
                    return fork(self._requests, streams)
                except ConnectionError:
                    raise SandboxError(_read(errors)) from None

    def _start(self, errors: IO[str]) -> socket.socket:
        requests, received = socket.socketpair()
        self._owner = os.getpid()
        with received:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _fork_server.__name__, str(self._owner)],
                stdin=received.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        return requests


_FORK_SERVER = _ForkServer()


def _read(errors: IO[str]) -> str:
    """Read the error message of a process."""
    errors.seek(0)
    return errors.read().strip().removeprefix("rolecall: ")
