"""The table in CONTRIBUTING.md that says which files to open for a change."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
ROWS = re.findall(r"^\| (.+) \| (.+) \|$", TEXT.partition("| To change")[2].partition("## ")[0], re.M)


def test_the_table_covers_the_common_changes():
    assert len(ROWS) >= 12


@pytest.mark.parametrize(("change", "cell"), ROWS, ids=[change for change, _ in ROWS])
def test_the_files_for_a_change_exist(change, cell):
    for path in re.findall(r"`([^`]+)`", cell):
        in_root = path.startswith(("frontend/", "lessons/", "docs/", "tests/"))
        file = (ROOT if in_root else ROOT / "src" / "rolecall") / path
        assert file.exists() or ("NAME" in file.name and file.parent.is_dir()), path


@pytest.mark.parametrize(("change", "cell"), ROWS, ids=[change for change, _ in ROWS])
def test_a_change_opens_at_most_three_files_of_the_engine(change, cell):
    # What follows in tests, schemas, and documentation is found by running the tests.
    first = cell.partition("; then ")[0]
    assert len([one for one in re.findall(r"`([^`]+)`", first) if not one.startswith("docs/")]) <= 3
