"""Kernels that `rolecall lab` forks from one process, which has imported IPython and the cards.

The kernels of open notebooks share the memory of what was imported, and the first card appears sooner.
A kernel of another Python environment starts as usual.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from rolecall._fork_server import ForkServer, Program

if TYPE_CHECKING:
    import subprocess

PROVISIONER = "rolecall-forked-kernel"
"""The name of the provisioner, as its entry point has it."""
_LAUNCHER = "ipykernel_launcher"
_MODULES = (
    # What IPython imports when a kernel starts.
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "pygments.lexers.python",
    "sqlite3",
    "tornado.platform.asyncio",
    "tornado.queues",
    # What the first card imports.
    "rolecall.lab",
    "rolecall.presentation.notebook",
    "rolecall.sandbox.client",
    "rolecall.widgets",
    "sqlalchemy.dialects.sqlite",
)


def preload() -> None:
    """Import what a kernel with a card needs."""
    # ipykernel reads this variable when it is imported. A kernel ends when the process with this ID ends.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    for name in _MODULES:
        import_module(name)


FORK_SERVER = ForkServer(f"{__name__}:preload")


def can_fork() -> bool:
    """Return whether kernels can be forked: on Linux, if Rolecall is installed with its entry points."""
    # macOS can fork too, but its libraries may fail in a process that was forked.
    found = entry_points(group="jupyter_client.kernel_provisioners", name=PROVISIONER)
    return sys.platform == "linux" and bool(found)


class ForkedKernelProvisioner(LocalProvisioner):
    """Fork the kernels of this Python environment, and start all others as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a kernel with a command."""
        environment = dict(kwargs.get("env") or os.environ)
        if not _is_forkable(cmd, environment):
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or Path.cwd()
        # The fork server has imported Rolecall already, so the import can't register it with IPython.
        arguments = [*cmd[3:], "--ext=rolecall"]
        program = Program(_LAUNCHER, arguments, str(self.cwd), environment)
        try:
            kernel = await asyncio.to_thread(_ForkedKernel, program)
        except ChildProcessError as error:
            self.log.warning("Kernels start more slowly, because their fork server can't start: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast("subprocess.Popen[bytes]", kernel)
        # The kernel makes itself the leader of a group with its ID. Before that, there is no such group.
        self.pid = self.pgid = kernel.pid
        return self.connection_info


def _is_forkable(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether a process of the fork server does the same as the command."""
    if list(command[1:3]) != ["-m", _LAUNCHER] or command[0] != sys.executable:
        return False
    # Python has read its own variables when the fork server starts.
    names = {name for name in {*environment, *os.environ} if name.startswith("PYTHON")}
    return all(environment.get(name) == os.environ.get(name) for name in names)


class _ForkedKernel:
    """A running kernel, with the part of `subprocess.Popen` that `LocalProvisioner` uses."""

    stdin = stdout = stderr = None

    def __init__(self, program: Program) -> None:
        reader, writer = os.pipe()
        with os.fdopen(writer, "wb") as stdin:
            try:
                self.pid = FORK_SERVER.fork((reader, 1, 2))
            finally:
                os.close(reader)
            self._process = psutil.Process(self.pid)
            program.send(stdin)

    def poll(self) -> int | None:
        """Return None while the kernel runs. Only its parent knows its exit status, so 0 stands for any."""
        return None if self._process.is_running() else 0

    def wait(self) -> int:
        """Wait until the kernel has ended."""
        self._process.wait()
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel, and do nothing if it has ended, as `subprocess.Popen` does."""
        with suppress(psutil.NoSuchProcess):
            self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the kernel."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)
