"""The grading threads outlive every failure, and a failure costs one answer alone."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rolecall.workshop import attempts
from rolecall.workshop.database import Unavailable
from rolecall.workshop.graders import AnswerGrade, Graders, GradingError
from rolecall.workshop.grades import regrade
from rolecall.workshop.marking import Marker
from rolecall.workshop.privacy import delete_person
from rolecall.workshop.receipts import Signer
from rolecall.workshop.rooms import join
from rolecall.workshop.tables import Answer, Attempt, Mark, Person, Room

START = datetime(2026, 11, 26, 12, tzinfo=UTC)
CLEAN = AnswerGrade(1.0, "", [{"part": "all", "right": True, "why": "as it should be"}])


class Clock:
    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


class FaultyGraders:
    """Answers `bad` fail in a chosen way; every other answer is right."""

    def __init__(self, fault) -> None:
        self.fault, self.bad_tries = fault, 0

    def grade(self, drawn, answer: str, version: str = "") -> AnswerGrade:
        if answer != "bad":
            return CLEAN
        self.bad_tries += 1
        return self.fault()


def raises(error):
    def fault():
        raise error

    return fault


FAULTS = {
    "no process can be started": raises(OSError("Cannot allocate memory")),
    "a text that no database takes": lambda: AnswerGrade(
        1.0, "", [{"part": "", "right": True, "why": "\ud800"}]
    ),
    "a grade that is no number": lambda: AnswerGrade("x", "", []),
    "the process broke": raises(GradingError("it ended the process that graded it")),
    "an error in our own code": raises(KeyError("score")),
}


@pytest.fixture
def submitted(database, ana, tmp_path):
    """An attempt of Ana's with three answers, the first of which is bad."""
    with database.session() as session:
        room = session.get_one(Person, ana).room_id
        attempt = Attempt(
            id="attempt",
            room_id=room,
            person_id=ana,
            assessment="quiz",
            number=1,
            paper=[{"bank": "b", "question": f"q{place}", "seed": 0} for place in range(3)],
            started=START,
            deadline=START + timedelta(minutes=1),
            submitted=None,
            receipt="",
        )
        session.add(attempt)
        session.flush()
        for place, answer in enumerate(("bad", "good", "good")):
            session.add(
                Answer(
                    attempt_id="attempt",
                    place=place,
                    given=answer,
                    answer=answer,
                    serial=1,
                    seconds=0.0,
                    saved=START,
                )
            )
        session.flush()
        attempts.submit(session, attempt, Signer(tmp_path / "key"), START)
    return room


@pytest.fixture
def marker_with(database, tmp_path):
    started = []

    def made(graders, clock=None, **options) -> Marker:
        marker = Marker(database, graders, Signer(tmp_path / "key"), clock or Clock(), **options)
        started.append(marker)
        return marker

    yield made
    for marker in started:
        marker.close()


def marks(database) -> list[tuple[str, float]]:
    with database.read() as session:
        return [
            (one.state, one.score)
            for place in range(3)
            if (one := session.get_one(Mark, ("attempt", place)))
        ]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_answer_that_cannot_be_graded_fails_alone_and_is_logged(
    submitted, database, marker_with, fault, caplog
):
    graders = FaultyGraders(fault)
    marker = marker_with(graders)

    while marker.grade_one():
        pass

    given_up = fault is not FAULTS["a text that no database takes"]
    assert marks(database)[1:] == [("done", 1.0)] * 2
    assert marks(database)[0] == (("failed", 0.0) if given_up else ("done", 1.0))
    assert graders.bad_tries == (2 if given_up else 1)
    assert ("answer 0 of attempt attempt" in caplog.text) == given_up


def test_the_threads_go_on_after_an_error_and_grade_the_rest(submitted, database, marker_with):
    graded = threading.Event()

    def afterwards(_: bool) -> None:
        if not {"waiting", "claimed"} & {state for state, _ in marks(database)}:
            graded.set()

    marker = marker_with(FaultyGraders(raises(OSError("no more processes"))), afterwards=afterwards)

    marker.start(2)
    assert graded.wait(20)

    assert marks(database) == [("failed", 0.0), ("done", 1.0), ("done", 1.0)]
    with database.read() as session:
        status = marker.status(session, submitted)
    assert (status.is_working, status.working, status.waiting, status.failed) == (True, 2, 0, 1)
    assert "OSError" in status.last_problem


def test_an_error_outside_of_grading_is_logged_and_the_thread_goes_on(database, marker_with, caplog):
    rounds = threading.Semaphore(0)

    def broken(_: bool) -> None:
        rounds.release()
        raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    marker = marker_with(FaultyGraders(None), afterwards=broken)
    marker.start(1)
    for _ in range(2):
        assert rounds.acquire(timeout=20)
        marker.wake()

    assert "grading met an unexpected error and goes on" in caplog.text
    assert "surrogates not allowed" in caplog.text


def test_a_thread_that_ended_shows_in_the_status(database, submitted, marker_with, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    marker = marker_with(FaultyGraders(None))
    monkeypatch.setattr(marker, "_submit_overdue", raises(SystemExit()))
    marker.start(1)
    marker._threads[0].join(20)

    with database.read() as session:
        status = marker.status(session, submitted)

    assert (status.is_working, status.workers, status.working) == (False, 1, 0)


def test_a_thread_that_hangs_shows_in_the_status(database, submitted, marker_with, monkeypatch):
    release = threading.Event()
    marker = marker_with(FaultyGraders(None))
    monkeypatch.setattr(marker, "_submit_overdue", lambda: release.wait(20))
    marker.start(1)
    monkeypatch.setattr("rolecall.workshop.marking._SILENT", -1.0)

    with database.read() as session:
        status = marker.status(session, submitted)
    release.set()

    assert not status.is_working


def test_an_answer_that_ended_the_service_twice_is_not_tried_a_third_time(submitted, database, marker_with):
    """Each service claims the answer and dies before it can write what came of it."""
    clock = Clock()
    for _ in range(2):
        assert marker_with(FaultyGraders(None), clock)._claim().place == 0
        clock.time += timedelta(minutes=5)
    graders = FaultyGraders(lambda: CLEAN)
    marker = marker_with(graders, clock)

    while marker.grade_one():
        pass

    assert graders.bad_tries == 0
    assert marks(database) == [("failed", 0.0), ("done", 1.0), ("done", 1.0)]


def test_while_the_database_is_gone_an_answer_is_neither_graded_nor_failed(
    submitted, database, marker_with, monkeypatch
):
    marker = marker_with(FaultyGraders(lambda: CLEAN))
    write = database.write

    def gone(job):
        if getattr(job, "__name__", "") != "_claim_one":
            raise Unavailable("the connection was closed")
        return write(job)

    monkeypatch.setattr(database, "write", gone)
    with pytest.raises(Unavailable):
        marker.grade_one()

    assert marks(database)[0] == ("claimed", 0.0)


def test_an_overdue_attempt_that_cannot_be_submitted_holds_up_no_other(
    database, assessments, ana, write, tmp_path, monkeypatch, caplog
):
    write()
    with database.session() as session:
        room = session.get_one(Person, ana).room_id
        ben = join(session, session.get_one(Room, room).code, "Ben", START).person
        ids = [
            attempts.start(session, assessments, assessments.assessment("quiz"), person, START).id
            for person in (ana, ben)
        ]
    submit, clock = attempts.submit, Clock()
    clock.time = START + timedelta(hours=1)

    def faulty(session, attempt, signer, now):
        if attempt.id == ids[0]:
            raise OSError("the key cannot be read")
        return submit(session, attempt, signer, now)

    monkeypatch.setattr(attempts, "submit", faulty)
    Marker(database, FaultyGraders(None), Signer(tmp_path / "key"), clock)._submit_overdue()

    with database.read() as session:
        assert [session.get_one(Attempt, one).submitted is not None for one in ids] == [False, True]
    assert f"the overdue attempt {ids[0]} could not be submitted" in caplog.text


def test_a_process_that_cannot_be_started_leaves_its_place_to_the_next_try(course, monkeypatch):
    graders = Graders(course.folder, count=1)

    def no_process(*_, **__):
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", no_process)

    for _ in range(3):
        with pytest.raises(OSError, match="temporarily"):
            graders.grade(None, "x")


def test_the_health_route_reports_that_grading_works(workshop):
    import httpx

    answer = httpx.get(f"{workshop.url}/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["grading"]["workers"] == answer.json()["grading"]["working"] == 2


def test_the_health_route_answers_503_when_no_thread_grades(tmp_path, course):
    from fastapi.testclient import TestClient

    from rolecall.workshop.app import create_app
    from rolecall.workshop.service import Service
    from rolecall.workshop.settings import Settings

    service = Service(Settings(data=tmp_path / "data"), course, "Room")
    with TestClient(create_app(service)) as client:
        service.marker._ended.set()
        service.marker.wake()
        for thread in service.marker._threads:
            thread.join(20)
        answer = client.get("/health")

    assert answer.status_code == 503
    assert answer.json()["status"] == "degraded"


def test_a_grade_that_comes_after_everything_is_graded_again_is_dropped(submitted, database, marker_with):
    class Slow:
        def grade(self, drawn, answer: str, version: str = "") -> AnswerGrade:
            with database.session() as session:
                regrade(session, submitted, "quiz", "Instructor", START)
            return CLEAN

    marker_with(Slow()).grade_one()

    # The answer waits for the corrected key; the grade by the old one isn't written.
    assert marks(database)[0] == ("waiting", 0.0)


def test_an_answer_that_is_deleted_while_it_is_graded_gets_no_remarks(
    submitted, database, marker_with, ana
):
    class Slow:
        def grade(self, drawn, answer: str, version: str = "") -> AnswerGrade:
            with database.session() as session:
                delete_person(session, session.get_one(Person, ana), START, "administrator")
            return CLEAN

    marker_with(Slow()).grade_one()

    with database.read() as session:
        assert {one.said for one in session.scalars(select(Mark))} == {""}
