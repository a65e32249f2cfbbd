"""Real JupyterLab, as `rolecall lab` starts it, in real Chromium."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser.jupyter import Lab, start_lab
from rolecall.check import CHROMIUM_ARGUMENTS, NoBrowser, chromium

expect.set_options(timeout=60_000)

REQUIRED = "ROLECALL_REQUIRE_BROWSER"
SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"


def _chromium() -> str:
    try:
        return chromium()
    except NoBrowser as error:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, and {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = _chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGUMENTS))
        yield launched
        launched.close()


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
