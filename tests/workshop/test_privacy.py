"""What the service keeps of a person can be exported and deleted."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from rolecall.cli._main import main
from rolecall.workshop import attempts
from rolecall.workshop.activities import Activity, record_activities
from rolecall.workshop.grades import regrade
from rolecall.workshop.privacy import NoSuchPerson, delete_old, delete_person, export_person, person_named
from rolecall.workshop.receipts import Signer
from rolecall.workshop.rooms import DeletedPerson, join
from rolecall.workshop.tables import ActivityRow, Answer, Attempt, AuditEntry, Mark, Person, Room
from workshop.conftest import NOON


@pytest.fixture
def worked(database, assessments, write, ana, tmp_path):
    """Ana practiced, and submitted an attempt."""
    write()
    with database.session() as session:
        activity = Activity("a-key-1", "deck", "question", "my own words", False, 0.0, "")
        record_activities(session, ana, {}, [activity], NOON)
        attempt = attempts.start(session, assessments, assessments.assessment("quiz"), ana, NOON)
        question = assessments.question(attempts.PaperItem(**attempt.paper[0]), None)
        attempts.save(session, attempt, question, attempts.SubmittedAnswer(0, 0, 1), NOON)
        attempts.submit(session, attempt, Signer(tmp_path / "key"), NOON)
        return attempt.id


def test_an_export_has_everything_but_secrets(database, ana, worked):
    with database.read() as session:
        exported = json.loads(json.dumps(export_person(session, session.get_one(Person, ana))))

    assert exported["person"]["name"] == "Ana"
    assert "token" not in exported["person"]
    assert exported["activities"][0]["answer"] == "my own words"
    assert (exported["attempts"][0]["id"], exported["answers"][0]["given"]) == (worked, 0)
    assert {one["what"] for one in exported["audit"]} == {"joined", "attempt started", "attempt submitted"}


def test_deleting_keeps_marks_without_the_person_and_says_so_in_the_audit_log(database, ana, worked):
    with database.session() as session:
        session.get_one(Mark, (worked, 0)).score = 1.0
        left = delete_person(session, session.get_one(Person, ana), NOON, "administrator")

    with database.read() as session:
        assert session.get_one(Mark, (worked, 0)).score == 1.0
        answer = session.get_one(Answer, (worked, 0))
        assert (answer.given, answer.answer, session.get_one(Attempt, worked).receipt) == (None, "", "")
        assert session.scalars(select(ActivityRow)).all() == []
        log = [(one.who, one.what) for one in session.scalars(select(AuditEntry))]
    assert ("administrator", "data deleted") in log
    assert "Ana" not in str(log)
    assert left == f"Deleted learner {ana}"


def test_nothing_is_kept_of_a_deleted_person_whose_notebook_goes_on(database, assessments, ana, worked):
    activity = Activity("a-key-2", "deck", "question", "my own words", False, 0.0, "")
    with database.session() as session:
        delete_person(session, session.get_one(Person, ana), NOON, "administrator")

        for change in (
            lambda: record_activities(session, ana, {}, [activity], NOON),
            lambda: attempts.own(session, worked, ana, to_change=True),
            lambda: attempts.start(session, assessments, assessments.assessment("quiz"), ana, NOON),
        ):
            with pytest.raises(DeletedPerson):
                change()


def test_grading_again_leaves_the_marks_of_deleted_people(database, ana, worked):
    with database.session() as session:
        room = session.get_one(Person, ana).room_id
        delete_person(session, session.get_one(Person, ana), NOON, "administrator")

        assert regrade(session, room, "quiz", "Instructor", NOON) == 0


def test_people_who_were_not_seen_for_long_are_deleted(database, ana, worked):
    with database.session() as session:
        room = session.get_one(Person, ana).room_id

        assert delete_old(session, room, NOON + timedelta(days=29), 30) == 0
        assert delete_old(session, room, NOON + timedelta(days=31), 30) == 1
        assert delete_old(session, room, NOON + timedelta(days=31), 30) == 0


def test_an_unknown_name_is_reported(database, ana):
    with database.read() as session, pytest.raises(NoSuchPerson, match="named 'Ben'"):
        person_named(session, session.get_one(Person, ana).room_id, "Ben")


def test_the_commands_manage_a_roster_and_its_data(database, ana, tmp_path, monkeypatch):
    monkeypatch.setenv("ROLECALL_WORKSHOP_DATA", str(tmp_path / "data"))
    command = CliRunner()

    added = command.invoke(main, ["workshop", "roster", "add", "-", "--room", "Room"], input="Zoe\n")
    listed = command.invoke(main, ["workshop", "roster", "list", "--room", "Room"])
    exported = command.invoke(main, ["workshop", "data", "export", "--all", "--room", "Room"])
    deleted = command.invoke(main, ["workshop", "data", "delete", "Zoe", "--yes", "--room", "Room"])
    missing = command.invoke(main, ["workshop", "data", "export", "Zoe", "--room", "Room"])

    assert added.output.splitlines()[0] == "name,code"
    assert added.output.splitlines()[1].startswith("Zoe,")
    assert listed.output == "not yet  Zoe\n"
    assert {one["person"]["name"] for one in json.loads(exported.output)} == {"Ana", "Zoe"}
    assert "The marks stay in the statistics" in deleted.output
    assert (missing.exit_code, "named 'Zoe'" in missing.output) == (2, True)


def test_someone_named_as_a_deleted_learner_prevents_no_deletion(database, ana):
    with database.session() as session:
        room = session.get_one(Room, session.get_one(Person, ana).room_id)
        join(session, room.code, f"Deleted learner {ana}", NOON)

        left = delete_person(session, session.get_one(Person, ana), NOON, "administrator")

    assert left == f"Deleted learner {ana} (2)"


def test_a_learner_who_only_takes_assessments_is_seen(database, assessments, write, ana):
    write()
    later = NOON + timedelta(days=31)
    with database.session() as session:
        room = session.get_one(Person, ana).room_id
        attempts.start(session, assessments, assessments.assessment("quiz"), ana, later)

        assert delete_old(session, room, later, 30) == 0
