"""The file of an assessment, and the papers that are drawn from it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall._yaml import BadFile
from rolecall.assessment import Assessments, _papers, load_assessment
from rolecall.check import check_course
from rolecall.course import NoCourse, find_course

OWN = Assessments(find_course())


def test_a_paper_has_what_the_blueprint_says():
    assessment = OWN.assessment("roles-midterm")

    drawn = OWN.draw(assessment, "ana")

    found = [OWN.bank(one.bank).question(one.question) for one in drawn]
    assert len(found) == sum(line.count for line in assessment.blueprint) == 8
    assert Counter(one.kind for one in found)["policy"] == 1
    assert sum(one.difficulty == "easy" and one.kind in ("choice", "multi", "match") for one in found) >= 4


@given(st.text(max_size=20))
def test_the_same_seed_draws_the_same_and_no_question_twice(seed):
    assessment = OWN.assessment("roles-midterm")

    drawn = OWN.draw(assessment, seed)

    assert drawn == OWN.draw(assessment, seed)
    assert len({one.question for one in drawn}) == len(drawn)


def test_learners_have_different_papers():
    assessment = OWN.assessment("roles-midterm")

    papers = {tuple(one.question for one in OWN.draw(assessment, str(seed))) for seed in range(50)}

    assert len(papers) > 40


def test_a_class_that_starts_together_reads_the_assessment_once(monkeypatch):
    read = []

    def load(file, course):
        read.append(file)
        return load_assessment(file, course)

    monkeypatch.setattr(_papers, "load_assessment", load)
    learners, assessments = Barrier(8), Assessments(find_course(), look_every=60)

    def start(_):
        learners.wait()
        return assessments.assessment("roles-midterm")

    _papers._assessment.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(8)))

    assert len(read) == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"banks": "[assume-rol]"}, "there is no bank 'assume-rol'"),
        ({"minutes": 0}, "minutes"),
        ({"minuts": 10}, "minuts"),
        ({"blueprint": "[{count: 100, kinds: [choice]}]"}, "100 cannot be drawn"),
        ({"blueprint": "[{count: 1, kinds: [cloze]}]"}, "cloze"),
        ({"blueprint": "[]"}, "blueprint"),
        (
            {"opens": "2026-01-02T00:00:00Z", "closes": "2026-01-01T00:00:00Z"},
            "the assessment closes before it opens",
        ),
        ({"opens": "2026-01-02T00:00:00"}, "timezone"),
        ({"accommodations": "{Ana: 0.5}"}, "Ana"),
        ({"feedback": "some"}, "feedback"),
    ],
)
def test_a_faulty_assessment_is_reported_with_its_place(assessments, write, fields, problem):
    file = write(**fields)

    with pytest.raises(BadFile) as caught:
        assessments.assessment("quiz")

    assert problem in str(caught.value)
    assert str(file) in str(caught.value)


def test_lines_that_may_take_each_others_questions_must_leave_enough(assessments, write):
    easy = sum(one.difficulty == "easy" for one in OWN.bank("assume-role").questions)
    write(blueprint=f"[{{count: {easy}, difficulty: easy}}, {{count: 1, difficulty: easy}}]")

    with pytest.raises(BadFile, match=f"earlier lines may take {easy} of them; 1 cannot be drawn"):
        assessments.assessment("quiz")


def test_an_unknown_assessment_is_reported_with_the_nearest_name(assessments):
    with pytest.raises(NoCourse, match="did you mean roles-midterm"):
        assessments.assessment("role-midterm")


@pytest.mark.slow
def test_the_check_finds_a_faulty_assessment(course, write):
    file = write(minutes=0)

    found = [one for one in check_course(course, proofs=False, notebooks=False) if one.rule == "schema"]

    assert [(one.file, one.line) for one in found] == [("quizzes/assessments/quiz.yaml", 5)]
    assert file.read_text().splitlines()[4] == "minutes: 0"
