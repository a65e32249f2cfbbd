"""The JavaScript of the cards and the workshop's pages: its types, its own tests, and the bundles built from it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[1] / "frontend"

_missing = shutil.which("npm") is None or not (FRONTEND / "node_modules").is_dir()
if _missing and os.environ.get("ROLECALL_REQUIRE_JAVASCRIPT"):
    pytest.fail("ROLECALL_REQUIRE_JAVASCRIPT is set, but npm or frontend/node_modules is missing")
pytestmark = pytest.mark.skipif(
    _missing,
    reason="requires Node.js (Debian's nodejs and npm), then `npm ci --prefix frontend`, which .ci/run does",
)


@pytest.mark.parametrize(
    "command", [["run", "types"], ["test"], ["run", "build", "--", "--check"]], ids=" ".join
)
def test_the_front_end_has_no_type_error_passes_its_tests_and_is_built(command):
    ran = subprocess.run(
        ["npm", *command], cwd=FRONTEND, capture_output=True, text=True, check=False, timeout=120
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
