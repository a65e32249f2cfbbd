from pathlib import Path

import pytest

from rolecall._yaml import BadFile
from rolecall.course import find_course
from rolecall.quiz import load_bank


@pytest.mark.parametrize("path", find_course().banks(), ids=lambda path: path.stem)
def test_the_courses_banks_have_no_fault(path):
    assert len(load_bank(path).questions) >= 5


def test_the_fixed_form_of_a_bank_is_read(bank):
    question = bank.question("banana")

    assert question.right.text == "Yellow"
    assert bank.misconceptions["all-red"].because == "Bananas are not."


# What the author wrote, what would be right, and what the error says.
MISTAKES = [
    ("Red\n        why", "Red\n        correct: true\n        why", "20:18: questions[0].options[1].correct: this is a second right option; a choice has one"),
    ("correct: true\n        ", "", "16:7: questions[0].options: no option is right; mark one of them with correct: true"),
    ("skill: colour", "skill: color", "13:12: questions[0].skill: this bank has no skill 'color'; did you mean colour?"),
    ("misconception: all-red", "misconception: al-red", "21:24: questions[0].options[1].misconception: this bank has no misconception 'al-red'; did you mean all-red?"),
    ("        why: None is.\n", "", "22:9: questions[0].options[2]: why is missing"),
    ("difficulty: easy", "difficulty: simple", "12:17: questions[0].difficulty: 'simple' is not one of 'easy', 'medium' or 'hard'"),
    ("kind: choice", "kind: chioce", "11:11: questions[0].kind: there is no kind 'chioce'; did you mean choice?"),
    ("hint: Think", "hnit: Think", "24:5: questions[0].hnit: no such field; did you mean hint?"),
    ("id: banana", "id: Ba nana", "10:9: questions[0].id: 'Ba nana' is not an ID; write lowercase words joined by hyphens, such as first-role"),
    ("text: Blue", "text: Red", "22:15: questions[0].options[2].text: another option has the same text; change or remove one"),
    ("text: Blue", "text: Blue\n        was: [Red]", "questions[0].options[2].was[0]: an option of this question has or had this text already; remove it here"),
    ("text: Red", "id: red\n        text: Red\n        why: Cherries are.\n      - id: red\n        text: Rose", "questions[0].options[2].id: another option has the same ID; choose another"),
    ("id: banana", "id: banana\n    was: [banana]", "questions[0].was[0]: 'banana' is or was the ID of the question 'banana'; remove it here"),
    ("text: Blue", "text: 7", "22:15: questions[0].options[2].text: this must be a text, not 7; put it in quotes"),
    ("hint: Think of the sun.", "hint: '  '", "24:11: questions[0].hint: this text is empty; write one"),
    ("hint: Think of the sun.", "hint: note: the sun", "this is not YAML: mapping values are not allowed here; put a text with a colon in quotes"),
    ("    hint:", "\thint:", "this is not YAML: found character '\\t' that cannot start any token; indent with spaces"),
    ("title: Fruit", "title: Fruit\ntitle: Vegetables", "3:1: title: this key occurs twice; keep one"),
    ("solution: [Picture one.]", "solution: []", "25:15: questions[0].solution: List should have at least 1 item"),
    ("questions:\n", "questions: &all\n  - *all\n", "this alias refers to a value that contains it"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_an_authors_mistake_is_reported_with_its_place_and_fix(write, right, wrong, message):
    file = write(right, wrong)

    with pytest.raises(BadFile) as raised:
        load_bank(file)

    assert message in str(raised.value)
    assert str(raised.value).startswith(f"{file}:")


def test_all_mistakes_are_reported_together(write):
    file = write("difficulty: easy\n    skill: colour", "difficulty: simple\n    skil: colour")

    with pytest.raises(BadFile) as raised:
        load_bank(file)

    assert len(raised.value.faults) == 3  # a wrong value, a field that does not exist, one that is missing


def test_a_missing_file_is_reported():
    with pytest.raises(BadFile, match=r"nowhere\.yaml:1:1: cannot be read: No such file"):
        load_bank(Path("nowhere.yaml"))
