"""`rolecall progress certificate` and `verify`, as a learner uses them."""

import json

import pytest
from click.testing import CliRunner

from rolecall.cli._main import main
from rolecall.course import find_course
from rolecall.course.working_copy import copy_course
from rolecall.lab import load_tasks, task_files
from rolecall.presentation.home import Home
from rolecall.progress import Store
from rolecall.quiz import Entry, EntryKind

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path / "data"))
    copy_course(find_course(), tmp_path / "copy")
    return tmp_path / "copy"


def finish(copy):
    """Run every cell, and reach every task."""
    for file in copy.rglob("*.ipynb"):
        notebook = json.loads(file.read_text())
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["execution_count"] = 1
        file.write_text(json.dumps(notebook))
    for file in task_files(find_course()):
        for task in load_tasks(file):
            Store().record("tasks", Entry(EntryKind.ANSWERED, task.id, correct=True, score=1.0))


def rolecall(*arguments):
    return CliRunner().invoke(main, ["progress", *map(str, arguments)])


def test_a_finished_course_gives_a_page_and_a_badge_that_can_be_verified(copy, tmp_path):
    finish(copy)

    done = rolecall("certificate", "--name", "Dana <Doe>", "--dir", copy, tmp_path / "dana.html")

    assert done.exit_code == 0, done.output
    assert "rolecall progress certificate --dir ." in Home(find_course(), None, Store(), copy)._repr_html_()
    assert "Dana &lt;Doe&gt;" in (tmp_path / "dana.html").read_text()
    for name in ("dana.html", "dana.jwt"):
        assert "Dana <Doe> finished" in rolecall("verify", tmp_path / name).output


def test_an_unfinished_course_gives_none_and_says_what_is_next(copy, tmp_path):
    done = rolecall("certificate", "--name", "Dana", "--dir", copy, tmp_path / "dana.html")

    assert done.exit_code == 2
    assert "the course isn't finished: 30 notebooks left" in done.output
    assert "why.ipynb" in done.output
    assert not (tmp_path / "dana.html").exists()


def test_a_school_signs_with_its_own_key(copy, tmp_path):
    finish(copy)
    key = tmp_path / "school.json"

    rolecall(
        *("certificate", "--name", "Dana", "--issuer", "Acme Academy", "--key", key, "--dir", copy),
        tmp_path / "dana.html",
    )

    assert "Signed by Acme Academy" in rolecall("verify", tmp_path / "dana.jwt").output
    assert key.is_file()


def test_a_changed_page_is_refused(copy, tmp_path):
    finish(copy)
    rolecall("certificate", "--name", "Dana", "--dir", copy, tmp_path / "dana.html")
    page = (tmp_path / "dana.html").read_text()
    token = page.partition('id="credential">')[2].partition("</script>")[0]
    (tmp_path / "eve.html").write_text(page.replace(token, token[:-4] + "AAAA"))

    done = rolecall("verify", tmp_path / "eve.html")

    assert done.exit_code == 2
    assert "isn't a valid certificate" in done.output
