"""Tests, challenges, and flash cards: what the browser gets, and what is saved."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rolecall.course import find_course
from rolecall.progress import Store
from rolecall.quiz import flash_cards, load_bank, variant
from rolecall.widgets import ChallengeCard, PracticeCard, RecallCard, TestCard

BANK = load_bank(Path(__file__).parents[1] / "quiz" / "banks" / "kinds.yaml")
SECRETS = [
    "Ask, use, end",
    "That is the call",
    "An hour is the default",
    "An explicit Deny wins",
    "Temporary keys begin so",
]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "progress.sqlite3")


def do(card, /, **message) -> dict:
    card._received(card, message, [])
    return card.view


def answer_rightly(card) -> dict:
    shown = card.view["question"]["id"]
    question = variant(BANK.question(shown), 0, learner=card._store.learner)
    given = question.input_from_answer(question.right_answer(card._judges))
    return do(card, do="answer", question=shown, answer=given)


def test_a_test_tells_nothing_until_its_end(store):
    card = TestCard(BANK, store=store)
    views = []
    while "question" in card.view:
        views.append(json.dumps(card.view))
        answer_rightly(card)

    assert len(views) == 9
    assert not [word for view in views for word in SECRETS if word in view]
    assert card.view["result"]["verdict"] == "9 of 9: solid"
    assert len(card.view["result"]["review"]) == 9
    assert card.view["result"]["next"].startswith("Go on to the next lesson.")


def test_a_test_goes_on_where_the_kernel_was_killed(store):
    card = TestCard(BANK, store=store)
    for _ in range(3):
        answer_rightly(card)

    again = TestCard(BANK, store=store)

    assert again.view["question"]["id"] == card.view["question"]["id"]
    assert again.view["summary"] == "3 of 9 answered."


def test_an_invalid_answer_is_reported_and_the_question_stays(store):
    card = TestCard(BANK, store=store)
    while card.view["question"]["kind"] != "numeric":
        answer_rightly(card)

    view = do(card, do="answer", question="how-long", answer="3600 parsecs")

    assert view["problem"] == "'parsecs' isn't a unit here; use one of seconds, minutes, hours"
    assert view["question"]["id"] == "how-long"


def test_a_challenge_gives_a_badge_for_all_right(store):
    card = ChallengeCard(BANK, count=3, store=store)
    assert "question" not in card.view

    do(card, do="start")
    assert card.view["secondsLeft"] > 50
    for _ in range(3):
        answer_rightly(card)

    assert card.view["result"]["verdict"] == "Badge earned"


def test_two_wrong_attempts_lose_a_problem(store):
    card = ChallengeCard(BANK, count=3, store=store)
    do(card, do="start")
    first = card.view["question"]["id"]
    for _ in range(2):
        question = variant(BANK.question(first), 0, learner=card._store.learner)
        given = question.input_from_answer(question.right_answer())
        bad = (given + 1) % 3 if isinstance(given, int) else [one for one in range(4) if one not in given]
        do(card, do="answer", question=first, answer=bad)

    assert card.view["question"]["id"] != first
    assert card.view["statuses"][0] == "wrong"


def test_a_late_answer_counts_for_nothing(store, monkeypatch):
    card = ChallengeCard(BANK, count=1, store=store)
    do(card, do="start")
    card._opened -= timedelta(seconds=1000)

    answer_rightly(card)

    assert card.view["result"]["verdict"] == "No badge this time"


def test_a_clock_that_was_started_runs_on_without_the_kernel(store):
    card = ChallengeCard(BANK, count=3, store=store)
    do(card, do="start")
    question, left = card.view["question"]["id"], card._seconds_left()

    again = ChallengeCard(BANK, count=3, store=store)

    assert again.view["question"]["id"] == question
    assert 0 < again._seconds_left() < left


def test_a_timeout_that_the_clock_does_not_know_changes_nothing(store):
    card = ChallengeCard(BANK, count=1, store=store)
    do(card, do="start")

    view = do(card, do="timeout", question=card.view["question"]["id"])

    assert "question" in view


def test_a_flash_card_shows_its_back_only_when_turned(store):
    card = RecallCard(BANK, store=store)
    front = card.view["flash"]

    turned = do(card, do="turn", card=front["card"])["flash"]

    assert front["back"] == ""
    assert front["left"] == 9
    assert turned["back"]
    assert [one["word"] for one in turned["answers"]] == ["Again", "Hard", "Good", "Easy"]


def test_a_flash_card_has_everything_that_its_question_refers_to():
    cards = {one.name: one for one in flash_cards(load_bank(find_course().bank("assume-role")))}

    match, order, policy = (
        cards[name] for name in ("parts-of-a-role", "order-of-a-session", "bucket-or-object")
    )

    assert "- Trust policy" in match.front
    assert "The matches:" in match.front
    assert match.back.count(" — ") == 3
    assert order.front.count("\n- ") >= 3
    assert "\n1. " in order.back
    assert "- must stay denied: " in policy.front
    assert "s3:ListBucket" in policy.back


def test_a_card_that_was_known_comes_back_later_than_one_that_was_not(store):
    card = RecallCard(BANK, store=store)
    due = {}
    for how in (1, 4):
        name = card.view["flash"]["card"]
        do(card, do="turn", card=name)
        do(card, do="recalled", card=name, recalled=how)
        due[how] = store.cards("recall/kinds")[name].due

    assert due[1] < datetime.now(UTC) + timedelta(minutes=5)
    assert due[4] > datetime.now(UTC) + timedelta(days=3)


def test_when_nothing_is_due_the_card_says_when_something_is(store):
    card = RecallCard(BANK, store=store)
    while card.view["flash"]["card"]:
        name = card.view["flash"]["card"]
        do(card, do="turn", card=name)
        do(card, do="recalled", card=name, recalled=4)

    assert card.view["flash"]["wait"].endswith("days")
    assert store.due(datetime.now(UTC) + timedelta(days=30)) == {"recall/kinds": 9}


EXPERIMENT = """\
bank: refuted
title: T
skills: {s: S}
misconceptions:
  open: {title: Roles are open to all, because: They are not., experiment: {world: reports, steps: [
    {as: eve, call: sts.get_caller_identity, expect: {ok: [Arn]}}]}}
questions:
  - {id: q, kind: choice, difficulty: easy, skill: s, prompt: p, hint: h, solution: [s], quick_check: q,
     common_mistakes: [m], options: [{text: a, correct: true, why: w}, {text: b, why: w, misconception: open}]}
"""


def test_after_the_second_time_a_misconception_can_be_refuted_by_trying(tmp_path, store):
    (tmp_path / "refuted.yaml").write_text(EXPERIMENT)
    card = PracticeCard(load_bank(tmp_path / "refuted.yaml"), store=store)
    place = next(
        i for i, one in enumerate(card.view["question"]["content"]["options"]) if one["html"] == "b"
    )

    once = do(card, do="answer", question="q", answer=place)["question"]
    twice = do(card, do="answer", question="q", answer=place)["question"]

    assert once["experiment"] == ""
    assert "get_caller_identity" in twice["experiment"]


@pytest.mark.parametrize("kind", [TestCard, ChallengeCard, RecallCard, PracticeCard])
@pytest.mark.parametrize(
    "message",
    [None, [], {}, {"do": "answer"}, {"do": "answer", "question": "x", "answer": 1}, {"do": "turn", "card": 7},
     {"do": "recalled", "card": "one", "recalled": 9}, {"do": "timeout", "question": None}, {"do": "go", "place": 99}],
    ids=str,
)  # fmt: skip
def test_a_message_that_means_nothing_changes_nothing(store, kind, message):
    card = kind(BANK, store=store)
    before = {key: value for key, value in card.view.items() if key != "serial"}

    card._received(card, message, [])

    assert {key: value for key, value in card.view.items() if key != "serial"} == before
