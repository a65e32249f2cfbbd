"""Versions of questions: what is kept of them, and when an answer to one is an answer to another."""

import pytest

from rolecall.assessment import Assessments, PaperItem, QuestionVersion, TaskVersion
from rolecall.course import find_course
from rolecall.lab import find_task, load_tasks, task_files
from rolecall.lab.judges import CourseJudges
from rolecall.quiz import load_bank
from rolecall.quiz.kinds import question_of

COURSE = find_course()
ASKED = {
    "id": "q", "difficulty": "easy", "skill": "s", "prompt": "Which?", "hint": "h", "solution": ["s"],
    "quick_check": "q", "common_mistakes": ["m"],
}  # fmt: skip


@pytest.mark.parametrize("file", COURSE.banks(), ids=lambda file: file.stem)
def test_a_version_has_everything_of_its_question(file):
    bank, assessments = load_bank(file), Assessments(COURSE)

    for question in bank.questions:
        kept = QuestionVersion.model_validate_json(
            assessments.version(PaperItem(bank.name, question.id, 0))
        )
        assert kept.question == question
        named = {name for _, name in question.named_misconceptions()}
        assert kept.bank.misconceptions == {name: bank.misconceptions[name] for name in named}


@pytest.mark.slow
def test_a_version_has_everything_of_its_task():
    assessments = Assessments(COURSE)
    tasks = [task for file in task_files(COURSE) for task in load_tasks(file)]

    for task in tasks:
        kept = TaskVersion.model_validate_json(assessments.version(PaperItem("task", task.id, 0)))
        assert kept.task == task
        assert kept.world == COURSE.world(task.world).read_text("utf-8")


def test_a_task_is_found_by_an_id_that_it_had_before(course):
    file = next(iter(task_files(course)))
    first = load_tasks(file)[0].id
    file.write_text(file.read_text("utf-8").replace(f"id: {first}\n", f"id: renamed\n    was: [{first}]\n"))

    assert find_task(course, first).id == "renamed"


def options(*texts, **fields):
    made = [{"text": text, "correct": not place, "why": "w"} for place, text in enumerate(texts)]
    return {**ASKED, "options": made, **fields}


MULTI = options("a", "b", "c", kind="multi")
VERSIONS = {
    "the key": (MULTI, {**MULTI, "options": [{**one, "correct": one["text"] != "a"} for one in MULTI["options"]]}, '["a"]', '["a"]'),
    "a reason": (MULTI, {**MULTI, "hint": "another"}, '["a"]', '["a"]'),
    "white space": ({**MULTI, "prompt": "Which\n  one?"}, {**MULTI, "prompt": "Which one?"}, '["a"]', '["a"]'),
    "the order": (MULTI, {**MULTI, "options": MULTI["options"][::-1]}, '["a", "b"]', '["a", "b"]'),
    "a text": (MULTI, {**MULTI, "options": [{**MULTI["options"][0], "text": "A", "was": ["a"]}, *MULTI["options"][1:]]}, '["a", "b"]', '["A", "b"]'),
    "a text without was": (MULTI, options("A", "b", "c", kind="multi"), '["a"]', None),
    "an option more": (MULTI, options("a", "b", "c", "d", kind="multi"), '["a"]', None),
    "an option less": (MULTI, options("a", "b", kind="multi"), '["a"]', None),
    "the prompt": (MULTI, {**MULTI, "prompt": "Which not?"}, '["a"]', None),
    "the kind": (options("a", "b", kind="choice"), options("a", "b", kind="multi"), "a", None),
    "the key of a number": ({**ASKED, "kind": "numeric", "answer": 1, "why": "w"}, {**ASKED, "kind": "numeric", "answer": 2, "why": "w"}, "1", "1"),
    "the items of an order": ({**ASKED, "kind": "order", "items": [{"text": one, "why": "w"} for one in "abc"]}, {**ASKED, "kind": "order", "items": [{"text": one, "why": "w"} for one in "abd"]}, '["a", "b", "c"]', None),
    "the order's key": ({**ASKED, "kind": "order", "items": [{"text": one, "why": "w"} for one in "abc"]}, {**ASKED, "kind": "order", "items": [{"text": one, "why": "w"} for one in "bca"]}, '["a", "b", "c"]', '["a", "b", "c"]'),
}  # fmt: skip


@pytest.mark.parametrize(("before", "now", "answer", "translated"), VERSIONS.values(), ids=VERSIONS)
def test_an_answer_counts_for_a_version_that_asks_the_same(before, now, answer, translated):
    assert question_of(now).answer_from_version(question_of(before), answer) == translated


def test_an_answer_to_a_removed_question_without_a_version_is_refused_with_the_reason():
    judges = CourseJudges(COURSE.folder)

    with pytest.raises(ValueError, match="removed from its bank"):
        Assessments(COURSE).gradable_answer(PaperItem("assume-role", "gone", 0), "", "x", judges)
