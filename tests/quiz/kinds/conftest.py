from pathlib import Path

import pytest

from rolecall.lab.judges import CourseJudges
from rolecall.quiz import load_bank

BANK = load_bank(Path(__file__).parents[1] / "banks" / "kinds.yaml")


def pytest_generate_tests(metafunc):
    """Run a test with a ``question`` once for each kind."""
    if "question" in metafunc.fixturenames:
        metafunc.parametrize("question", BANK.questions, ids=lambda question: question.kind)


@pytest.fixture(scope="session")
def bank():
    """A bank with one question of each kind."""
    return BANK


@pytest.fixture(scope="session")
def judges():
    made = CourseJudges()
    yield made
    made.close()
