"""The process of a sandbox: start it beside the kernel, and end it with the kernel.

moto keeps its state in global variables, so each sandbox is a process. Two of them can't see each other,
and an interrupt of the kernel doesn't reach them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rolecall.sandbox._errors import SandboxError

_SECONDS_TO_END = 10


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
        command = [sys.executable, "-m", "rolecall", "sandbox", "serve", "--json", "--until-eof"]
        command += ["--world", str(world)]
        if course is not None:
            command += ["--course", str(course)]
        # A file accepts whatever the process prints; a pipe that no one reads would block it.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            # An interrupt of the kernel goes to its process group, and isn't meant for the sandbox.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            message = self._errors.read().strip().removeprefix("rolecall: ")
            self.close()
            raise SandboxError(message)
        self.description: Mapping[str, Any] = json.loads(line)

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    def close(self) -> None:
        """End the process; the second call does nothing."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(timeout=_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()
