"""The JavaScript of the cards and the workshop's pages: its types, its own tests, and the bundles built from it."""

import subprocess

import pytest

from programs import FRONTEND

pytestmark = [pytest.mark.frontend, pytest.mark.slow]


@pytest.mark.parametrize(
    "command", [["run", "types"], ["test"], ["run", "build", "--", "--check"]], ids=" ".join
)
def test_the_front_end_has_no_type_error_passes_its_tests_and_is_built(command):
    ran = subprocess.run(
        ["npm", *command], cwd=FRONTEND, capture_output=True, text=True, check=False, timeout=120
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
