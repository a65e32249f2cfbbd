"""A change is checked where it matters, and only what it touches runs again."""

import pytest

from rolecall.check import Finding, check_again
from rolecall.check._loaded_course import load_course
from rolecall.check._touched import touched
from rolecall.course import find_course

BANK, TASKS = "quizzes/buckets.yaml", "lessons/01-buckets/tasks.yaml"
WHY = "lessons/01-buckets/why.ipynb"

# The changed file, the files that are reported (None for all), and those that run again.
CHANGES = [
    (BANK, {BANK}, {BANK}),
    (WHY, {WHY}, {WHY}),
    (TASKS, {TASKS, WHY}, {TASKS, WHY}),
    ("sandbox/shop.yaml", {"sandbox/shop.yaml", BANK, TASKS, WHY}, {"sandbox/shop.yaml", BANK, TASKS, WHY}),
    ("check.yaml", None, {"check.yaml"}),
    ("words.txt", None, {"words.txt"}),
    ("quizzes/misconceptions.yaml", {"quizzes/misconceptions.yaml", BANK, TASKS}, {"quizzes/misconceptions.yaml"}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "reported", "run"), CHANGES, ids=[file for file, *_ in CHANGES])
def test_a_change_touches_what_uses_the_file(course, file, reported, run):
    loaded = load_course(find_course(course))

    found = touched(loaded, frozenset({course / file}))

    assert found.reported == (None if reported is None else {course / one for one in reported})
    assert found.run == {course / one for one in run}


def test_what_other_files_showed_in_a_sandbox_is_kept(course):
    proof = Finding(BANK, 20, 1, "proof", "the call succeeded")
    fixed = Finding(BANK, 10, 1, "schema", "no such field")
    lesson = course / "lessons" / "01-buckets" / "lesson.yaml"
    lesson.write_text(lesson.read_text().replace("why: 2", "wy: 2"))

    findings = check_again(find_course(course), [proof, fixed], frozenset({lesson}))

    assert proof in findings
    assert fixed not in findings
    assert "schema" in [one.rule for one in findings if one.file == "lessons/01-buckets/lesson.yaml"]
