"""Real JupyterLab, as `rolecall lab` starts it, in real Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.jupyter import Lab, start_lab

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def module_lab(tmp_path_factory) -> Iterator[Lab]:
    """A `rolecall lab` for the tests of a file, because starting one takes longer than most of them."""
    started = start_lab(tmp_path_factory.mktemp("lab"))
    yield started
    started.interrupt()


@pytest.fixture(scope="module")
def unchanged_course(module_lab: Lab, tmp_path_factory) -> Path:
    """A copy of the learner's folder before the first test."""
    return shutil.copytree(module_lab.folder, tmp_path_factory.mktemp("unchanged") / "course")


@pytest.fixture
def lab(module_lab: Lab, unchanged_course: Path) -> Lab:
    """`rolecall lab` as a new learner finds it."""
    module_lab.reset(unchanged_course)
    return module_lab


@pytest.fixture
def own_lab(tmp_path) -> Iterator[Lab]:
    """A `rolecall lab` for one test, which ends it or counts its processes."""
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
