"""How an answer is read from a card and from a terminal, and shown there again."""

import json

import pytest

from rolecall.quiz import InvalidAnswer, grade
from rolecall.quiz.kinds import question_of


def test_a_kept_answer_becomes_the_input_that_it_came_from(judges, question):
    answer = question.right_answer(judges)

    assert question.answer_from_input(question.input_from_answer(answer)) == answer


def test_what_is_typed_for_the_right_answer_is_right(bank, judges, question):
    typed = question.typed_from_answer(question.right_answer(judges))

    assert grade(bank, question, question.answer_from_typed(typed), judges).correct


INPUTS = [
    ("one", 3),
    ("one", -1),
    ("one", True),
    ("one", "0"),
    ("one", None),
    ("several", 0),
    ("several", [4]),
    ("in-order", ["0", "1", "2"]),
    ("together", [0]),
    ("filled", ["Allow", "Service"]),
    ("how-long", 3600),
    ("typed", None),
    ("written", {}),
    ("predicted", "Allowed"),
]


@pytest.mark.parametrize(("identifier", "given"), INPUTS)
def test_an_input_that_no_card_sends_is_not_an_answer(bank, identifier, given):
    with pytest.raises(InvalidAnswer, match="isn't an answer"):
        bank.question(identifier).answer_from_input(given)


def test_an_answer_that_no_longer_fits_is_not_shown_again(bank):
    assert bank.question("one").input_from_answer("An option that was removed") is None
    assert bank.question("several").input_from_answer("no JSON") is None


TYPED = [
    ("one", "a b", "letter of one option"),
    ("one", "d", "'d' isn't one of the letters a to c"),
    ("several", "a a", "each letter once"),
    ("several", "e", "letters a to d"),
    ("in-order", "a b", "each of the 3 letters once"),
    ("together", "a", "2 letters, one for each number"),
    ("filled", '"Allow"', "2 texts with ; between them, for effect, who"),
    ("predicted", "1", "a letter from a to c"),
    ("predicted", "b 9", "a number from 1 to 8"),
]


@pytest.mark.parametrize(("identifier", "typed", "message"), TYPED)
def test_a_typed_text_that_is_not_an_answer_says_what_to_type(bank, identifier, typed, message):
    with pytest.raises(InvalidAnswer, match=message):
        bank.question(identifier).answer_from_typed(typed)


def test_letters_may_be_typed_with_commas_and_in_capitals(bank):
    question = bank.question("several")

    assert question.answer_from_typed("A,b") == question.answer_from_typed("a b")


def test_blanks_that_contain_semicolons_have_another_separator(bank):
    fields = bank.question("filled").model_dump(by_alias=True, exclude_unset=True)
    fields["blanks"]["who"]["accept"] = ["a; b"]
    question = question_of(fields)

    assert question.typing_instruction() == "Type ‹effect› | ‹who›"
    assert json.loads(question.answer_from_typed('"Allow" | a; b')) == {"effect": '"Allow"', "who": "a; b"}


def test_a_terminal_says_what_to_type_for_every_kind(question):
    assert question.typing_instruction().startswith("Type ")
