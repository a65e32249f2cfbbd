import json
from pathlib import Path

import pytest

from rolecall.course import Course, find_course
from rolecall.course.working_copy import CannotWrite, CopiedFile, copy_course


@pytest.fixture
def course(tmp_path) -> Course:
    folder = tmp_path / "course"
    for part in ("lessons/01-first", "quizzes", "sandbox"):
        (folder / part).mkdir(parents=True)
    (folder / "lessons/01-first/learn.ipynb").write_text("as shipped")
    (folder / "lessons/01-first/lesson.yaml").write_text("title: First")
    (folder / "lessons/01-first/tasks.yaml").write_text("tasks: with their solutions")
    (folder / "lessons/01-first/solved").mkdir()
    (folder / "lessons/01-first/solved/learn.ipynb").write_text("solved")
    return Course(folder)


def ship(course: Course, text: str) -> None:
    (course.folder / "lessons/01-first/learn.ipynb").write_text(text)


def test_the_notebooks_are_copied_and_the_authors_files_are_not(course, tmp_path):
    placed = copy_course(course, tmp_path / "mine")

    assert [one.path.as_posix() for one in placed] == ["01-first/learn.ipynb"]
    assert [one.name for one in (tmp_path / "mine/01-first").iterdir()] == ["learn.ipynb"]


def test_what_the_learner_changed_is_never_overwritten(course, tmp_path):
    mine = tmp_path / "mine/01-first/learn.ipynb"
    copy_course(course, tmp_path / "mine")
    mine.write_text("changed by me")

    assert copy_course(course, tmp_path / "mine") == []
    ship(course, "second edition")
    (placed,) = copy_course(course, tmp_path / "mine")

    assert mine.read_text() == "changed by me"
    assert (tmp_path / "mine" / placed.path).read_text() == "second edition"
    assert placed == CopiedFile(
        mine.with_name("learn (updated).ipynb").relative_to(tmp_path / "mine"),
        mine.relative_to(tmp_path / "mine"),
    )
    assert copy_course(course, tmp_path / "mine") == []


def test_a_third_edition_overwrites_no_second(course, tmp_path):
    copy_course(course, tmp_path / "mine")
    (tmp_path / "mine/01-first/learn.ipynb").write_text("changed by me")
    for edition in ("second edition", "third edition"):
        ship(course, edition)
        copy_course(course, tmp_path / "mine")

    texts = {path.name: path.read_text() for path in (tmp_path / "mine/01-first").iterdir()}

    assert texts == {
        "learn.ipynb": "changed by me",
        "learn (updated).ipynb": "second edition",
        "learn (updated 2).ipynb": "third edition",
    }


def test_an_untouched_notebook_follows_the_course(course, tmp_path):
    copy_course(course, tmp_path / "mine")
    ship(course, "second edition")

    (placed,) = copy_course(course, tmp_path / "mine")

    assert placed.beside is None
    assert (tmp_path / "mine/01-first/learn.ipynb").read_text() == "second edition"


def test_a_deleted_notebook_comes_back(course, tmp_path):
    copy_course(course, tmp_path / "mine")
    (tmp_path / "mine/01-first/learn.ipynb").unlink()

    assert [one.path.name for one in copy_course(course, tmp_path / "mine")] == ["learn.ipynb"]


def test_without_its_memory_nothing_is_overwritten(course, tmp_path):
    copy_course(course, tmp_path / "mine")
    (tmp_path / "mine/.rolecall.json").write_text("{torn")
    (tmp_path / "mine/01-first/learn.ipynb").write_text("changed by me")

    copy_course(course, tmp_path / "mine")

    assert (tmp_path / "mine/01-first/learn.ipynb").read_text() == "changed by me"


def test_a_folder_that_cannot_be_created_is_reported(course, tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(CannotWrite, match="name another folder with --dir"):
        copy_course(course, tmp_path / "file" / "mine")


def test_the_courses_own_lessons_are_whole():
    first = find_course().lessons()[0]

    assert first.name == "01-temporary-access"
    assert list(first.minutes) == [
        "why",
        "learn",
        "visualize",
        "try",
        "challenge",
        "project",
        "complexity",
        "recall",
        "diagnose",
        "apply",
    ]
    assert all(path.is_file() for path in first.notebooks.values())


def test_the_outputs_of_a_home_page_are_no_change_of_the_learner(course, tmp_path):
    page = course.folder / "lessons/index.ipynb"

    def write(path, source: str, *outputs: str) -> None:
        cell = {"cell_type": "code", "source": [source], "outputs": outputs}
        path.write_text(json.dumps({"cells": [cell]}))

    write(page, "home()")
    copy_course(course, tmp_path / "mine")
    write(tmp_path / "mine/index.ipynb", "home()", "3 days in a row")
    write(page, "home()  # second edition")

    assert copy_course(course, tmp_path / "mine") == [CopiedFile(Path("index.ipynb"))]
