"""`rolecall lab`, started for a test, and what one does in JupyterLab."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect


@dataclass
class Lab:
    """A running `rolecall lab`."""

    process: subprocess.Popen[str]
    url: str
    folder: Path
    environment: dict[str, str]
    output: list[str] = field(default_factory=list)

    def notebook(self, mode: str) -> str:
        """The address of a notebook of the first lesson."""
        return re.sub(r"/lab/tree/[^?]*", f"/lab/tree/01-temporary-access/{mode}.ipynb", self.url)

    def interrupt(self) -> int:
        """Ctrl-C; a server that goes on tells where each of its threads stands."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait(timeout=60)
            pytest.fail(f"Ctrl-C did not end rolecall lab:\n{''.join(self.output)}")


def _port() -> tuple[str, str]:
    """A port of its own: servers that start at once would all look for the same first free one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "--port", str(probe.getsockname()[1])


def start_lab(
    folder: Path,
    *options: str,
    command: tuple[str, ...] = (sys.executable, "-m", "rolecall"),
    instead: tuple[str, ...] | None = None,
) -> Lab:
    """Starts `rolecall lab`, or another server instead, with everything it keeps below a folder."""
    environment = os.environ | {
        "PYTHONFAULTHANDLER": "1",
        "ROLECALL_DATA": str(folder / "data"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter-data"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter-config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter-runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    process = subprocess.Popen(
        instead or [*command, "lab", "--no-browser", *_port(), "--dir", str(folder / "course"), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=folder,
    )
    output: list[str] = []
    for line in process.stdout:
        output.append(line)
        if found := re.search(r"(http://127\S+token=\S+)", line):
            lab = Lab(process, found.group(1), folder / "course", environment, output)
            threading.Thread(target=output.extend, args=(process.stdout,), daemon=True).start()
            _wait_until_it_listens(lab)
            return lab
    pytest.fail(f"rolecall lab told no address:\n{''.join(output)}")


def _wait_until_it_listens(lab: Lab) -> None:
    """The address is told a moment before the server takes connections."""
    address = urlsplit(lab.url)
    while lab.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((address.hostname, address.port)) == 0:
                return
    pytest.fail(f"rolecall lab ended with {lab.process.returncode}:\n{''.join(lab.output)}")


def open_notebook(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(".jp-Notebook:visible .jp-Cell").first).to_be_visible()
    expect(page.get_by_text("| Idle")).to_be_visible()


def menu(page: Page, name: str, item: str) -> None:
    page.locator(f'.lm-MenuBar-itemLabel:text-is("{name}")').click()
    page.locator(f'.lm-Menu-itemLabel:text-is("{item}")').click()


def run_all(page: Page) -> Locator:
    menu(page, "Run", "Run All Cells")
    card = page.locator(".rolecall-card")
    card.scroll_into_view_if_needed()
    return card
