"""What every test and every notebook under test shares."""

import os
import sys
import tempfile
from pathlib import Path

from rolecall.check._solved import is_the_same_solved

# Read when a kernel starts: what a notebook's run remembers stays out of the learner's own progress.
_PRIVATE = tempfile.mkdtemp(prefix="rolecall-tests-")
os.environ["ROLECALL_DATA"] = _PRIVATE
os.environ["JUPYTER_DATA_DIR"] = f"{_PRIVATE}/jupyter"
os.environ["IPYTHONDIR"] = f"{_PRIVATE}/ipython"
# The `aws` of this environment comes first, however the tests were started.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]


def pytest_addoption(parser):
    parser.addoption(
        "--iam-cases", type=int, default=20_000, help="random cases against the slow evaluator"
    )
    parser.addoption(
        "--load-learners", type=int, default=40, help="how many learners a room has under load"
    )
    parser.addoption("--iam-seed", type=int, default=1, help="which random cases")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A learner's notebook that its solved version repeats cell by cell runs as that one alone."""
    return True if collection_path.suffix == ".ipynb" and is_the_same_solved(collection_path) else None
