"""Questions are compared with the answers of real learners, once there are enough of them."""

import csv

import pytest

from rolecall._yaml import BadFile
from rolecall.check import check_course
from rolecall.check._answers import read_answers
from rolecall.course import find_course

RIGHT, USER, ACCOUNT = "On the bucket", "On a user", "On the account"


@pytest.fixture
def report(course, tmp_path):
    """Check the course with the answers of a class, each learner's first one, to one question."""

    def report(*answers: str, name: str = "learner {}"):
        file = tmp_path / "progress.csv"
        with file.open("w", newline="") as stream:
            rows = csv.DictWriter(stream, ["name", "question", "answer", "correct"])
            rows.writeheader()
            for number, answer in enumerate(answers):
                fields = {"question": "where-it-stands", "answer": answer, "correct": answer == RIGHT}
                rows.writerow({"name": name.format(number), **fields})
        findings = check_course(find_course(course), proofs=False, notebooks=False, answers=(file,))
        return [(one.rule, one.line) for one in findings]

    return report


def test_answers_as_expected_are_no_finding(report):
    assert report(*[RIGHT] * 20, *[USER] * 8, *[ACCOUNT] * 4) == []


def test_an_option_that_hardly_anyone_chooses_is_reported(report):
    assert report(*[RIGHT] * 20, *[USER] * 19, ACCOUNT) == [("unpicked-option", 26)]


def test_an_option_that_more_learners_choose_than_the_right_one_is_reported(report):
    findings = report(*[RIGHT] * 17, *[USER] * 18, *[ACCOUNT] * 2)

    assert ("preferred-option", 24) in findings


def test_an_easy_question_that_most_get_wrong_is_reported(report):
    findings = report(*[RIGHT] * 10, *[USER] * 10, *[ACCOUNT] * 12)

    assert ("difficulty-of-answers", 20) in findings


def test_a_few_answers_say_nothing(report):
    assert report(*[USER] * 29) == []


def test_only_the_first_answer_of_a_learner_counts(report):
    assert report(*[USER] * 60, name="the same one") == []


def test_a_file_without_answers_is_reported_with_what_it_lacks(tmp_path):
    file = tmp_path / "grades.csv"
    file.write_text("name,score\nDana,3\n")

    with pytest.raises(BadFile, match="there is no column answer, correct, question"):
        read_answers(file)
