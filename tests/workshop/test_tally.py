"""The dashboards' counters: each activity is read once, and they are what a fresh count is."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from rolecall.workshop.activities import Activity, record_activities
from rolecall.workshop.live import snapshot
from rolecall.workshop.marking import GradingStatus
from rolecall.workshop.rooms import join
from rolecall.workshop.tables import ActivityRow, Person, Room
from rolecall.workshop.tally import Tally
from workshop.conftest import NOON

IDLE = GradingStatus(0, 0, 0, 0, "")


@pytest.fixture
def room(database, ana) -> int:
    with database.read() as session:
        return session.get_one(Person, ana).room_id


@pytest.fixture
def do(database):
    numbers = iter(range(100))

    def done(person: int, question: str, answer: str, *, correct: bool, at=NOON, misconception="") -> None:
        activity = Activity(f"key-{next(numbers)}", "d", question, answer, correct, 1.0, misconception)
        with database.session() as session:
            record_activities(session, person, {}, [activity], at)

    return done


def seen(database, room, tally) -> dict:
    with database.read() as session:
        return snapshot(session, session.get_one(Room, room), NOON, IDLE, tally)


def test_what_is_added_later_is_counted_as_if_everything_were_counted_again(database, room, ana, do):
    tally = Tally(room)
    with database.session() as session:
        ben = join(session, session.get_one(Room, room).code, "Ben", NOON).person
    for number in range(6):
        do(ana, "q", "wrong", correct=False, at=NOON + timedelta(seconds=number), misconception="m")
        do(ben, "q", "right", correct=True, at=NOON + timedelta(seconds=number))
        do(ben, f"q{number % 2}", "a", correct=number > 3, at=NOON + timedelta(minutes=number))

        assert seen(database, room, tally) == seen(database, room, Tally(room))

    (first, second) = seen(database, room, tally)["people"]
    assert (first["name"], first["stuck"], first["answered"], first["right"]) == ("Ana", True, 1, 0)
    assert (second["name"], second["stuck"], second["answered"], second["right"]) == ("Ben", False, 3, 3)


def test_an_activity_is_read_once(database, room, ana, do):
    tally = Tally(room)
    do(ana, "q", "a", correct=True)
    seen(database, room, tally)
    added = []
    tally._add = added.append

    seen(database, room, tally)

    assert added == []


def test_an_activity_with_an_earlier_time_is_counted_too(database, room, ana, do):
    """Another service's clock may be behind, or its commit may have taken long."""
    tally = Tally(room)
    do(ana, "q", "a", correct=True, at=NOON)
    seen(database, room, tally)

    do(ana, "q1", "a", correct=True, at=NOON - timedelta(seconds=5))
    do(ana, "q2", "a", correct=True, at=NOON - timedelta(minutes=5))

    assert seen(database, room, tally)["people"][0]["answered"] == 3


def test_deleted_activities_are_no_longer_counted(database, room, ana, do):
    tally = Tally(room)
    do(ana, "q", "a", correct=True)
    seen(database, room, tally)

    with database.session() as session:
        session.execute(delete(ActivityRow))

    assert seen(database, room, tally)["questions"] == []


def test_many_long_answers_of_one_learner_fill_no_dashboard(database, room, ana, do, monkeypatch):
    monkeypatch.setattr("rolecall.workshop.tally._MOST_QUESTIONS", 1)
    with database.session() as session:
        ben = join(session, session.get_one(Room, room).code, "Ben", NOON).person
    for number in range(3):
        do(ana, f"made up {number}", "a", correct=False)
    for person in (ana, ben):
        do(person, "asked", "x" * 8_000, correct=False)

    (question,) = seen(database, room, Tally(room))["questions"]

    assert (question["question"], question["answered"]) == ("asked", 2)
    assert len(question["answers"][0]["answer"]) == 301


def test_a_name_that_many_have_does_not_list_them_all(database, room):
    with database.session() as session:
        for _ in range(30):
            join(session, session.get_one(Room, room).code, "jovyan", NOON)

    names = [one["name"] for one in seen(database, room, None)["people"]]

    assert max(map(len, names)) < 100
    assert any("and 26 more" in one for one in names)
