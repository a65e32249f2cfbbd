import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from rolecall import Sandbox
from rolecall.check import CHROMIUM_ARGUMENTS, NoBrowser, chromium

REQUIRED = "ROLECALL_REQUIRE_BROWSER"
SCREENSHOTS = Path(__file__).parents[1] / ".screenshots"


@pytest.fixture(autouse=True)
def _environment_as_before() -> Iterator[None]:
    """`use` makes the environment an actor's, as it should; the next test begins with its own."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def reports() -> Iterator[Sandbox]:
    """The world of the first lesson, shared by tests that leave it as it is."""
    with Sandbox("reports") as sandbox:
        yield sandbox


@pytest.fixture
def lab(reports: Sandbox) -> Iterator[Sandbox]:
    """The world of the first lesson, as it is declared, for a test that changes it or its clock."""
    reports.reset()
    yield reports
    reports.reset()


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


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS
