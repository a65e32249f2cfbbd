"""In which order options, items, and matches are shown, and exported."""

import re
from collections import Counter
from pathlib import Path

import pytest

from rolecall.quiz import Bank, Entry, EntryKind, Practice, load_bank, variant
from rolecall.quiz.interchange import FORMATS, export_bank, import_bank

BANK = load_bank(Path(__file__).parent / "banks" / "kinds.yaml")
OPTIONS = [{"text": "Yes", "correct": True, "why": "So it is."}] + [
    {"text": text, "why": "It isn't."} for text in ("No", "Maybe", "Sometimes")
]
QUESTION = {
    **{
        "id": "q",
        "kind": "choice",
        "difficulty": "easy",
        "skill": "s",
        "prompt": "Is it?",
        "hint": "Think.",
    },
    **{"solution": ["It is."], "quick_check": "It is.", "common_mistakes": ["No."]},
}


def bank(*options: dict) -> Bank:
    questions = [{**QUESTION, "options": [*OPTIONS, *options]}]
    return Bank.model_validate({"bank": "b", "title": "B", "skills": {"s": "S"}, "questions": questions})


def shown(question) -> list[str]:
    return [one.text for one in question.shown_options()]


def test_learners_see_options_in_different_orders():
    question = bank().questions[0]

    orders = Counter(tuple(shown(variant(question, 0, learner=f"learner {n}"))) for n in range(200))
    first = Counter(order[0] for order in orders.elements())

    assert len(orders) == 24
    assert all(30 <= count <= 70 for count in first.values()), first


def test_the_same_learner_sees_the_same_order_again():
    question = bank().questions[0]

    assert shown(variant(question, 1, learner="a")) == shown(variant(question, 1, learner="a"))


def test_each_round_of_a_practice_shuffles_the_options_again():
    restarts = [Entry(EntryKind.RESTARTED)] * 8
    orders = {
        tuple(shown(Practice(bank(), 1, restarts[:count], learner="a").questions[0])) for count in range(9)
    }

    assert len(orders) > 3


def test_an_answer_is_the_option_that_the_learner_clicked_in_whichever_order():
    for seed in range(10):
        question = variant(bank().questions[0], seed, learner="a")
        place = shown(question).index("Yes")

        assert question.answer_from_input(place) == "Yes"
        assert question.display("Yes", due=False)["options"][place]["mark"] == "right"


@pytest.mark.parametrize("kind", ["order", "match"])
def test_items_and_matches_are_shuffled_too(kind):
    question = next(one for one in BANK.questions if one.kind == kind)

    displays = [str(variant(question, 0, learner=f"{n}").display(None, due=False)) for n in range(20)]

    assert len(set(displays)) > 1


def test_an_option_that_is_last_stays_last():
    question = bank({"text": "None of these", "why": "One is.", "last": True}).questions[0]

    assert {shown(variant(question, seed, learner="a"))[-1] for seed in range(30)} == {"None of these"}


@pytest.mark.parametrize("form", [name for name, one in FORMATS.items() if one.read and one.write])
def test_an_export_does_not_keep_the_right_option_first(form):
    questions = [
        {**QUESTION, "id": f"q{number}", "prompt": f"Is it {number}?", "options": OPTIONS}
        for number in range(24)
    ]
    many = Bank.model_validate({"bank": "b", "title": "B", "skills": {"s": "S"}, "questions": questions})

    back = import_bank(export_bank(many, form)[0], form, "b").bank

    places = Counter([one.correct for one in question.options].index(True) for question in back.questions)
    assert len(places) == 4
    assert max(places.values()) < 13


def test_qti_pins_the_last_option_and_shuffles_the_others():
    pinned = bank({"text": "None of these", "why": "One is.", "last": True})

    content, losses = export_bank(pinned, "qti")

    assert import_bank(content, "qti", "b").bank.questions[0].options[-1].last
    assert not any("last" in loss.what for loss in losses)


def test_moodle_does_not_shuffle_a_question_with_a_last_option():
    pinned = bank({"text": "None of these", "why": "One is.", "last": True})

    content, losses = export_bank(pinned, "moodle")

    assert re.search(rb"<shuffleanswers>(.+)</shuffleanswers>", content)[1] == b"false"
    assert [one.what for one in losses if "last" in one.what] == ["that an option is shown last"]
