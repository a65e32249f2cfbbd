"""Grades go to a learning platform from one queue: each with a reason and the time of its next try."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from rolecall.workshop.gradebook import student_grades
from rolecall.workshop.platform_grades import send_again
from rolecall.workshop.tables import Mark, Person
from workshop.graded_work import add_attempt
from workshop.learning_platform import CLAIM, INSTRUCTOR, URL, World, endpoint, sign_in

LINE = endpoint("/lines/1")


@pytest.fixture
def graded(world) -> World:
    """A world with a grade that waits to be sent."""
    world.grade("user-7", 1, 0.5, **LINE)
    return world


def test_many_grades_need_one_access_token(world):
    for number in range(5):
        world.grade(f"user-{number}", 1, **LINE)

    assert world.send() == 5

    assert len(world.platform.requests("POST", "/token")) == 1


def test_a_token_that_the_platform_withdrew_is_asked_for_again(graded):
    refused = iter([httpx.Response(401), httpx.Response(200)])
    graded.platform.answers["POST", "/lines/1/scores"] = lambda _: next(refused)

    assert graded.send() == 1

    assert len(graded.platform.requests("POST", "/token")) == 2


@pytest.mark.parametrize("answer", ["null", "[]", '{"access_token": null}', "", "<html>"])
def test_an_answer_without_a_token_is_a_reason_and_ends_nothing(graded, answer):
    graded.platform.answers["POST", "/token"] = lambda _: httpx.Response(200, text=answer)

    assert graded.send() == 0

    assert "answered with" in graded.line().problem
    del graded.platform.answers["POST", "/token"]
    assert graded.send(timedelta(minutes=1)) == 1
    assert graded.line().problem == ""


def test_each_failure_doubles_the_time_to_the_next_try(graded):
    graded.platform.answers["POST", "/lines/1/scores"] = lambda _: httpx.Response(503, text="maintenance")
    waits, later = [], timedelta()
    for _ in range(12):
        before = graded.service.clock.now() + later
        graded.send(later)
        later += graded.line().again - before
        waits.append(round((graded.line().again - before).total_seconds() / 60))

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    assert graded.line().problem == "the platform answered 503: maintenance"


def test_a_platform_that_does_not_answer_is_waited_for_twice_in_a_round(world):
    def silent(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("")

    world.platform.answers["POST", "/token"] = silent
    for number in range(4):
        world.grade(f"user-{number}", 1, **LINE)

    assert world.send() == 0

    assert len(world.platform.requests("POST", "/token")) == 2
    assert world.line("user-3").problem == "the platform's token address didn't answer (ConnectTimeout)"


def test_an_odd_address_costs_only_its_own_grade(world):
    world.grade("odd", 1, **endpoint("/lines/1"))
    world.grade("even", 1, **endpoint("/lines/1"))
    with world.service.database.session() as session:
        session.merge(world.line("odd")).line = "http://[/lines"

    assert world.send() == 1

    assert "unexpected error" in world.line("odd").problem


FAULTS = [
    httpx.InvalidURL("Invalid non-printable ASCII character in URL"),
    httpx.ReadTimeout("slow"),
    RecursionError("maximum recursion depth exceeded"),
    KeyError("access_token"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: type(one).__name__)
def test_a_line_item_that_fails_oddly_gets_the_grade_later_and_the_others_now(world, fault):
    def fails(_: httpx.Request) -> httpx.Response:
        raise fault

    world.platform.answers["POST", "/lines/odd/scores"] = fails
    world.grade("odd", 1, **endpoint("/lines/odd"))
    world.grade("even", 1, **LINE)

    assert world.send() == 1

    assert (world.line("even").sent, world.line("odd").sent) == ("1/1", "")
    del world.platform.answers["POST", "/lines/odd/scores"]
    assert world.send(timedelta(minutes=2)) == 1


def test_two_registrations_of_one_issuer_each_send_their_grades(world):
    world.register(client_id="second", deployments=["1"])
    world.grade("first", 1, **LINE)
    browser = world.browser()
    browser.login(client_id="second")
    assert browser.post(browser.token(sub="other", aud="second", **LINE)).status_code == 200
    with world.service.database.session() as session:
        person = session.scalars(select(Person).where(Person.name == "Ana of the platform")).one()
        add_attempt(session, world.service.room, person.id, 1)

    assert world.send() == 2

    assert world.platform.assertion["iss"] == "second"


def test_a_login_without_a_client_id_needs_an_issuer_that_is_registered_once(world):
    world.register(client_id="second")
    browser = world.browser()

    refused = browser.login(client_id="")

    assert refused.status_code == 403
    assert "registered more than once" in refused.text


def test_a_grade_of_failed_marks_waits_for_the_instructor(graded):
    with graded.service.database.session() as session:
        session.scalars(select(Mark)).first().state = "failed"

    graded.send()

    (score,) = graded.platform.scores()
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "PendingManual")


def test_grades_that_were_allowed_later_are_sent_after_the_next_launch(world):
    world.grade("user-7", 1)
    world.send()
    assert world.platform.scores() == []

    world.browser().launch(**LINE)

    assert world.send() == 1


def test_the_gradebook_shows_reasons_and_next_tries_and_sends_again(graded):
    graded.platform.answers["POST", "/lines/1/scores"] = lambda _: httpx.Response(403, text="closed <b>")
    graded.send()
    browser = sign_in(graded)

    page = browser.get("/assessments/roles-midterm").text
    assert "not sent: the platform answered 403: closed &lt;b&gt;. Next try:" in page

    del graded.platform.answers["POST", "/lines/1/scores"]
    assert browser.post("/assessments/roles-midterm/send").status_code == 303
    assert graded.send() == 1
    assert "has 1.5/2" in browser.get("/assessments/roles-midterm").text


def test_sending_again_also_sends_what_the_platform_lost(graded):
    assert graded.send() == 1
    assert graded.send() == 0
    with graded.service.database.session() as session:
        now = graded.service.clock.now()
        send_again(session, graded.service.room, "roles-midterm", now, also_unchanged=True)

    assert graded.send() == 1


NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


def test_learners_of_the_class_list_who_never_came_are_in_the_gradebook_and_get_zero(graded):
    graded.platform.members = [
        {"user_id": "user-7", "roles": ["Learner"], "lis_person_sourcedid": "s-7"},
        {"user_id": "user-8", "name": "Ben", "roles": ["Learner"], "status": "Active"},
        {"user_id": "user-9", "name": "Gone", "roles": ["Learner"], "status": "Inactive"},
        {"user_id": "ines", "name": "Ines", "roles": [INSTRUCTOR]},
        {"user_id": "", "name": "Nobody"},
    ]
    launch = {f"{CLAIM}/roles": [INSTRUCTOR], NRPS: {"context_memberships_url": f"{URL}/members"}}
    graded.browser().launch(sub="ines", name="Ines", **launch)
    browser = sign_in(graded)

    page = browser.get("/assessments/roles-midterm").text

    assert page.count("not started") == 1
    assert "Ben" in page
    assert "Gone" not in page
    with graded.service.database.read() as session:
        grades = student_grades(session, graded.service.room)
    assert [(one.student, one.score, one.of) for one in grades] == [("user-8", 0.0, 2), ("s-7", 1.5, 2)]


def test_a_class_list_that_cannot_be_read_is_a_reason_in_the_gradebook(graded):
    graded.platform.answers["GET", "/members"] = lambda _: httpx.Response(403, text="no such scope")
    graded.browser().launch(**{NRPS: {"context_memberships_url": f"{URL}/members"}})
    browser = sign_in(graded)

    assert browser.post("/assessments/roles-midterm/class-list").status_code == 502

    page = browser.get("/assessments/roles-midterm").text
    assert "The class list was not read: the platform answered 403: no such scope." in page


def test_grades_for_nbgrader_are_a_file_with_ids_and_times_without_a_zone(graded):
    answer = sign_in(graded).get("/grades.csv", params={"nbgrader": "true"})

    assert answer.headers["content-disposition"] == 'attachment; filename="grades-nbgrader.csv"'
    assert "roles-midterm,,2026-11-26 12:00:00,user-7,user-7,,,1.5,0.0,1.5,2" in answer.text
