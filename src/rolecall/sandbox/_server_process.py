"""The process of a sandbox: start it beside the kernel, and end it with the kernel.

moto keeps its state in global variables, so each sandbox is a process. Two of them can't see each other,
and an interrupt of the kernel doesn't reach them.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from rolecall._fork_server import ForkServer, Program
from rolecall.sandbox._errors import SandboxError

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
        program = Program("rolecall", arguments, str(Path.cwd()), environment)
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

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._errors.closed

    def close(self) -> None:
        """End the process; the second call does nothing."""
        if self.is_closed:
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
            [sys.executable, "-m", program.module, *program.arguments],
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
        except ChildProcessError as error:
            raise SandboxError(_message(str(error))) from None
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


def prepare() -> None:
    """Start the fork server, and don't wait for it, so that the first sandbox is ready sooner."""
    if _CAN_FORK:
        with suppress(OSError):
            _FORK_SERVER.start()


_FORK_SERVER = ForkServer("rolecall.sandbox._preload:preload", idle_seconds=120)
"""It ends after two minutes, because it takes 30 MB in each notebook that stays open."""


def _read(errors: IO[str]) -> str:
    """Read the error message of a process."""
    errors.seek(0)
    return _message(errors.read())


def _message(printed: str) -> str:
    return printed.strip().removeprefix("rolecall: ")
