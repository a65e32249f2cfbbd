"""What the panel in JupyterLab's sidebar is given."""

import pytest

from rolecall.course import find_course
from rolecall.course.working_copy import copy_course
from rolecall.panel._outline_answer import outline_answer


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path / "data"))


def test_a_learners_copy_is_shown_with_addresses_in_the_copy(tmp_path):
    copy_course(find_course(), tmp_path / "copy")

    answer = outline_answer(tmp_path / "copy")

    assert answer.problem == ""
    assert len(answer.lessons) == len(find_course().lessons())
    assert answer.following.path == "01-temporary-access/why.ipynb"
    assert (tmp_path / "copy" / answer.lessons[0].home).is_file()


def test_a_copy_below_the_folder_is_found(tmp_path):
    copy_course(find_course(), tmp_path / "rolecall-course")

    answer = outline_answer(tmp_path)

    assert (tmp_path / answer.following.path).is_file()


def test_an_authors_course_is_shown():
    root = find_course().folder

    assert (root / outline_answer(root).following.path).is_file()


def test_a_folder_without_a_course_says_how_to_get_one(tmp_path):
    assert "Run `rolecall lab`" in outline_answer(tmp_path).problem


def test_an_unreadable_store_is_reported(tmp_path):
    copy_course(find_course(), tmp_path / "copy")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "progress.sqlite3").write_text("no database")

    assert "progress.sqlite3" in outline_answer(tmp_path / "copy").problem
