"""Grades go to nbgrader's database through nbgrader's own API."""

import shutil
from datetime import datetime

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from rolecall.cli import main
from rolecall.workshop.gradebook import StudentGrade
from rolecall.workshop.nbgrader_grades import push
from workshop.graded_work import NOON
from workshop.learning_platform import endpoint

ANA = StudentGrade("ana", "Ana Ruiz", "midterm", 1.5, 2, NOON)
BEN = StudentGrade("ben", "Ben", "midterm", 0.0, 2, None)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A database of nbgrader, which starts a program to create one."""
    file = tmp_path_factory.mktemp("nbgrader") / "gradebook.db"
    with Gradebook(f"sqlite:///{file}"):
        return file


@pytest.fixture
def file(empty, tmp_path):
    return shutil.copy(empty, tmp_path / "gradebook.db")


def scores(file, assignment="midterm") -> dict[str, tuple[float, float, datetime | None]]:
    """By student: the score, the maximum, and the time, as nbgrader reads them."""
    with Gradebook(f"sqlite:///{file}") as book:
        return {
            one.student.id: (one.score, one.max_score, one.timestamp)
            for one in book.assignment_submissions(assignment)
        }


def test_every_student_has_a_score_and_who_submitted_nothing_has_zero(file):
    assert push([ANA, BEN], file) == 2

    assert scores(file) == {
        "ana": (1.5, 2.0, datetime(2026, 11, 26, 12)),
        "ben": (0.0, 2.0, None),
    }


def test_a_grade_that_changed_replaces_the_old_one(file):
    push([ANA, BEN], file)

    push([StudentGrade("ben", "Ben", "midterm", 2.0, 2, NOON)], file)

    assert scores(file)["ben"][0] == 2.0
    assert scores(file)["ana"][0] == 1.5


def test_what_nbgrader_graded_itself_stays(file):
    with Gradebook(f"sqlite:///{file}") as book:
        book.add_assignment("midterm")
        book.add_notebook("p1", "midterm")
        book.add_grade_cell("c1", "p1", "midterm", max_score=3, cell_type="code")
        book.add_student("ana", first_name="Ana", last_name="Ruiz")
        book.add_submission("midterm", "ana")
        book.find_grade("c1", "p1", "midterm", "ana").auto_score = 3
        book.db.commit()

    push([ANA], file)

    assert scores(file)["ana"][:2] == (4.5, 5.0)
    with Gradebook(f"sqlite:///{file}") as book:
        assert book.find_student("ana").first_name == "Ana"


def test_the_command_pushes_the_grades_of_a_room(world, file, monkeypatch):
    world.grade("user-7", 1, 0.5, **endpoint("/lines/1"))
    monkeypatch.setenv("ROLECALL_WORKSHOP_DATA", str(world.service.settings.data))

    done = CliRunner().invoke(
        main, ["workshop", "grades", "push", "--nbgrader", str(file), "--room", "Room"]
    )

    assert done.output == f"1 grades written to {file}\n"
    assert scores(file, "roles-midterm")["user-7"][0] == 1.5
