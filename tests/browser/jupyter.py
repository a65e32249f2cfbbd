"""`rolecall lab`, started for a test, and what one does in JupyterLab."""

import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

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
        alike = [one for one in started if "rolecall.panel.forked_kernels:preload" in one.cmdline()]
        return [one for one in alike if one.parent() in alike]

    def interrupt(self) -> int:
        """Press Ctrl-C; a server that doesn't stop prints where each of its threads is."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait(timeout=60)
            pytest.fail(f"Ctrl-C did not end rolecall lab:\n{''.join(self.server.output)}")


def start_lab(
    folder: Path, *options: str, python: str | None = None, instead: tuple[str, ...] | None = None
) -> Lab:
    """Starts `rolecall lab`, or another server instead, with everything it keeps below a folder."""
    command = list(instead or lab_command("--dir", str(folder / "course"), *options))
    if python is not None:
        command[0] = python
    try:
        return Lab(start_jupyterlab(command, folder), folder / "course")
    except NotStarted as error:
        pytest.fail(str(error))


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
