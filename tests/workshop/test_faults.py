"""What goes wrong in a real room: the service is killed, the database is gone, the disk is full, clocks jump."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

import rolecall.widgets as learn
from rolecall._ports import unused_port
from rolecall.workshop.clock import SteadyClock
from rolecall.workshop.database import Database, Unavailable
from rolecall.workshop.tables import HEAD, Answer, Room
from workshop.postgres import Postgres
from workshop.running import answers_of, poll, start_workshop

LEARNERS = 100


@pytest.mark.slow
def test_killed_while_a_hundred_submit_it_has_every_acknowledged_answer_afterwards(tmp_path):
    running = start_workshop(tmp_path)
    learners = [running.learner(f"Learner {number}") for number in range(LEARNERS)]
    with ThreadPoolExecutor(10) as pool:
        attempts = list(pool.map(lambda one: one.post("/api/assessments/roles-midterm").json(), learners))
    acknowledged: dict[tuple[str, int], int] = {}
    enough = threading.Event()

    def answer_on_and_on(number: int) -> None:
        attempt, given = attempts[number], answers_of(attempts[number])
        for serial in range(1, 1000):
            for place, one in given.items():
                try:
                    answer = learners[number].put(
                        f"/api/attempts/{attempt['attempt']}/answers/{place}",
                        json={"given": one, "serial": serial},
                    )
                except httpx.HTTPError:
                    return
                if answer.status_code == 200:
                    acknowledged[attempt["attempt"], place] = answer.json()["serial"]
                if len(acknowledged) > 3 * LEARNERS:
                    enough.set()

    with ThreadPoolExecutor(LEARNERS) as pool:
        for number in range(LEARNERS):
            pool.submit(answer_on_and_on, number)
        assert enough.wait(60)
        running.stop(signal.SIGKILL)

    again = start_workshop(tmp_path)
    again.stop()
    database = Database(f"sqlite:///{tmp_path}/workshop.sqlite3")
    with database.session() as session:
        kept = {(one.attempt_id, one.place): one.serial for one in session.scalars(select(Answer))}
    database.close()
    assert len(acknowledged) > 3 * LEARNERS
    assert {key: serial for key, serial in acknowledged.items() if kept.get(key, 0) < serial} == {}


@pytest.fixture(scope="module")
def postgres():
    with Postgres() as server:
        yield server


@pytest.mark.slow
@pytest.mark.postgres
def test_while_the_database_is_gone_nothing_is_acknowledged_and_afterwards_all_is_saved(postgres, tmp_path):
    running = start_workshop(tmp_path, ROLECALL_WORKSHOP_DATABASE=postgres.url("gone"))
    try:
        learner = running.learner()
        attempt = learner.post("/api/assessments/roles-midterm").json()
        path = f"/api/attempts/{attempt['attempt']}/answers/0"
        given = answers_of(attempt)[0]
        assert learner.put(path, json={"given": given, "serial": 1}).status_code == 200

        postgres.stop()
        refused = learner.put(path, json={"given": given, "serial": 2})
        postgres.start()

        assert refused.status_code == 503
        assert refused.json()["detail"]["code"] == "unavailable"
        assert refused.headers["Retry-After"] == "1"
        assert _until_ok(learner, path, {"given": given, "serial": 2}) == {"serial": 2}
    finally:
        running.stop()


@pytest.mark.slow
@pytest.mark.postgres
def test_while_the_database_is_gone_a_learner_sees_saving_and_loses_nothing(
    postgres, tmp_path, monkeypatch
):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path / "learner"))
    running = start_workshop(tmp_path, ROLECALL_WORKSHOP_DATABASE=postgres.url("saving"))
    try:
        learn.join(running.code, running.url, "Zoe")
        card = learn.assessment("roles-midterm")
        card.start()
        question = next(one for one in card._attempt.questions if one["kind"] == "policy")

        postgres.stop()
        card._received(card, {"do": "save", "question": question["id"], "answer": "{}"}, [])
        poll(lambda: card.saved, until=lambda text: text.startswith("saving… the service cannot save now"))
        postgres.start()
        poll(lambda: card.saved, until=lambda text: text == "All answers are saved.")

        state = card._client.ask("GET", f"/api/attempts/{card._attempt.id}")
        given = {one["view"]["id"]: one["view"]["given"] for one in state["paper"]}
        assert given[question["id"]] == "{}"
    finally:
        running.stop()


def _until_ok(learner: httpx.Client, path: str, body: dict) -> dict:
    """As the notebook does: sent again until it is taken."""
    return poll(lambda: learner.put(path, json=body), until=lambda answer: answer.is_success).json()


@pytest.mark.slow
@pytest.mark.postgres
def test_two_services_on_one_database_know_the_same_and_grade_once(postgres, tmp_path):
    url = postgres.url("two")
    shared = {"ROLECALL_WORKSHOP_DATABASE": url}
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    first = start_workshop(folders[0], **shared)
    # Both sign with one key.
    shutil.copy(folders[0] / "receipts.jwk", folders[1] / "receipts.jwk")
    second = start_workshop(folders[1], **shared)
    try:
        ana = first.learner()
        attempt = ana.post("/api/assessments/roles-midterm").json()
        there = httpx.Client(base_url=second.url, headers=ana.headers, timeout=30)

        with ThreadPoolExecutor(8) as pool:
            saved = pool.map(
                lambda item: (ana, there)[item[0] % 2].put(
                    f"/api/attempts/{attempt['attempt']}/answers/{item[1][0]}",
                    json={"given": item[1][1], "serial": 1},
                ),
                enumerate(answers_of(attempt).items()),
            )
            assert {one.status_code for one in saved} == {200}
            handed_in = list(
                pool.map(
                    lambda one: one.post(f"/api/attempts/{attempt['attempt']}/submit").json()["receipt"],
                    (ana, there, ana, there),
                )
            )

        assert len(set(handed_in)) == 1
        assert second.code == first.code
        _wait_for_marks(there, attempt)
        database = Database(url)
        with database.session() as session:
            tries = session.execute(text("SELECT max(tries), min(tries), count(*) FROM marks")).one()
        database.close()
        assert tuple(tries) == (1, 1, 8)
    finally:
        first.stop()
        second.stop()


def _wait_for_marks(learner: httpx.Client, attempt: dict) -> None:
    path = f"/api/attempts/{attempt['attempt']}"
    poll(lambda: learner.get(path).json()["feedback"], until=lambda feedback: "score" in feedback)


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mount"), reason="a small disk is mounted by root"
)
def test_a_full_disk_is_reported_and_breaks_nothing(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        running = start_workshop(disk)
        learner = running.learner()
        attempt = learner.post("/api/assessments/roles-midterm").json()
        path = f"/api/attempts/{attempt['attempt']}/answers"
        place, given = next(iter(answers_of(attempt).items()))
        assert learner.put(f"{path}/{place}", json={"given": given, "serial": 1}).status_code == 200

        _fill(disk / "filler")
        refused = learner.put(f"{path}/{place}", json={"given": given, "serial": 2})
        (disk / "filler").unlink()
        taken = _until_ok(learner, f"{path}/{place}", {"given": given, "serial": 2})
        running.stop()

        assert refused.status_code == 503
        assert "full" in refused.json()["detail"]["text"]
        assert taken == {"serial": 2}
        database = Database(f"sqlite:///{disk}/workshop.sqlite3")
        with database.session() as session:
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        database.close()
    finally:
        subprocess.run(["umount", disk], check=False)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 4096)


def test_setting_the_machines_clock_takes_no_time_from_anybody(monkeypatch):
    import rolecall.workshop.clock as module

    class Jumping(datetime):
        by = timedelta()

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + cls.by

    monkeypatch.setattr(module, "datetime", Jumping)
    clock = SteadyClock()
    before = clock.now()

    for hours in (5, -5):
        Jumping.by = timedelta(hours=hours)
        assert timedelta() <= clock.now() - before < timedelta(minutes=1)


def test_a_service_that_starts_with_its_clock_gone_back_goes_on_where_it_was():
    newest = datetime.now(UTC) + timedelta(hours=3)

    assert SteadyClock(newest).now() >= newest


@pytest.mark.slow
def test_an_unreachable_database_is_reported_in_one_line(tmp_path):
    done = subprocess.run(
        ["rolecall", "workshop", "serve", "--port", "0"],
        env=os.environ
        | {
            "ROLECALL_WORKSHOP_DATA": str(tmp_path),
            "ROLECALL_WORKSHOP_DATABASE": f"postgresql+psycopg://rolecall:top-secret@127.0.0.1:{unused_port()}/x",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("rolecall: the database cannot be used: ")
    assert len(done.stderr.splitlines()) == 1
    assert "top-secret" not in done.stderr


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_the_migrations_make_the_tables_that_are_declared(kind, request, tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from rolecall.workshop.tables import Base

    database = Database(
        f"sqlite:///{tmp_path}/x.sqlite3"
        if kind == "sqlite"
        else request.getfixturevalue("postgres").url("tables")
    )
    database.migrate()
    database.migrate()
    with database._engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, Base.metadata) == []
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_database_of_the_first_version_is_brought_up_and_loses_nothing(kind, request, tmp_path):
    from alembic import command
    from alembic.config import Config

    import rolecall.workshop
    from rolecall.workshop.tables import Person

    database = Database(
        f"sqlite:///{tmp_path}/x.sqlite3"
        if kind == "sqlite"
        else request.getfixturevalue("postgres").url("first")
    )
    config = Config()
    config.set_main_option("script_location", str(Path(rolecall.workshop.__file__).parent / "_migrations"))
    with database._engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        now = {"now": datetime.now(UTC)}
        connection.execute(
            text(
                "INSERT INTO rooms (id, name, created, code, code_until, revealed)"
                " VALUES (1, 'Room', :now, 'CODE', :now, '[]')"
            ),
            now,
        )
        for name, role in (("Instructor", "instructor"), ("Ana", "learner")):
            connection.execute(
                text(
                    "INSERT INTO people (room_id, name, role, token, joined, seen, lesson, mode, question)"
                    " VALUES (1, :name, :role, :name, :now, :now, '', '', '')"
                ),
                {**now, "name": name, "role": role},
            )

    database.migrate()

    with database.read() as session:
        assert session.scalars(select(Person.name).order_by(Person.id)).all() == ["Instructor", "Ana"]
        assert len(session.scalars(select(Room.secret)).one()) == 64
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    database.close()


def test_one_job_that_fails_undoes_no_other(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    with database.session() as session:
        session.execute(text("CREATE TABLE t (n INTEGER)"))

    jobs = [
        database.write(
            lambda session, n=n: session.execute(text(f"INSERT INTO t VALUES ({n})")).rowcount / (n % 5)
        )
        for n in range(50)
    ]
    outcomes = [isinstance(job.exception(), ZeroDivisionError) for job in jobs]

    assert outcomes == [n % 5 == 0 for n in range(50)]
    with database.session() as session:
        kept = set(session.execute(text("SELECT n FROM t")).scalars())
    database.close()
    assert kept == {n for n in range(50) if n % 5}


@pytest.mark.parametrize(("deadlocks", "is_written"), [(4, True), (5, False)])
def test_what_a_deadlock_with_another_process_undid_is_written_again(tmp_path, deadlocks, is_written):
    database = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    left = iter(range(deadlocks))

    def job(session):
        if next(left, None) is not None:
            raise OperationalError("INSERT", {}, DeadlockDetected("deadlock detected"))
        return "written"

    written = database.write(job)

    assert (written.exception() is None) is is_written
    database.close()


def test_a_newer_databases_version_is_not_touched(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    database.migrate()
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Unavailable, match="newer"):
        database.migrate()
    database.close()
