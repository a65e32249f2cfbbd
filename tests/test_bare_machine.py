"""On a machine without the programs that some tests require, those tests are skipped and say what to install."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from programs import POSTGRES_VARIABLE, REQUIRE_VARIABLE, REQUIREMENTS

TESTS = Path(__file__).parent
ROOT = TESTS.parent
HIDDEN = {
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("node", "nodejs", "npm", "npx", "aws"),
    *("initdb", "pg_ctl", "postgres", "psql"),
}


@pytest.fixture
def bare(tmp_path) -> dict[str, str]:
    """The environment of a machine that has every program of this one but the hidden ones."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for one in os.environ["PATH"].split(os.pathsep):
        for program in Path(one).iterdir() if Path(one).is_dir() else ():
            link = folder / program.name
            if program.name not in HIDDEN and not link.is_symlink():
                link.symlink_to(program)
    environment = os.environ | {"PATH": str(folder), POSTGRES_VARIABLE: ""}
    environment.pop(REQUIRE_VARIABLE, None)
    return environment


def run_marked_tests(environment: dict[str, str], report: Path) -> subprocess.CompletedProcess[str]:
    """Run every test that carries a marker of a program, slow ones too.

    Only files that name such a marker are collected, because collecting all of them takes most of the time.
    """
    marker = re.compile(rf"\bmark\.({'|'.join(REQUIREMENTS)})\b")
    files = [one for one in sorted(TESTS.rglob("test_*.py")) if marker.search(one.read_text("utf-8"))]
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *files, "-q", "-n", "0", "-p", "no:cacheprovider"),
            *("-m", " or ".join(REQUIREMENTS), f"--junitxml={report}"),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_without_the_programs_their_tests_are_skipped_and_say_what_to_install(bare, tmp_path):
    done = run_marked_tests(bare, tmp_path / "report.xml")

    assert done.returncode == 0, done.stdout[-2000:]
    cases = list(etree.parse(str(tmp_path / "report.xml")).iter("testcase"))
    reasons = [one.get("message") for case in cases for one in case.iter("skipped")]
    assert len(reasons) == len(cases)
    assert {reason.removeprefix("requires ") for reason in reasons} == {
        one.install for one in REQUIREMENTS.values()
    }


@pytest.mark.slow
def test_where_the_programs_are_required_a_missing_one_is_a_failure(bare, tmp_path):
    done = run_marked_tests(bare | {REQUIRE_VARIABLE: "1"}, tmp_path / "report.xml")

    assert done.returncode == 1
    cases = list(etree.parse(str(tmp_path / "report.xml")).iter("testcase"))
    assert all(case.find("error") is not None for case in cases)
