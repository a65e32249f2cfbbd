"""Notebooks learn of a change of the room when it happens, and ask for nothing in between."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from workshop.running import start_workshop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    running = start_workshop(tmp_path_factory.mktemp("workshop"))
    yield running
    running.stop()


@pytest.fixture
def ana(workshop):
    return workshop.learner()


def tag(learner, wait: int = 0) -> dict[str, str]:
    headers = {"If-None-Match": learner.get("/api/room").headers["ETag"]}
    return headers | ({"Prefer": f"wait={wait}"} if wait else {})


def test_what_has_not_changed_is_not_sent_again(ana):
    answer = ana.get("/api/room", headers=tag(ana))

    assert (answer.status_code, answer.content) == (304, b"")


def test_each_learner_has_a_tag(ana, workshop):
    ben = workshop.learner("Ben")

    answer = ben.get("/api/room", headers=tag(ana))

    assert answer.json()["name"].startswith("Ben")


def test_a_request_that_waits_is_answered_when_the_room_changes(ana, workshop):
    instructor, headers = workshop.instructor(), tag(ana, wait=20)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ana.get, "/api/room", headers=headers)
        started = time.monotonic()
        instructor.post("/room/timer", data={"minutes": 5}).raise_for_status()
        later = answer.result()

    assert later.status_code == 200
    assert later.json()["timer_until"] is not None
    assert time.monotonic() - started < 15


def test_a_request_waits_no_longer_than_it_says(ana):
    started = time.monotonic()

    answer = ana.get("/api/room", headers=tag(ana, wait=1))

    assert answer.status_code == 304
    # At least half of it, so that a class that waits doesn't ask again all at once.
    assert 0.5 <= time.monotonic() - started < 15


@pytest.mark.parametrize("prefer", ["wait=-1", "wait=x", "wait=", "respond-async", "wait=" + "9" * 5000])
def test_a_preference_that_is_none_is_ignored(ana, prefer):
    assert ana.get("/api/room", headers=tag(ana) | {"Prefer": prefer}).status_code == 304
