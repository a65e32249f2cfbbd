"""Names that look like each other are flagged on the dashboard."""

import pytest

from rolecall.workshop.live import snapshot
from rolecall.workshop.lookalikes import lookalikes
from rolecall.workshop.marking import GradingStatus
from rolecall.workshop.rooms import join
from rolecall.workshop.tables import Person, Room
from workshop.conftest import NOON


@pytest.mark.parametrize("other", ["zoe", "Zoe (2)", "Zоe", "Ｚoe", "Zoé", "Z0e", "Z oe"])
def test_names_that_look_alike_are_found(other):
    assert lookalikes(["Zoe", "Ben", other]) == {"Zoe": [other], other: ["Zoe"]}


def test_other_names_are_not_flagged():
    assert lookalikes(["Ana", "Anna", "Ben", "Иван", "李", "🦊", "🐻"]) == {}


def test_the_dashboard_says_which_names_look_alike(database, ana):
    with database.session() as session:
        room = session.get_one(Room, session.get_one(Person, ana).room_id)
        join(session, room.code, "Аna", NOON)

        people = snapshot(session, room, NOON, GradingStatus(0, 0, 0, 0, ""))["people"]

    assert [one["name"] for one in people] == ["Ana (⚠ looks like Аna)", "Аna (⚠ looks like Ana)"]
