import pytest

from rolecall.quiz import Entry, EntryKind, Practice, Status, grade, select


def test_a_right_answer_is_worth_one(bank):
    given = grade(bank, bank.questions[0], "Yellow")

    assert given.correct
    assert given.misconception is None


def test_a_wrong_answer_names_the_misconception_behind_it(bank):
    given = grade(bank, bank.questions[0], "Red")

    assert given.score == 0
    assert given.misconception.title == "Every fruit is red"


def test_an_answer_that_is_no_option_cannot_be_graded(bank):
    with pytest.raises(ValueError, match="question 'banana' has no option 'Green'"):
        grade(bank, bank.questions[0], "Green")


def test_a_question_is_open_then_wrong_then_solved(bank):
    practice = Practice(bank)
    (question,) = practice.questions
    seen = [practice.status(question)]

    for text in ("Red", "Yellow"):
        practice.note(practice.answer(question, text))
        seen.append(practice.status(question))

    assert seen == [Status.OPEN, Status.WRONG, Status.SOLVED]
    assert practice.finished
    assert practice.right_at_first_try() == 0


def test_a_settled_question_takes_no_further_answer(bank):
    practice = Practice(bank, entries=[Entry(EntryKind.REVEALED, "banana")])

    with pytest.raises(ValueError, match="answered already"):
        practice.answer(practice.questions[0], "Yellow")


def test_what_was_done_before_is_where_one_goes_on(large_bank):
    first = Practice(large_bank).questions[0]

    again = Practice(large_bank, entries=[Entry(EntryKind.ANSWERED, first.id, "Yellow", True)])

    assert again.status(first) is Status.SOLVED
    assert again.first_unanswered() == 1


def test_a_round_has_every_difficulty_the_easy_ones_first(large_bank):
    difficulties = [question.difficulty for question in select(large_bank, 5)]

    assert difficulties == ["easy", "easy", "medium", "medium", "hard"]


def test_practising_again_asks_others_where_there_are_more(large_bank):
    practice = Practice(large_bank)
    before = [question.id for question in practice.questions]

    practice.note(Entry(EntryKind.RESTARTED))

    assert [question.id for question in practice.questions] != before
    assert not practice.finished


def test_an_option_that_the_author_reworded_since_is_not_held_against_anyone(bank):
    practice = Practice(bank, entries=[Entry(EntryKind.ANSWERED, "banana", "Scarlet", False)])

    assert practice.last_grade(practice.questions[0]) is None
