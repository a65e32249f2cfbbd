"""What `rolecall new` makes passes `rolecall check` at once."""

import pytest
from click.testing import CliRunner

from rolecall.check import check_course
from rolecall.cli._main import main
from rolecall.course import find_course
from rolecall.quiz import kinds
from rolecall.scaffold import KINDS


def run(*arguments: str):
    return CliRunner().invoke(main, ["new", *arguments])


@pytest.fixture
def course(tmp_path):
    assert run("course", str(tmp_path / "tea")).exit_code == 0
    return tmp_path / "tea"


def test_there_is_an_example_of_every_kind_of_question():
    assert set(KINDS) == set(kinds.KINDS)


@pytest.mark.slow
def test_a_new_course_has_no_fault(course):
    assert check_course(find_course(course)) == []


@pytest.mark.slow
def test_everything_new_in_it_has_no_fault(course):
    for arguments in (
        ["world", "cups"],
        ["bank", "cups", "--world", "cups"],
        ["lesson", "02-cups", "--bank", "cups", "--world", "cups"],
        *(["question", "cups", f"new-{kind}", "--kind", kind] for kind in KINDS),
    ):
        done = run(*arguments, "--course", str(course))
        assert done.exit_code == 0, done.output

    # The first question of each new bank is the same one, until its author writes another.
    (same,) = check_course(find_course(course), notebooks=False)
    assert (same.rule, same.message.partition(" in ")[0]) == (
        "near-duplicate",
        "questions[0].prompt: asks the same as 'cups-reading'",
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["world", "tea"], "tea.yaml already exists; it was not changed"),
        (["bank", "cups", "--world", "cup"], "there is no world 'cup'"),
        (["lesson", "02-x", "--bank", "x", "--world", "tea"], "there is no bank 'x'"),
        (["question", "tea", "tea-reading"], "already has a question 'tea-reading'"),
    ],
)
def test_what_cannot_be_created_is_reported_and_nothing_is_lost(course, arguments, says):
    before = {file: file.read_bytes() for file in course.rglob("*") if file.is_file()}

    done = run(*arguments, "--course", str(course))

    assert done.exit_code == 2
    assert says in done.output
    assert {file: file.read_bytes() for file in course.rglob("*") if file.is_file()} == before


def test_a_folder_that_holds_something_is_left_alone(course):
    assert "is not empty" in run("course", str(course)).output
