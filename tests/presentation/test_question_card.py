"""What the browser gets of a question before and after its answer is due."""

import json

import pytest

from rolecall.course import find_course
from rolecall.presentation.markdown import to_inline_html
from rolecall.presentation.question_card import asked_view, review_view, view
from rolecall.quiz import Entry, EntryKind, Practice, load_bank

BANKS = find_course().banks()


@pytest.mark.parametrize("file", BANKS, ids=lambda file: file.stem)
def test_a_question_that_is_asked_gives_nothing_away(file):
    bank = load_bank(file)

    for place, question in enumerate(bank.questions):
        shown = json.dumps(asked_view(bank, question, place, len(bank.questions)), ensure_ascii=False)
        whys = [option.why for option in getattr(question, "options", [])]
        for text in (*whys, *question.solution, question.hint):
            assert json.dumps(to_inline_html(text), ensure_ascii=False)[1:-1] not in shown, question.id


def test_a_revealed_question_shows_its_solution():
    practice = Practice(load_bank(BANKS[0]), 1, [])
    question = practice.questions[0]
    practice.note(Entry(EntryKind.REVEALED, question.id))

    shown = view(practice, 0, hint=False)

    assert shown["finished"]
    assert len(shown["question"]["solution"]) == len(question.solution)
    assert shown["question"]["verdict"] == "Here is the solution."


def test_a_review_marks_a_question_without_an_answer_as_not_answered():
    question = next(one for one in load_bank(BANKS[0]).questions if one.kind == "choice")

    (reviewed,) = review_view([(question, None)], None)

    assert (reviewed["mark"], reviewed["verdict"]) == ("✘", "not answered")
    assert reviewed["solution"]
