from collections.abc import Iterator

import pytest

from rolecall import Sandbox


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
