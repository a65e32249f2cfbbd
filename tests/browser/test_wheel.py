"""The wheel, built and installed elsewhere, opens the course as the checkout does."""

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.jupyter import open_notebook, run_all, start_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv = shutil.which("uv") or pytest.fail("uv is what builds the wheel: pip install uv")
    subprocess.run([uv, "build", "--wheel", "--out-dir", folder, ROOT], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_course_and_the_front_end(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "rolecall/_course/lessons/01-temporary-access/learn.ipynb",
        "rolecall/_course/lessons/01-temporary-access/lesson.yaml",
        "rolecall/_course/quizzes/assume-role.yaml",
        "rolecall/_course/sandbox/reports.yaml",
        "rolecall/widgets/static/card.js",
        "rolecall/widgets/static/card.css",
        "rolecall/cli/lab_settings/overrides.json",
        "rolecall/panel/labextensions/rolecall/static/remoteEntry.js",
    } <= names


def test_installed_elsewhere_it_runs_the_first_lesson(wheel, tmp_path, page):
    # What it depends on is borrowed from this environment; Rolecall itself is the wheel's, not the checkout's.
    home = tmp_path / "elsewhere"
    venv.create(home, with_pip=False)
    packages = next((home / "lib").glob("python3*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    borrowed = Path(pytest.__file__).parents[1]
    (packages / "borrowed.pth").write_text(f"{borrowed}\n")
    shutil.copytree(Path(sys.prefix) / "share/jupyter", home / "share/jupyter", symlinks=True)
    python = str(home / "bin/python")
    where = subprocess.run(
        [python, "-c", "import rolecall; print(rolecall.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(packages))

    lab = start_lab(tmp_path, python=python)
    try:
        open_notebook(page, lab.notebook("learn"))
        card = run_all(page)
        expect(card.get_by_role("button", name="Check answer")).to_be_visible()
    finally:
        ended = lab.interrupt()
    assert ended == 0
