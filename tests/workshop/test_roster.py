"""Graded work belongs to an identity; a display name is a label."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import event, select

from rolecall.workshop import attempts, rooms
from rolecall.workshop.platform_launches import platform_person
from rolecall.workshop.rooms import CannotJoin, Identity, free_name, join, open_room
from rolecall.workshop.roster import (
    BadRoster,
    add_to_roster,
    read_names,
    renew_personal_codes,
    roster,
)
from rolecall.workshop.tables import Person, Room
from workshop.conftest import NOON
from workshop.running import start_workshop


@pytest.fixture
def room(database) -> int:
    with database.session() as session:
        return open_room(session, "Room", NOON, 12)[0].id


def code_of(session, room: int) -> str:
    return session.get_one(Room, room).code


def test_a_personal_code_gives_the_same_person_each_time_however_it_is_typed(database, room):
    with database.session() as session:
        (issued,) = add_to_roster(session, room, ["Ana"], NOON)

        first = join(session, issued.code, "anything", NOON)
        again = join(session, issued.code.lower().replace("-", " "), "else", NOON)

        assert (first.person, first.name) == (again.person, again.name) == (again.person, "Ana")
        assert session.get_one(Person, first.person).identity == Identity.ROSTER
        assert [(one.name, one.has_joined) for one in roster(session, room)] == [("Ana", True)]


def test_the_database_has_no_code(database, room):
    with database.session() as session:
        (issued,) = add_to_roster(session, room, ["Ana"], NOON)

        kept = session.scalars(select(Person.personal_code).where(Person.personal_code.is_not(None))).all()

    assert issued.code.replace("-", "") not in str(kept)


def test_someone_who_typed_a_name_first_doesnt_get_the_place_on_the_roster(database, room):
    with database.session() as session:
        eve = join(session, code_of(session, room), "Ana", NOON)
        (issued,) = add_to_roster(session, room, ["Ana"], NOON)
        ana = join(session, issued.code, "", NOON)

        assert (ana.name, session.get_one(Person, eve.person).name) == ("Ana", "Ana (2)")


def test_a_typed_name_also_makes_way_for_a_name_with_a_number(database, room):
    with database.session() as session:
        eve = join(session, code_of(session, room), "Ana", NOON)
        issued = add_to_roster(session, room, ["Ana", "Ana (2)"], NOON)

        assert [one.name for one in issued] == ["Ana", "Ana (2)"]
        assert session.get_one(Person, eve.person).name not in ("Ana", "Ana (2)")


def test_a_new_code_replaces_the_old_one(database, room):
    with database.session() as session:
        (old,) = add_to_roster(session, room, ["Ana"], NOON)
        (new,) = renew_personal_codes(session, room, [], NOON)

        assert join(session, new.code, "", NOON).name == "Ana"
        with pytest.raises(CannotJoin):
            join(session, old.code, "x", NOON)
        with pytest.raises(BadRoster, match="not on the roster: Ben"):
            renew_personal_codes(session, room, ["Ben"], NOON)


def test_adding_a_roster_again_adds_only_new_names(database, room):
    with database.session() as session:
        add_to_roster(session, room, ["Ana"], NOON)

        assert [one.name for one in add_to_roster(session, room, ["Ana", "Ben"], NOON)] == ["Ben"]


def test_a_long_list_is_added_with_few_statements(database, room):
    """Learners' answers wait as long as this takes."""
    statements: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with database.session() as session:
        issued = add_to_roster(session, room, [f"Learner {number}" for number in range(200)], NOON)

    assert len({one.code for one in issued}) == 200
    assert sum(one.startswith("SELECT") for one in statements) < 5


@pytest.mark.parametrize(
    "text", ["Ana\nBen\n", "mail,name\na@x,Ana\nb@x,Ben\n", "\ufeffName\r\nAna\r\n\r\nBen"]
)
def test_names_are_read_from_lines_or_from_a_column(text):
    assert read_names(text) == ["Ana", "Ben"]


def test_joining_again_with_the_token_continues_as_the_same_person(database, room):
    with database.session() as session:
        code = code_of(session, room)
        first = join(session, code, "Ana", NOON)
        other = join(session, code, "Ana", NOON)

        assert other.name == "Ana (2)"
        assert join(session, code, "Ana", NOON, first.token) == first
        assert join(session, code, "Ana", NOON, other.token) == other
        assert join(session, code, "Ben", NOON, first.token).person not in (first.person, other.person)


def test_a_name_that_too_many_have_is_refused(database, room, monkeypatch):
    monkeypatch.setattr("rolecall.workshop.rooms._LARGEST_NUMBER", 2)
    with database.session() as session:
        for _ in range(2):
            join(session, code_of(session, room), "Ana", NOON)

        with pytest.raises(CannotJoin, match="too many people are here as Ana"):
            free_name(session, room, "Ana")


def test_extra_time_belongs_to_a_person_of_the_roster(database, room, assessments, write):
    write(accommodations="{Ana: 1.5}")
    with database.session() as session:
        eve = join(session, code_of(session, room), "Ana", NOON).person
        quiz = assessments.assessment("quiz")
        minutes = [attempts.start(session, assessments, quiz, eve, NOON).deadline - NOON]
        (issued,) = add_to_roster(session, room, ["Ana"], NOON)
        ana = join(session, issued.code, "", NOON).person
        minutes.append(attempts.start(session, assessments, quiz, ana, NOON).deadline - NOON)

    assert minutes == [timedelta(minutes=10), timedelta(minutes=15)]


def test_a_display_name_of_a_platform_gives_no_extra_time(database, room, assessments, write):
    write(accommodations="{Ana: 1.5, asmith: 2}")
    with database.session() as session:
        # Many platforms let a user change the display name, and none the name to sign in with.
        people = [
            platform_person(session, room, "https://lms.example", subject, name, login, NOON)[0].id
            for subject, name, login in (("7", "Ana", "eve"), ("8", "Ana", "asmith"))
        ]
        quiz = assessments.assessment("quiz")
        minutes = [attempts.start(session, assessments, quiz, one, NOON).deadline - NOON for one in people]

    assert minutes == [timedelta(minutes=10), timedelta(minutes=20)]


def test_a_paper_depends_on_the_rooms_secret(database, room, assessments, write, monkeypatch):
    write(seed="same")
    seeds = []
    draw = type(assessments).draw
    monkeypatch.setattr(
        type(assessments), "draw", lambda self, one, seed: seeds.append(seed) or draw(self, one, seed)
    )
    with database.session() as session:
        other = open_room(session, "Other", NOON, 12)[0].id
        for number in (room, room, other):
            person = join(session, code_of(session, number), "Ana", NOON).person
            attempts.start(session, assessments, assessments.assessment("quiz"), person, NOON)

    assert seeds[0] == seeds[1] != seeds[2]
    assert all(len(one) == 64 for one in seeds)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    running = start_workshop(tmp_path_factory.mktemp("graded"), open_assessments=False)
    yield running
    running.stop()


def test_a_display_name_starts_no_graded_assessment_and_a_personal_code_does(graded):
    zoe = graded.learner("Zoe")
    # Practice and questions for the class are open to anyone with the room's code.
    assert zoe.post("/api/done", json={"lesson": "why", "activities": []}).status_code == 200
    refused = zoe.post("/api/assessments/roles-midterm")
    assert (refused.status_code, refused.json()["detail"]["code"]) == (403, "no-identity")

    instructor = graded.instructor()
    issued = instructor.post("/roster", data={"names": "Zoe\nBen"})
    assert issued.headers["Content-Type"] == "text/csv; charset=utf-8"
    code = issued.text.splitlines()[1].split(",")[1]
    joined = httpx.post(f"{graded.url}/api/join", json={"code": code, "name": "x"}).json()
    zoe = {"Authorization": f"Bearer {joined['token']}"}

    assert joined["name"] == "Zoe"
    assert httpx.post(f"{graded.url}/api/assessments/roles-midterm", headers=zoe).status_code == 200


@pytest.mark.parametrize("name", ["service", "Retention", "ADMINISTRATOR"])
def test_no_one_gets_a_name_that_the_audit_log_uses(database, room, name):
    with database.session() as session:
        assert join(session, code_of(session, room), name, NOON).name == f"{name} (2)"


def test_a_full_room_takes_only_learners_with_a_personal_code(database, room, monkeypatch):
    monkeypatch.setattr(rooms, "_MOST_NAMES", 2)
    with database.session() as session:
        (issued,) = add_to_roster(session, room, ["Zoe"], NOON)
        ana = join(session, code_of(session, room), "Ana", NOON)
        join(session, code_of(session, room), "Ben", NOON)

        with pytest.raises(CannotJoin, match="full"):
            join(session, code_of(session, room), "Eve", NOON)

        assert join(session, issued.code, "", NOON).name == "Zoe"
        assert join(session, code_of(session, room), "Ana", NOON, ana.token).person == ana.person


@pytest.mark.parametrize(
    "text", ["Ana\rBen", "Ana\r\nBen\r\n", "\ufeffname\nAna\nBen", "id;x,Name\n7,Ana\n8,Ben"]
)
def test_a_list_is_read_with_the_line_breaks_of_any_system(text):
    assert read_names(text) == ["Ana", "Ben"]
