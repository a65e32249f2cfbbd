"""Start JupyterLab as `rolecall lab` does, in its own process, with all its files in one folder."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rolecall._ports import unused_port
from rolecall._processes import supervised

_ADDRESS = re.compile(r"(http://127\S+token=\S+)")


class NotStarted(RuntimeError):
    """The server ended before it listened; the text is its output."""


@dataclass
class JupyterLab:
    """A running server.

    Parameters
    ----------
    url
        The address of the first notebook, with the token.
    output
        The lines that the server has printed; it grows while the server runs.
    """

    process: subprocess.Popen[str]
    url: str
    environment: dict[str, str]
    output: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """End the server and its kernels, and wait until they are gone."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=60)


def lab_command(*options: str) -> list[str]:
    """Return the command for `rolecall lab` on a free port.

    Servers that start at the same time would otherwise all try the same port.
    """
    return [sys.executable, "-m", "rolecall", "lab", "--no-browser", "--port", str(unused_port()), *options]


def start_jupyterlab(command: list[str], folder: Path) -> JupyterLab:
    """Start a server and wait until it listens.

    Raises
    ------
    NotStarted
        If the server ends, or closes its output, before it listens.
    """
    environment = os.environ | {
        "PYTHONFAULTHANDLER": "1",
        "ROLECALL_DATA": str(folder / "data"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter-data"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter-config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter-runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    process = subprocess.Popen(
        supervised(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=folder,
    )
    output: list[str] = []
    for line in process.stdout or ():
        output.append(line)
        if found := _ADDRESS.search(line):
            server = JupyterLab(process, found[1], environment, output)
            threading.Thread(target=output.extend, args=(process.stdout,), daemon=True).start()
            _wait_until_it_listens(server)
            return server
    raise NotStarted(f"{' '.join(command)} printed no address:\n{''.join(output)}")


def _wait_until_it_listens(server: JupyterLab) -> None:
    """Wait for the first connection: the server prints its address a moment before it listens."""
    address = urlsplit(server.url)
    while server.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((address.hostname, address.port)) == 0:
                return
    raise NotStarted(f"the server ended with {server.process.returncode}:\n{''.join(server.output)}")
