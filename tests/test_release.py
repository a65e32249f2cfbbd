"""What is published: one version, and packages that the tools of packaging have nothing to say against."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import rolecall

ROOT = Path(__file__).parents[1]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    uv = shutil.which("uv") or pytest.fail("uv is what builds: pip install uv")
    subprocess.run([uv, "build", "--out-dir", folder, ROOT], check=True, capture_output=True)
    return folder


def run(tool: str, *arguments: object) -> str:
    command = [Path(sys.executable).parent / tool, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_twine_takes_the_wheel_and_the_sdist(packages):
    assert run("twine", "check", "--strict", *packages.glob("rolecall-*")).count("PASSED") == 2


def test_the_wheel_holds_what_a_wheel_should(packages):
    # W004: the names of lessons, such as 01-temporary-access, are no names of modules; they hold no Python.
    # JupyterLab finds the panel among an environment's data files, and `rolecall lab` finds it in the package (W002).
    run("check-wheel-contents", "--ignore", "W002,W004", *packages.glob("*.whl"))


def test_the_version_is_in_one_place(packages):
    names = sorted(one.name for one in packages.glob("rolecall-*"))

    assert names == [
        f"rolecall-{rolecall.__version__}-py3-none-any.whl",
        f"rolecall-{rolecall.__version__}.tar.gz",
    ]
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert changes.partition("\n## ")[2].splitlines()[0] in ("Unreleased", rolecall.__version__)


def test_the_sdist_carries_what_its_tests_need(packages):
    with tarfile.open(next(packages.glob("*.tar.gz"))) as archive:
        names = {one.partition("/")[2] for one in archive.getnames()}

    assert {
        "conftest.py",
        "pyproject.toml",
        "words.txt",
        "ids.lock",
        "tests/conftest.py",
        "LICENSE",
        "README.md",
    } <= names
