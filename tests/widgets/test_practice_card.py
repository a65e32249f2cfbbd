import json

import pytest

from rolecall.progress import Store
from rolecall.quiz import load_bank
from rolecall.widgets import PracticeCard, practice

BANK = """\
bank: fruit
title: Fruit
skills: {colour: Colours}
misconceptions: {all-red: {title: Every fruit is red, because: Bananas are not.}}
questions:
  - id: banana
    kind: choice
    difficulty: easy
    skill: colour
    prompt: "What colour has a ripe banana? <script>alert(1)</script>"
    options:
      - {text: Yellow, correct: true, why: Ripe ones are.}
      - {text: Red, why: Cherries are., misconception: all-red}
      - {text: Blue, why: None is.}
    hint: Think of the sun.
    solution: [Picture one.]
    quick_check: Sun, lemon, banana.
    common_mistakes: [Thinking of cherries.]
"""
KEY = ["Ripe ones are", "Picture one", "Sun, lemon", "correct", "right"]


@pytest.fixture
def bank(tmp_path):
    (tmp_path / "fruit.yaml").write_text(BANK)
    return load_bank(tmp_path / "fruit.yaml")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "progress.sqlite3")


@pytest.fixture
def card(bank, store):
    return PracticeCard(bank, store=store)


def do(card: PracticeCard, **message) -> dict:
    card._received(card, message, [])
    return card.view["question"]


def place(card: PracticeCard, text: str) -> int:
    return next(
        i for i, one in enumerate(card.view["question"]["content"]["options"]) if one["html"] == text
    )


def answer(card: PracticeCard, text: str) -> dict:
    return do(card, do="answer", question="banana", answer=place(card, text))


def test_the_browser_does_not_get_the_key_before_it_is_due(card):
    views = [json.dumps(card.view)]
    answer(card, "Red")
    views.append(json.dumps(card.view))
    do(card, do="hint", question="banana")
    views.append(json.dumps(card.view))

    assert not [word for state in views for word in KEY if word in state]


def test_a_wrong_answer_shows_why_and_what_lies_behind_it(card):
    question = answer(card, "Red")

    assert question["status"] == "wrong"
    assert question["content"]["options"][place(card, "Red")] == {
        "html": "Red",
        "mark": "wrong",
        "why": "Cherries are.",
    }
    assert "Bananas are not." in question["misconception"]
    assert question["mistakes"] == ["Thinking of cherries."]
    assert question["solution"] == []


def test_a_right_answer_shows_everything(card):
    question = answer(card, "Yellow")

    assert question["status"] == "solved"
    assert question["solution"] == ["Picture one."]
    assert all(option["why"] for option in question["content"]["options"])
    assert card.view["summary"] == "1 of 1 right at the first try."


def test_the_solution_can_be_asked_for_and_the_question_is_settled(card):
    question = do(card, do="reveal", question="banana")

    assert question["status"] == "revealed"
    assert question["quickCheck"] == "Sun, lemon, banana."


def test_another_card_goes_on_where_this_one_was_left(card, bank, store):
    answer(card, "Red")

    again = PracticeCard(bank, store=store)

    assert again.view["question"]["status"] == "wrong"
    assert again.view["question"]["given"] == place(again, "Red")


def test_practicing_again_starts_a_new_round_and_keeps_it(card, bank, store):
    answer(card, "Yellow")
    do(card, do="restart")

    assert card.view["question"]["status"] == "open"
    assert PracticeCard(bank, store=store).view["question"]["status"] == "open"


@pytest.mark.parametrize(
    "message",
    [
        {"do": "answer", "question": "cherry", "answer": 0},
        {"do": "answer", "question": "banana", "answer": 99},
        {"do": "answer", "question": "banana", "answer": "1"},
        {"do": "go", "place": -1},
        {"do": "go", "place": 5},
        {"do": "dance"},
        {},
        "banana",
        None,
    ],
)
def test_a_message_that_means_nothing_changes_nothing(card, message):
    before = card.view | {"serial": 0}

    card._received(card, message, [])

    assert card.view | {"serial": 0} == before


def test_an_answer_that_cannot_be_kept_is_not_taken_and_says_so(bank, tmp_path):
    (tmp_path / "file").write_text("in the way")
    card = PracticeCard(bank, store=Store(tmp_path / "file" / "progress.sqlite3"))

    question = answer(card, "Yellow")

    assert question["status"] == "open"
    assert "progress cannot be written" in card.view["problem"]


def test_html_in_a_bank_is_shown_as_text(card):
    assert "<script>" not in card.view["question"]["prompt"]
    assert "&lt;script&gt;" in card.view["question"]["prompt"]


def test_practice_opens_a_bank_of_the_course(monkeypatch, tmp_path):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path))

    assert len(practice("assume-role").view["statuses"]) == 5
