"""What every test and every notebook under test shares."""

import os
import sys
import tempfile
from pathlib import Path

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
    parser.addoption("--iam-seed", type=int, default=1, help="which random cases")
