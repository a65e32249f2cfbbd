"""Real JupyterLab, as `rolecall lab` starts it, in real Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.jupyter import Lab, start_lab

expect.set_options(timeout=60_000)


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
