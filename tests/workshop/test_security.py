"""Who may do what, and what an attacker would try."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from workshop.running import start_workshop

pytestmark = pytest.mark.slow

INSTRUCTORS = [
    ("GET", "/"),
    ("GET", "/live"),
    ("GET", "/progress.csv"),
    ("GET", "/grades.csv"),
    ("GET", "/assessments/roles-midterm"),
    ("POST", "/roster"),
    ("POST", "/room/code"),
    ("POST", "/room/lessons"),
    ("POST", "/room/timer"),
    ("POST", "/room/push"),
    ("POST", "/room/unpush"),
    ("POST", "/room/reveal"),
    ("POST", "/assessments/roles-midterm/drop"),
    ("POST", "/assessments/roles-midterm/regrade"),
    ("POST", "/assessments/roles-midterm/send"),
    ("POST", "/assessments/roles-midterm/class-list"),
    ("GET", "/lti"),
    ("POST", "/lti/platforms"),
    ("POST", "/lti/platforms/remove"),
    ("POST", "/logout"),
]
LEARNERS = [
    ("GET", "/api/room"),
    ("POST", "/api/done"),
    ("POST", "/api/pushes/1"),
    ("GET", "/api/assessments/roles-midterm"),
    ("POST", "/api/assessments/roles-midterm"),
    ("GET", "/api/attempts/x"),
    ("PUT", "/api/attempts/x/answers/0"),
    ("GET", "/api/attempts/x/tasks/0"),
    ("POST", "/api/attempts/x/submit"),
]
OPEN = {
    ("GET", "/health"),
    ("POST", "/api/join"),
    ("GET", "/api/key"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/oauth_callback"),
    ("GET", "/lti/keys"),
    ("GET", "/lti/login"),
    ("POST", "/lti/login"),
    ("POST", "/lti/launch"),
    ("POST", "/lti/content"),
    ("GET", "/lti/register"),
    ("GET", "/lti/register/x"),
}


def test_every_route_is_in_one_of_these_tables(tmp_path):
    """A new route cannot be forgotten here."""
    from rolecall.course import find_course
    from rolecall.workshop.app import create_app
    from rolecall.workshop.service import Service
    from rolecall.workshop.settings import Settings

    service = Service(Settings(data=tmp_path), find_course(), "Room")
    app = create_app(service)
    there = {
        (method, re.sub(r"\{[^}]+\}", "*", path))
        for path, methods in _routes(app)
        for method in methods - {"HEAD"}
    }
    service.close()
    named = {
        (
            method,
            re.sub(
                r"roles-midterm|/x(?=/|$)|/[01](?=$)",
                lambda m: "*" if m[0] == "roles-midterm" else "/*",
                path,
            ),
        )
        for method, path in [*INSTRUCTORS, *LEARNERS, *OPEN]
    }

    assert there == named


def _routes(app):
    pending = list(app.routes)
    while pending:
        route = pending.pop()
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None and not hasattr(route, "methods"):
            pending += inner.routes
        elif getattr(route, "methods", None):
            yield route.path, route.methods


@pytest.mark.parametrize(("method", "path"), [*INSTRUCTORS, *LEARNERS])
def test_a_stranger_gets_nothing(workshop, method, path):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "rolecall-instructor=wrong"}):
        answer = httpx.request(method, workshop.url + path, headers=headers, json={})
        assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), INSTRUCTORS)
def test_a_learner_reaches_no_page_of_the_instructors(workshop, method, path):
    learner = workshop.learner()
    token = learner.headers["Authorization"].split()[1]

    answer = learner.request(method, path, headers={"Cookie": f"rolecall-instructor={token}"})

    assert answer.status_code == 401


def test_a_learners_token_opens_no_dashboard(workshop):
    token = workshop.learner().headers["Authorization"].split()[1]

    answer = httpx.post(f"{workshop.url}/login", data={"token": token})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_learner_sees_and_changes_no_attempt_of_another(workshop):
    ana, eve = workshop.learner("Ana"), workshop.learner("Eve")
    attempt = ana.post("/api/assessments/roles-midterm").json()["attempt"]

    answers = [
        eve.get(f"/api/attempts/{attempt}"),
        eve.put(f"/api/attempts/{attempt}/answers/0", json={"given": 0, "serial": 9}),
        eve.post(f"/api/attempts/{attempt}/submit"),
    ]

    assert [one.status_code for one in answers] == [404] * 3
    assert ana.get(f"/api/attempts/{attempt}").json()["submitted"] is None


@pytest.mark.slow
def test_parallel_requests_start_one_attempt_and_submit_it_once(workshop):
    learner = workshop.learner()
    with ThreadPoolExecutor(20) as pool:
        path = "/api/assessments/roles-midterm"
        started = list(pool.map(lambda _: learner.post(path).json()["attempt"], range(60)))
        path = f"/api/attempts/{started[0]}/submit"
        receipts = list(pool.map(lambda _: learner.post(path).json()["receipt"], range(20)))

    assert len(set(started)) == len(set(receipts)) == 1
    assert learner.post("/api/assessments/roles-midterm").json()["detail"]["code"] == "no-attempts"


@pytest.mark.parametrize(("method", "path"), [one for one in INSTRUCTORS if one[0] == "POST"])
def test_a_form_of_another_site_changes_nothing(workshop, method, path):
    instructor = workshop.instructor()
    del instructor.headers["X-Form-Token"]

    answer = instructor.post(
        path, data={"form_token": "guessed", "question": "x", "bank": "x", "minutes": "1"}
    )

    assert answer.status_code in (403, 422)
    if path == "/logout":
        assert instructor.get("/grades.csv").status_code == 200


def test_signing_in_gives_a_new_cookie_whatever_one_came_with(workshop):
    fixed = {"Cookie": "rolecall-instructor=chosen-by-an-attacker"}

    answer = httpx.post(f"{workshop.url}/login", data={"token": workshop.token}, headers=fixed)

    cookie = answer.headers["set-cookie"]
    assert "chosen-by-an-attacker" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert httpx.get(f"{workshop.url}/grades.csv", headers=fixed).status_code == 401


def test_signing_out_makes_the_cookie_worthless(workshop):
    instructor = workshop.instructor()
    cookie = {"Cookie": f"rolecall-instructor={instructor.cookies['rolecall-instructor']}"}

    instructor.post("/logout")

    assert httpx.get(f"{workshop.url}/grades.csv", headers=cookie).status_code == 401


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "{% raw %}",
    "'; DROP TABLE people; --",
    "Robert\u202egnirts",
]


@pytest.mark.parametrize("name", HOSTILE[:5])
def test_a_hostile_name_is_a_name(workshop, name):
    learner, instructor = workshop.learner(name), workshop.instructor()
    attempt = learner.post("/api/assessments/roles-midterm").json()["attempt"]
    learner.post(f"/api/attempts/{attempt}/submit")

    page = instructor.get("/assessments/roles-midterm").text

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "49" not in re.findall(r'<th scope="row">([^<]*)</th>', page)
    assert learner.get("/api/room").json()["name"].startswith(name.strip())


@pytest.mark.parametrize(
    ("name", "status"),
    [("", 403), ("   ", 403), ("x" * 61, 403), (HOSTILE[5], 403), ("a\x00b", 400), ("a\x1b[2J", 403)],
)
def test_what_is_no_name_is_refused(workshop, name, status):
    answer = httpx.post(f"{workshop.url}/api/join", json={"code": workshop.code, "name": name})

    assert answer.status_code == status


def test_too_long_a_body_is_refused_with_and_without_a_length(workshop):
    learner = workshop.learner()
    long = b'{"given": "' + b"x" * 300_000 + b'", "serial": 1}'

    with_length = learner.put("/api/attempts/x/answers/0", content=long)
    without = learner.put("/api/attempts/x/answers/0", content=iter([long[:200_000], long[200_000:]]))

    assert (with_length.status_code, without.status_code) == (413, 413)


def test_answers_are_never_markup_on_the_dashboard(workshop):
    learner, instructor = workshop.learner(), workshop.instructor()
    activity = {
        "key": "k" * 12,
        "deck": "d",
        "question": "<b>q</b>",
        "answer": "<i>a</i>",
        "correct": False,
        "score": 0,
    }
    learner.post("/api/done", json={"activities": [activity]}).raise_for_status()

    page = instructor.get("/").text

    assert "<i>a</i>" not in page
    # The front end's helper makes markup of the property `html` alone, and the dashboard never sets it.
    sources = list((Path(__file__).parents[2] / "frontend" / "src" / "workshop").glob("*.js"))
    assert sources
    assert not any(re.search(r"\bhtml\b|innerHTML", one.read_text()) for one in sources)
    assert "default-src 'self'" in instructor.get("/").headers["content-security-policy"]


@pytest.mark.slow
def test_wrong_codes_are_slowed_down(tmp_path):
    # Only of a configured proxy the service believes whose request it forwards.
    running = start_workshop(tmp_path, ROLECALL_WORKSHOP_TRUSTED_PROXIES="127.0.0.1")

    def status(number: int, address: str) -> int:
        body, forwarded = {"code": f"WRONG{number}", "name": "Eve"}, {"X-Forwarded-For": address}
        return httpx.post(f"{running.url}/api/join", json=body, headers=forwarded).status_code

    try:
        tries = [status(number, "192.0.2.1") for number in range(35)]
        assert tries[:30] == [403] * 30
        assert set(tries[30:]) == {429}
        assert status(36, "192.0.2.2") == 403
    finally:
        running.stop()


def test_a_code_ends_with_its_time_and_with_a_new_one(database):
    from datetime import timedelta

    from rolecall.workshop.rooms import CannotJoin, join, open_room, renew_code
    from rolecall.workshop.tables import Room
    from workshop.conftest import NOON

    with database.session() as session:
        room, _ = open_room(session, "Room", NOON, 12)
        first, number = room.code, room.id
        join(session, first.lower(), "Ana", NOON + timedelta(hours=11.9))
    with database.session() as session:
        with pytest.raises(CannotJoin):
            join(session, first, "Ana", NOON + timedelta(hours=12))
        renew_code(session.get_one(Room, number), NOON, 12)
    with database.session() as session, pytest.raises(CannotJoin):
        join(session, first, "Ana", NOON)


def test_nothing_secret_is_in_the_database_or_in_the_log(workshop):
    token = workshop.learner().headers["Authorization"].split()[1]
    workshop.instructor()

    kept = b"".join(one.read_bytes() for one in workshop.data.glob("workshop.sqlite3*"))
    logged = (workshop.data / "stderr").read_text()

    for secret in (token, workshop.token):
        assert secret.encode() not in kept
        assert secret not in logged


@pytest.mark.slow
def test_an_instructor_sees_their_own_room_only(tmp_path):
    """Two rooms in one database, each with its own service."""
    first = start_workshop(tmp_path, "--name", "First")
    second = start_workshop(tmp_path, "--name", "Second")
    try:
        for running, name in ((first, "Ana"), (second, "Ben")):
            learner = running.learner(name)
            attempt = learner.post("/api/assessments/roles-midterm").json()["attempt"]
            learner.post(f"/api/attempts/{attempt}/submit").raise_for_status()

        seen = [running.instructor().get("/grades.csv").text for running in (first, second)]
        # Only the second's service is open, and its room has no one of the first.
        strange = httpx.Client(base_url=second.url, headers=first.learner("Eve").headers)
        assert strange.post("/api/assessments/roles-midterm").status_code == 403
        # The first's token at the second's service opens the first's room, and no other.
        strayed = httpx.Client(base_url=second.url, follow_redirects=True)
        strayed.post("/login", data={"token": first.token})

        assert [("Ana" in text, "Ben" in text) for text in seen] == [(True, False), (False, True)]
        assert "Ben" not in strayed.get("/grades.csv").text
        assert "Ana" in strayed.get("/grades.csv").text
    finally:
        first.stop()
        second.stop()
