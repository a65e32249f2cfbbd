"""What every test and every notebook under test shares."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from rolecall.check._solved import is_the_same_solved

# The tests start many processes, and each would compile what it imports again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Read when a kernel starts: what a notebook's run remembers stays out of the learner's own progress.
_PRIVATE = tempfile.mkdtemp(prefix="rolecall-tests-")
os.environ["ROLECALL_DATA"] = _PRIVATE
os.environ["JUPYTER_DATA_DIR"] = f"{_PRIVATE}/jupyter"
os.environ["IPYTHONDIR"] = f"{_PRIVATE}/ipython"
# The `aws` of this environment comes first, however the tests were started.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]


def pytest_unconfigure():
    """Delete what the run kept to itself; a process of pytest-xdist doesn't run exit handlers."""
    shutil.rmtree(_PRIVATE, ignore_errors=True)


def pytest_addoption(parser):
    parser.addoption(
        "--iam-cases", type=int, help="how many random cases the reference evaluator decides too"
    )
    parser.addoption(
        "--load-learners", type=int, default=40, help="how many learners a room has under load"
    )
    parser.addoption(
        "--load-dashboards", type=int, default=1, help="how many dashboards are open under load"
    )
    parser.addoption(
        "--load-processes", type=int, default=2, help="how many processes share a PostgreSQL under load"
    )
    parser.addoption("--load-source", default="", help="the src of another version, to compare with")
    parser.addoption("--load-past", type=int, default=500, help="how many activities there are before")
    parser.addoption("--iam-seed", type=int, default=1, help="which random cases")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what is imported and collected, which stays, out of every garbage collection.

    Looking through it again and again takes a tenth of the time of all tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark notebooks as slow, except two of the first lesson, which represent the others by default."""
    for item in items:
        lesson = item.path.parent.parent if item.path.parent.name == "solved" else item.path.parent
        quick = lesson.name == "01-temporary-access" and item.path.stem in ("why", "learn")
        if item.path.suffix == ".ipynb" and not quick:
            item.add_marker(pytest.mark.slow)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A learner's notebook that its solved version repeats cell by cell runs as that one alone."""
    return True if collection_path.suffix == ".ipynb" and is_the_same_solved(collection_path) else None
