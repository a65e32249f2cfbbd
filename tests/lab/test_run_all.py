"""Running all cells of a notebook, as many learners do first, records no failed attempt."""

import json
import os
import subprocess
import sys

import pytest

from rolecall.course import find_course
from rolecall.progress import Store

# Cells that run without IPython, as plain Python.
RUN_ALL = """
import json, sys
for name in sys.argv[1:]:
    cells = json.load(open(name, encoding="utf-8"))["cells"]
    space = {"__name__": "__main__"}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), name, "exec"), space)
"""
LESSONS = [lesson.name for lesson in find_course().lessons()]


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_running_all_cells_records_no_failure(lesson, tmp_path):
    folder = find_course().folder / "lessons" / lesson
    notebooks = [folder / f"{mode}.ipynb" for mode in ("try", "project", "diagnose")]
    assert all(".check()" in json.dumps(json.loads(one.read_text())) for one in notebooks)

    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, *map(str, notebooks)],
        env=os.environ | {"ROLECALL_DATA": str(tmp_path)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    entries = Store(tmp_path / "progress.sqlite3").all_entries()
    assert [one for one in entries if one.deck.startswith("task/") and not one.entry.correct] == []
