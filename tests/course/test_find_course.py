"""One rule finds the course, for every command and in every notebook."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

from rolecall.cli import main
from rolecall.course import NoCourse, find_course, packaged_course
from rolecall.course.working_copy import copy_course

EXAMPLE = Path(__file__).parents[1] / "examples" / "buckets"


@pytest.fixture
def buckets(tmp_path) -> Path:
    """A course that isn't Rolecall's own."""
    return shutil.copytree(EXAMPLE, tmp_path / "buckets")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """The current folder, which belongs to no course."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def rolecall(*arguments: object):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


# The rule, step by step


def test_the_named_folder_is_the_course(buckets, elsewhere):
    assert find_course(buckets).folder == buckets


def test_the_variable_names_the_course_as_the_option_does(buckets, elsewhere, monkeypatch):
    monkeypatch.setenv("ROLECALL_COURSE", os.fspath(buckets))

    assert find_course().folder == buckets
    assert find_course(packaged_course()).folder == packaged_course()


def test_a_named_folder_without_a_course_is_an_error_that_says_what_it_lacks(elsewhere):
    with pytest.raises(NoCourse, match="holds no course: it lacks lessons/, quizzes/, sandbox/"):
        find_course(elsewhere)


@pytest.mark.parametrize("below", [".", "lessons/01-buckets", "quizzes"])
def test_the_nearest_course_upward_from_the_current_folder_is_found(buckets, monkeypatch, below):
    monkeypatch.chdir(buckets / below)

    assert find_course().folder == buckets


def test_the_nearest_course_upward_from_the_notebook_is_found(buckets, elsewhere, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", os.fspath(buckets / "lessons/01-buckets/why.ipynb"))

    assert find_course().folder == buckets


def test_a_learners_copy_remembers_its_course(buckets, elsewhere, monkeypatch):
    copy_course(find_course(buckets), elsewhere / "copy")
    monkeypatch.chdir(elsewhere / "copy" / "01-buckets")

    assert find_course().folder == buckets


def test_a_copy_inside_another_course_remembers_its_own(buckets, monkeypatch):
    copy_course(find_course(packaged_course()), buckets / "rolecall-course")
    monkeypatch.chdir(buckets / "rolecall-course")

    assert find_course().folder == packaged_course()


def test_a_copy_whose_course_is_gone_is_an_error_that_says_what_to_do(buckets, elsewhere, monkeypatch):
    copy_course(find_course(buckets), elsewhere / "copy")
    shutil.rmtree(buckets)
    monkeypatch.chdir(elsewhere / "copy")

    with pytest.raises(NoCourse, match=r"is no longer there\. Run `rolecall lab --course FOLDER --dir"):
        find_course()


def test_the_first_format_of_a_copys_memory_means_rolecalls_own_course(elsewhere):
    (elsewhere / ".rolecall.json").write_text(json.dumps({"01-temporary-access/why.ipynb": "digest"}))

    assert find_course().folder == packaged_course()


def test_without_any_of_these_the_course_is_rolecalls_own(elsewhere):
    assert find_course().folder == packaged_course()


# Every command obeys it


def export_bank(*options: object) -> str:
    return rolecall("bank", "export", "buckets", "--to", "csv", *options).output


def ask_quiz(*options: object) -> str:
    return rolecall("quiz", "buckets", "--count", 1, *options).output


def check(*options: object) -> str:
    return rolecall("check", "--static", *(one for one in options if one != "--course")).output


def copy_notebooks(*options: object) -> str:
    with tempfile.TemporaryDirectory() as copy:
        done = rolecall("lab", "--copy-only", "--dir", copy, *options)
        return done.output + " ".join(one.name for one in Path(copy).iterdir())


def create_bank(*options: object) -> str:
    return rolecall("new", "bank", "more", "--world", "shop", *options).output


def serve_sandbox(*options: object) -> str:
    command = [sys.executable, "-m", "rolecall", "sandbox", "serve", "--world", "shop", "--until-eof"]
    done = subprocess.run([*command, *map(str, options)], input=b"", capture_output=True, check=False)
    return (done.stdout + done.stderr).decode()


COMMANDS = [
    (export_bank, "bucket"),
    (ask_quiz, "Question 1 of 1"),
    (check, "01-buckets"),
    (copy_notebooks, "01-buckets"),
    (create_bank, "more.yaml"),
    (serve_sandbox, "Serving"),
]
every_command = pytest.mark.parametrize(
    ("run", "expected"), COMMANDS, ids=[run.__name__ for run, _ in COMMANDS]
)


@every_command
def test_a_command_in_a_folder_of_a_course_uses_that_course(buckets, monkeypatch, run, expected):
    monkeypatch.chdir(buckets / "lessons")

    assert expected in run()


@every_command
def test_a_command_uses_the_course_of_the_option_before_the_one_that_it_is_in(
    buckets, monkeypatch, run, expected
):
    monkeypatch.chdir(packaged_course())

    assert expected in run("--course", buckets)


@every_command
def test_a_command_in_a_learners_copy_uses_the_course_of_the_copy(
    buckets, elsewhere, monkeypatch, run, expected
):
    copy_course(find_course(buckets), elsewhere / "mine")
    monkeypatch.chdir(elsewhere / "mine")

    assert expected in run()


def test_lab_without_the_option_keeps_to_the_course_of_the_copy(buckets, elsewhere):
    rolecall("lab", "--copy-only", "--dir", "mine", "--course", buckets)
    (elsewhere / "mine/01-buckets/why.ipynb").unlink()

    rolecall("lab", "--copy-only", "--dir", "mine")

    assert (elsewhere / "mine/01-buckets/why.ipynb").is_file()


# Every notebook does

CELLS = [
    "from rolecall import Sandbox, practice, task",
    "Sandbox('shop').actors",
    "practice('buckets')",
    "task('let-the-clerk-in')",
]


def run_notebook(folder: Path) -> None:
    """Run cells that need the course, in a kernel that starts in a folder."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()


@pytest.mark.slow
def test_a_notebook_in_a_folder_of_a_course_uses_that_course(buckets):
    folder = buckets / "lessons" / "01-buckets" / "drafts"
    folder.mkdir()

    run_notebook(folder)


@pytest.mark.slow
def test_a_notebook_in_a_learners_copy_uses_the_course_of_the_copy(buckets, elsewhere):
    copy_course(find_course(buckets), elsewhere / "mine")

    run_notebook(elsewhere / "mine" / "01-buckets")
