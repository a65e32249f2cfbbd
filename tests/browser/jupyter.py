"""`rolecall lab`, started for a test, and what one does in JupyterLab."""

import re
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from rolecall.check._jupyterlab import JupyterLab, NotStarted, lab_command, start_jupyterlab


@dataclass
class Lab:
    """A running `rolecall lab`, with the learner's folder."""

    server: JupyterLab
    folder: Path

    @property
    def process(self) -> subprocess.Popen[str]:
        return self.server.process

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def environment(self) -> dict[str, str]:
        return self.server.environment

    def notebook(self, mode: str) -> str:
        """The address of a notebook of the first lesson."""
        return re.sub(r"/lab/tree/[^?]*", f"/lab/tree/01-temporary-access/{mode}.ipynb", self.url)

    def kernels(self) -> list[psutil.Process]:
        """The kernels, which one process forks; a forked process has its parent's command line."""
        started = psutil.Process(self.process.pid).children(recursive=True)
        alike = [one for one in started if "rolecall.panel.forked_kernels:preload" in command_of(one)]
        return [one for one in alike if one.parent() in alike]

    def reset(self, unchanged: Path) -> None:
        """Make everything as after the start: no kernel, no answer, no open notebook, and no setting.

        No page may be open. The learner's folder becomes a copy of another one.
        """
        address = urlsplit(self.url)
        token = parse_qs(address.query)["token"][0]
        server = f"{address.scheme}://{address.netloc}"
        with httpx.Client(base_url=server, headers={"Authorization": f"token {token}"}, timeout=60) as api:
            for kernel in api.get("/api/kernels").raise_for_status().json():
                api.delete(f"/api/kernels/{kernel['id']}").raise_for_status()
        shutil.rmtree(self.folder)
        shutil.copytree(unchanged, self.folder)
        for kept in ("workspaces", "user-settings"):
            shutil.rmtree(Path(self.environment["JUPYTER_CONFIG_DIR"], "lab", kept), ignore_errors=True)
        shutil.rmtree(self.environment["ROLECALL_DATA"], ignore_errors=True)

    def interrupt(self) -> int:
        """Press Ctrl-C; a server that doesn't stop prints where each of its threads is."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait(timeout=60)
            pytest.fail(f"Ctrl-C did not end rolecall lab:\n{''.join(self.server.output)}")


def command_of(process: psutil.Process) -> list[str]:
    """Return the command line of a process; empty if it has ended, as a kernel of an earlier test has."""
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


def start_lab(
    folder: Path, *options: str, python: str | None = None, instead: tuple[str, ...] | None = None
) -> Lab:
    """Starts `rolecall lab`, or another server instead, with everything it keeps below a folder."""
    command = list(instead or lab_command("--dir", str(folder / "course"), *options))
    if python is not None:
        command[0] = python
    try:
        server = start_jupyterlab(command, folder)
    except NotStarted as error:
        pytest.fail(str(error))
    return Lab(server, folder / "course")


def open_notebook(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(".jp-Notebook:visible .jp-Cell").first).to_be_visible()
    expect(page.get_by_text("| Idle")).to_be_visible()


def menu(page: Page, name: str, item: str) -> None:
    page.locator(f'.lm-MenuBar-itemLabel:text-is("{name}")').click()
    page.locator(f'.lm-Menu-itemLabel:text-is("{item}")').click()


def run_cells(page: Page) -> None:
    """Run every cell of a notebook that was just opened.

    JupyterLab runs nothing, and doesn't say so, before the notebook has its kernel, and the status bar shows the
    state of the notebook before.
    """
    started = page.locator(
        ".jp-Notebook:visible .jp-InputPrompt", has_text=re.compile(r"\[(\*|\d+)\]")
    ).first
    for _attempt in range(12):
        menu(page, "Run", "Run All Cells")
        with suppress(AssertionError):
            expect(started).to_be_visible(timeout=5_000)
            return
    pytest.fail("The notebook runs no cell.")


def run_all(page: Page) -> Locator:
    """Run every cell, and return the last card."""
    run_cells(page)
    card = page.locator(".rolecall-card").last
    card.scroll_into_view_if_needed()
    return card
