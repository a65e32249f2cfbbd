"""A room as its instructor sees and leads it."""

import json

import httpx
import pytest

from rolecall.course import find_course
from rolecall.quiz import load_bank
from workshop.running import Running, start_workshop

QUESTION = load_bank(find_course().bank("assume-role")).questions[0]


@pytest.fixture
def room(tmp_path):
    running = start_workshop(tmp_path)
    yield running
    running.stop()


def look(room: Running, instructor: httpx.Client, until) -> dict:
    """The first state that the live stream sends in which something is so."""
    with instructor.stream("GET", "/live", timeout=20) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: ") and until(seen := json.loads(line.removeprefix("data: "))):
                return seen
    pytest.fail("the stream ended")


def activity(number: int, correct: bool = False, **more: object) -> dict:
    given = {
        "key": f"key-{number:08}",
        "deck": "practice/x",
        "question": "q",
        "answer": "A",
        "correct": correct,
    }
    return given | {"score": float(correct)} | more


@pytest.mark.slow
def test_who_is_where_who_is_stuck_and_what_misleads_them(room):
    ana, ben, instructor = room.learner("Ana"), room.learner("Ben"), room.instructor()
    misled = [activity(n, misconception="role-is-a-user") for n in range(3)]
    ana.post("/api/done", json={"lesson": "01-temporary-access", "mode": "learn", "activities": misled})
    ben.post(
        "/api/done", json={"lesson": "02-access-denied", "mode": "why", "activities": [activity(10, True)]}
    )

    seen = look(room, instructor, lambda one: sum(person["answered"] for person in one["people"]) == 2)

    people = {person["name"]: person for person in seen["people"]}
    assert (people["Ana"]["lesson"], people["Ana"]["mode"], people["Ana"]["question"]) == (
        "01-temporary-access",
        "learn",
        "q",
    )
    assert (people["Ana"]["stuck"], people["Ben"]["stuck"]) == (True, False)
    assert seen["misconceptions"] == [{"name": "role-is-a-user", "count": 3}]


@pytest.mark.slow
def test_which_answer_is_right_is_shown_once_it_is_revealed(room):
    ana, ben, instructor = room.learner("Ana"), room.learner("Ben"), room.instructor()
    ana.post(
        "/api/done", json={"activities": [activity(1, True, answer="A"), activity(2, False, answer="B")]}
    )
    ben.post("/api/done", json={"activities": [activity(3, False, answer="B")]})

    before = look(room, instructor, lambda one: one["questions"] and one["questions"][0]["answered"] == 2)
    instructor.post("/room/reveal", data={"question": "q"}).raise_for_status()
    after = look(room, instructor, lambda one: one["questions"][0]["revealed"])

    # The first answer of each counts.
    assert before["questions"][0]["answers"] == [
        {"answer": "A", "count": 1, "right": None},
        {"answer": "B", "count": 1, "right": None},
    ]
    assert before["questions"][0]["right"] is None
    assert [(one["answer"], one["right"]) for one in after["questions"][0]["answers"]] == [
        ("A", True),
        ("B", False),
    ]


@pytest.mark.slow
def test_what_is_sent_twice_counts_once(room):
    ana = room.learner("Ana")

    answers = [ana.post("/api/done", json={"activities": [activity(1)]}).json() for _ in range(2)]

    assert answers == [{"new": 1}, {"new": 0}]


@pytest.mark.slow
def test_a_question_put_to_all_is_answered_without_its_key(room):
    ana, instructor = room.learner("Ana"), room.instructor()
    instructor.post("/room/push", data={"bank": "assume-role", "question": QUESTION.id}).raise_for_status()

    (push,) = ana.get("/api/room").json()["pushes"]
    answer = ana.post(f"/api/pushes/{push['id']}", json={"given": 0})
    instructor.post("/room/unpush").raise_for_status()
    late = ana.post(f"/api/pushes/{push['id']}", json={"given": 0})

    assert "result" not in push
    assert push["view"]["id"] == QUESTION.id
    assert QUESTION.right.why not in json.dumps(push, ensure_ascii=False)
    assert answer.json() == {"saved": True}
    assert late.status_code == 409
    assert ana.get("/api/room").json()["pushes"] == []


@pytest.mark.slow
def test_a_revealed_question_shows_its_solution_and_the_answers_of_the_class(room):
    ana, ben, instructor = room.learner("Ana"), room.learner("Ben"), room.instructor()
    instructor.post("/room/push", data={"bank": "assume-role", "question": QUESTION.id}).raise_for_status()
    (asked,) = ana.get("/api/room").json()["pushes"]
    for learner, given in ((ana, 0), (ben, 1)):
        learner.post(f"/api/pushes/{asked['id']}", json={"given": given}).raise_for_status()
    # Only the first answer counts, and no notebook reports what the service grades.
    ben.post(f"/api/pushes/{asked['id']}", json={"given": 2}).raise_for_status()
    forged = activity(1, correct=True, deck=f"push/{asked['id']}", question=QUESTION.id, answer="1")
    assert ben.post("/api/done", json={"activities": [forged]}).status_code == 422

    instructor.post("/room/reveal", data={"question": QUESTION.id}).raise_for_status()
    (shown,) = ana.get("/api/room").json()["pushes"]
    late = room.learner("Cem").post(f"/api/pushes/{asked['id']}", json={"given": 0})
    instructor.post("/room/push", data={"bank": "assume-role", "question": QUESTION.id}).raise_for_status()
    (again,) = ana.get("/api/room").json()["pushes"]

    assert (shown["view"]["status"], len(shown["view"]["solution"])) == ("revealed", len(QUESTION.solution))
    assert shown["result"]["answered"] == 2
    assert (
        sum(one["count"] for one in shown["result"]["answers"] if one["right"]) == shown["result"]["right"]
    )
    assert "already shown" in late.json()["detail"]["text"]
    assert ("result" in again, again["view"]["solution"]) == (False, [])


@pytest.mark.slow
def test_every_notebook_gets_open_lessons_and_the_timer(room):
    ana, instructor = room.learner("Ana"), room.instructor()

    instructor.post("/room/lessons", data={"lesson": ["01-temporary-access"]}).raise_for_status()
    instructor.post("/room/timer", data={"minutes": "10"}).raise_for_status()
    answer = ana.get("/api/room").json()

    assert answer["open_lessons"] == ["01-temporary-access"]
    assert answer["timer_until"]
    assert instructor.post("/room/lessons", data={"lesson": ["99-nothing"]}).status_code == 422


@pytest.mark.slow
def test_everything_that_was_done_comes_as_csv(room):
    ana, instructor = room.learner("Ana"), room.instructor()
    ana.post("/api/done", json={"activities": [activity(1, misconception="role-is-a-user")]})

    lines = instructor.get("/progress.csv").text.splitlines()

    assert lines[0] == "at,name,deck,question,answer,correct,score,misconception"
    assert lines[1].endswith(",Ana,practice/x,q,A,False,0.0,role-is-a-user")


@pytest.mark.slow
def test_a_room_goes_on_after_a_restart_with_the_same_code_and_people(tmp_path):
    first = start_workshop(tmp_path)
    ana = first.learner("Ana")
    first.stop()

    again = start_workshop(tmp_path)
    try:
        there = httpx.get(f"{again.url}/api/room", headers={"Authorization": ana.headers["Authorization"]})
        assert (again.code, there.json()["name"]) == (first.code, "Ana")
        assert again.token == ""
    finally:
        again.stop()


@pytest.mark.slow
def test_a_new_link_makes_the_old_one_worthless(tmp_path):
    first = start_workshop(tmp_path)
    first.stop()

    again = start_workshop(tmp_path, "--new-link")
    try:
        assert httpx.post(f"{again.url}/login", data={"token": first.token}).status_code == 403
        assert again.instructor().get("/grades.csv").status_code == 200
    finally:
        again.stop()
