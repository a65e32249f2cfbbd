"""Real JupyterLab, as `rolecall lab` starts it, in real Chromium."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=30_000)

REQUIRED = "ROLECALL_REQUIRE_BROWSER"
SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"


def _chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    reason = "no Chromium found: install Debian's packages chromium and chromium-driver (apt-get install chromium)"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, and {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = _chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update"),
            ],
        )
        yield chromium
        chromium.close()


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
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def start_lab(
    folder: Path, *options: str, command: tuple[str, ...] = (sys.executable, "-m", "rolecall")
) -> Lab:
    """Starts `rolecall lab` with everything it keeps below a folder, and waits for its address."""
    environment = os.environ | {
        "ROLECALL_DATA": str(folder / "data"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter-data"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter-config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter-runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    process = subprocess.Popen(
        [*command, "lab", "--no-browser", "--dir", str(folder / "course"), *options],
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
            return lab
    pytest.fail(f"rolecall lab told no address:\n{''.join(output)}")


@pytest.fixture
def lab(tmp_path) -> Iterator[Lab]:
    started = start_lab(tmp_path)
    yield started
    if started.process.poll() is None:
        started.interrupt()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS
