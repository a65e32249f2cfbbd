"""This repository's own course has no fault.

Its notebooks run in the suite themselves, and its tasks in `cheats/test_course_tasks.py`.
"""

import json
from collections import Counter

import pytest

from rolecall.check import check_course
from rolecall.check._loaded_course import load_course
from rolecall.check._proof_checks import check_proofs
from rolecall.course import find_course
from rolecall.lab import load_tasks, task_files
from rolecall.lab.judges import CourseJudges
from rolecall.quiz import Decide, load_bank, load_catalogue, variant

KINDS = ("choice", "multi", "blanks", "order", "match", "numeric", "cli", "policy", "decide")


@pytest.mark.slow
def test_no_file_of_the_course_has_a_fault_and_its_policy_questions_reject_bad_policies():
    assert list(map(str, check_course(find_course(), proofs=False, notebooks=False))) == []


@pytest.mark.slow
@pytest.mark.parametrize("bank", find_course().banks(), ids=lambda path: path.stem)
def test_each_proof_of_a_bank_holds(bank):
    read = load_course(find_course()).only(frozenset({bank}))

    assert list(map(str, check_proofs(read, lambda _: None))) == []


def test_each_notebook_is_kept_solved_with_its_outputs_and_nbval_compares_them():
    read = load_course(find_course())
    solved = [one for one in read.notebooks if one.parent.name == "solved"]
    given = [one for one in read.notebooks if one.parent.name != "solved"]

    assert [one.parent.parent / one.name for one in solved] == given
    for file in solved:
        cells = [one for one in json.loads(file.read_text())["cells"] if one["cell_type"] == "code"]
        tags = [set(one["metadata"].get("tags", [])) for one in cells]
        assert all(one & {"nbval-check-output", "nbval-ignore-output"} for one in tags), file


def test_each_solved_notebook_reaches_every_task_of_its():
    for file in find_course().folder.glob("lessons/*/solved/*.ipynb"):
        text = file.read_text()

        assert "✘ Not yet" not in text
        assert text.count("✔ Solved.") >= text.count(".solve()"), file


def test_each_lesson_has_ten_modes_and_a_home():
    for lesson in find_course().lessons():
        assert list(lesson.minutes) == [
            *("why", "learn", "visualize", "try", "challenge"),
            *("project", "complexity", "recall", "diagnose", "apply"),
        ]
        assert (find_course().folder / "lessons" / lesson.name / "index.ipynb").is_file()


@pytest.mark.parametrize("bank", find_course().banks(), ids=lambda path: path.stem)
class TestBank:
    def test_it_has_45_questions_of_every_kind_and_about_a_third_of_each_difficulty(self, bank):
        questions = load_bank(bank).questions

        assert len(questions) == 45
        assert min(Counter(one.difficulty for one in questions).values()) >= 12
        assert {one.kind for one in questions} == set(KINDS)

    def test_each_option_says_why(self, bank):
        for question in load_bank(bank).questions:
            assert all(option.why for option in getattr(question, "options", []))

    def test_each_question_cites_aws(self, bank):
        for question in load_bank(bank).questions:
            assert any("docs.aws.amazon.com" in one for one in question.references), question.id


def test_the_catalogue_has_thirty_misconceptions_or_more():
    assert len(load_catalogue(find_course().folder / "quizzes")) >= 30


def test_there_are_twenty_four_tasks_and_each_is_in_a_notebook():
    course = find_course()
    tasks = [one.id for file in task_files(course) for one in load_tasks(file)]
    notebooks = "".join(one.read_text() for one in (course.folder / "lessons").rglob("*.ipynb"))

    assert len(tasks) >= 24
    assert [one for one in tasks if f'task(\\"{one}\\")' not in notebooks] == []


def test_the_variants_of_a_decision_are_balanced_between_outcomes():
    judges = CourseJudges()
    try:
        for file in find_course().banks():
            for question in load_bank(file).questions:
                if isinstance(question, Decide):
                    drawn = [variant(question, seed, judges) for seed in range(60)]
                    outcomes = Counter(one.decision(judges).outcome for one in drawn)
                    assert set(outcomes.values()) == {60 // len(question.balance)}, question.id
    finally:
        judges.close()
