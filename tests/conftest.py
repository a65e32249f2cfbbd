import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

from programs import REQUIRE_VARIABLE, REQUIREMENTS, find_chromium
from rolecall import Sandbox
from rolecall.check import CHROMIUM_ARGUMENTS

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


def pytest_configure(config: pytest.Config) -> None:
    """Try few examples without the slow tests, and many with them, each time the same ones.

    A search for faults tries other ones each time: ``--hypothesis-profile=search``. No test fails because a busy
    machine takes long for an example.
    """
    without_times = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
    for name, examples in (("few", 50), ("many", 200)):
        hypothesis.settings.register_profile(name, max_examples=examples, derandomize=True, **without_times)
    hypothesis.settings.register_profile("search", max_examples=5000, **without_times)
    if not config.getoption("--hypothesis-profile"):
        hypothesis.settings.load_profile("few" if config.option.markexpr == "not slow" else "many")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are missing, with a reason that says what to install."""
    for name, requirement in REQUIREMENTS.items():
        if item.get_closest_marker(name) is None or requirement.find() is not None:
            continue
        reason = f"requires {requirement.install}"
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(f"{REQUIRE_VARIABLE} is set, and this test {reason}")
        pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    assert executable is not None, "a test that uses this fixture carries the marker browser"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS
