"""`rolecall quiz` and `rolecall progress`, as one types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rolecall.progress import Store
from rolecall.quiz import Entry, EntryKind, load_bank, variant

COURSE = Path(__file__).parents[2]
BANK = Path(__file__).parents[1] / "quiz" / "banks" / "kinds.yaml"


@pytest.fixture
def course(tmp_path):
    """A course with the one bank."""
    (tmp_path / "course" / "quizzes").mkdir(parents=True)
    for name in ("lessons", "sandbox"):
        (tmp_path / "course" / name).symlink_to(COURSE / name)
    (tmp_path / "course" / "quizzes" / "kinds.yaml").write_text(BANK.read_text())
    return tmp_path / "course"


def rolecall(course, *arguments, typed="") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rolecall", *arguments],
        cwd=course,
        env=os.environ | {"ROLECALL_DATA": str(course / "data"), "COLUMNS": "100"},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def letter(course, identifier: str, text: str) -> str:
    learner = Store(course / "data" / "progress.sqlite3").learner
    options = variant(load_bank(BANK).question(identifier), 0, learner=learner).shown_options()
    return "abcdefgh"[[option.text for option in options].index(text)]


def test_a_question_is_answered_in_the_terminal_and_kept(course):
    right, wrong = letter(course, "one", "A trust policy"), letter(course, "one", "A password")

    first = rolecall(
        course, "quiz", "kinds", "--course", ".", "--count", "1", typed=f"?\n{wrong}\n{right}\n"
    )

    assert first.returncode == 0, first.stderr
    assert "? shows a hint, ! the solution. Ctrl-D stops." in first.stdout
    assert "Who may come in?" in first.stdout
    assert "A role is a kind of user?" in first.stdout
    assert "✔ Right." in first.stdout
    assert "0 of 1 right at the first try." in first.stdout
    kept = Store(course / "data" / "progress.sqlite3").entries("practice/kinds/1")
    assert [entry.answer for entry in kept] == ["A password", "A trust policy"]


@pytest.mark.slow
def test_it_goes_on_where_it_was_left(course):
    rolecall(
        course,
        "quiz",
        # A path names the same bank.
        "quizzes/kinds.yaml",
        "--course",
        ".",
        "--count",
        "2",
        typed=f"{letter(course, 'one', 'A trust policy')}\n",
    )

    again = rolecall(course, "quiz", "kinds", "--course", ".", "--count", "2", typed="")

    assert "You continue at question 2." in again.stdout
    assert "Question 2 of 2" in again.stdout
    assert "Question 1 of 2" not in again.stdout
    assert "Your answers are saved." in again.stdout


@pytest.mark.slow
def test_a_letter_that_is_not_shown_is_asked_again(course):
    ran = rolecall(course, "quiz", "kinds", "--course", ".", "--count", "1", typed="z\n\n!\n")

    assert "'z' isn't one of the letters a to c." in ran.stdout
    assert ran.stdout.count("Type one letter (? hint, ! solution):") == 3


@pytest.mark.slow
def test_the_solution_names_the_letter(course):
    ran = rolecall(course, "quiz", "kinds", "--course", ".", "--count", "1", typed="!\n")

    assert f"Answer: {letter(course, 'one', 'A trust policy')}" in ran.stdout
    assert "Trust policy." in ran.stdout


def test_an_unknown_bank_is_reported_with_the_nearest_name(course):
    ran = rolecall(course, "quiz", "kind", "--course", ".")

    assert ran.returncode == 2
    assert "kinds" in ran.stderr


def test_progress_shows_skills_streak_and_misconceptions(course):
    store = Store(course / "data" / "progress.sqlite3")
    for _ in range(2):
        store.record(
            "practice/kinds/1", Entry(EntryKind.ANSWERED, "one", "x", False, 0, "roles", "role-is-a-user")
        )
    store.record("practice/kinds/1", Entry(EntryKind.ANSWERED, "one", "y", True, 1, "roles"))

    ran = rolecall(course, "progress")

    assert "3 answers, 1 right. Streak: 1 day." in ran.stdout
    assert "roles" in ran.stdout
    assert "Common mistake, made 2 times: role-is-a-user" in ran.stdout


@pytest.mark.slow
def test_progress_without_answers_says_how_to_start(course):
    assert "rolecall lab" in rolecall(course, "progress").stdout


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_exported_can_be_imported_elsewhere_and_once(course, tmp_path, form):
    here = Store(course / "data" / "progress.sqlite3")
    here.record("a", Entry(EntryKind.ANSWERED, "one", 'quo"te, ü', False, 0.5, "roles", "m"))
    here.record("a", Entry(EntryKind.RESTARTED))
    file = tmp_path / f"progress.{form}"
    assert rolecall(course, "progress", "export", "--format", form, str(file)).returncode == 0
    there = Store(tmp_path / "there" / "progress.sqlite3")
    environment = os.environ | {"ROLECALL_DATA": str(tmp_path / "there")}

    output = [
        subprocess.run(
            [sys.executable, "-m", "rolecall", "progress", "import", str(file)],
            env=environment, capture_output=True, text=True, check=True,
        ).stdout
        for _ in range(2)
    ]  # fmt: skip

    assert output == ["2 new answers.\n", "0 new answers.\n"]
    assert there.all_entries() == here.all_entries()


def test_a_file_that_is_not_an_export_is_reported_with_the_entry(course, tmp_path):
    (tmp_path / "bad.json").write_text('[{"at": "yesterday"}]')

    ran = rolecall(course, "progress", "import", str(tmp_path / "bad.json"))

    assert ran.returncode == 2
    assert "bad.json, entry 1: ValueError: Invalid isoformat string: 'yesterday'" in ran.stderr


def test_xapi_statements_on_request(course):
    store = Store(course / "data" / "progress.sqlite3")
    store.record("a", Entry(EntryKind.ANSWERED, "one", "x", True, 1.0, "roles"))

    [statement] = json.loads(rolecall(course, "progress", "export", "--format", "xapi").stdout)

    assert statement["verb"]["id"] == "http://adlnet.gov/expapi/verbs/answered"
    assert statement["result"] == {"success": True, "score": {"scaled": 1.0}, "response": "x"}
