"""Limits: wrong codes, connections, requests that never arrive, and how much a learner stores."""

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvicorn
from fastapi import HTTPException, Request
from limits import RateLimitItemPerMinute
from sqlalchemy import select

from rolecall.workshop._connections import limited_protocol
from rolecall.workshop._limits import RequestQuota, WrongCodeLimit
from rolecall.workshop.database import Database
from rolecall.workshop.rooms import new_instructor_token, open_room
from rolecall.workshop.tables import BrowserSession, Person
from workshop.conftest import NOON
from workshop.running import start_workshop


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = start_workshop(tmp_path_factory.mktemp("limits"))
    yield made
    made.stop()


@pytest.mark.slow
def test_of_parallel_wrong_codes_no_more_than_the_limit_are_checked(running):
    async def guess() -> list[int]:
        async with httpx.AsyncClient(base_url=running.url, timeout=60) as client:
            tries = [
                # Without a proxy, a forwarded address is only a text that the caller writes.
                client.post(
                    "/api/join",
                    json={"code": f"W{n}", "name": "Eve"},
                    headers={"X-Forwarded-For": f"10.0.0.{n}"},
                )
                for n in range(100)
            ]
            return [one.status_code for one in await asyncio.gather(*tries)]

    # This runs in another thread, because browser tests leave an event loop in the main one.
    with ThreadPoolExecutor(1) as thread:
        statuses = thread.submit(asyncio.run, guess()).result()

    assert (statuses.count(403), statuses.count(429)) == (30, 70)
    # The instructor's sign-in doesn't depend on codes, and the right token is never blocked.
    for _ in range(31):
        httpx.post(f"{running.url}/login", data={"token": "wrong"})
    assert running.instructor().get("/grades.csv").status_code == 200


def test_wrong_codes_are_limited_in_total_and_by_the_network_of_an_address(monkeypatch):
    monkeypatch.setattr("rolecall.workshop._limits._WRONG_FROM_AN_ADDRESS", RateLimitItemPerMinute(2))
    monkeypatch.setattr("rolecall.workshop._limits._WRONG_IN_TOTAL", RateLimitItemPerMinute(4))

    async def status(limit: WrongCodeLimit, address: str) -> int:
        try:
            async with limit.checking(Request({"type": "http", "client": (address, 1)})) as count_wrong:
                count_wrong()
        except HTTPException as refused:
            return refused.status_code
        return 403

    async def guess() -> tuple[list[int], list[int]]:
        limit, other = WrongCodeLimit(), WrongCodeLimit()
        addresses = [f"192.0.2.{number}" for number in range(6)]
        # Someone with IPv6 has 2 ** 64 addresses.
        network = [f"2001:db8::{number}" for number in range(3)]
        in_total = [await status(limit, one) for one in addresses]
        return in_total, [await status(other, one) for one in [*network, "2001:db8:0:1::1"]]

    with ThreadPoolExecutor(1) as thread:
        in_total, by_network = thread.submit(asyncio.run, guess()).result()

    assert in_total == [403] * 4 + [429] * 2
    assert by_network == [403, 403, 429, 403]


def test_a_learner_stores_no_more_activities_than_the_quota(workshop):
    learner = workshop.learner()
    activity = {"deck": "d", "question": "q", "answer": "a", "correct": False, "score": 0}

    statuses = [
        learner.post(
            "/api/done", json={"activities": [{**activity, "key": f"key-{n}-{m}-x"} for m in range(200)]}
        ).status_code
        for n in range(3)
    ]

    assert statuses == [200, 200, 429]


def test_a_learner_sends_no_more_requests_than_the_quota_and_long_ones_count_more():
    quota = RequestQuota()
    for _ in range(500):
        quota.use(person=1, length=100)

    quota.use(person=1, length=700_000)
    with pytest.raises(HTTPException, match="429"):
        quota.use(person=1, length=200_000)

    quota.use(person=2, length=200_000)


def test_a_long_answer_counts_as_several_activities(workshop):
    activity = {"deck": "d", "question": "q", "answer": "a" * 8_000, "correct": False, "score": 0}
    learner = workshop.learner()

    statuses = [
        learner.post(
            "/api/done", json={"activities": [{**activity, "key": f"key-{n}-{m}-x"} for m in range(22)]}
        ).status_code
        for n in range(3)
    ]

    # 198 of 400 each.
    assert statuses == [200, 200, 429]


def test_the_files_of_the_service_are_its_owners_alone(workshop):
    modes = {file.name: file.stat().st_mode & 0o077 for file in workshop.data.glob("*.sqlite3*")}

    assert "workshop.sqlite3" in modes
    assert set(modes.values()) == {0}


def test_a_database_that_others_could_read_is_made_private(tmp_path):
    file = tmp_path / "workshop.sqlite3"
    file.touch(mode=0o644)

    Database(f"sqlite:///{file}").close()

    assert file.stat().st_mode & 0o077 == 0


LONG = 64 * 1024**2
"""More bytes than the buffers of two sockets hold."""
ENDED = threading.Event()
"""Set when the service of two pages is done with a response."""


@pytest.fixture
def server():
    """A service of two pages, which limits requests that don't arrive, and responses that no one reads."""

    async def app(scope, receive, send):
        if scope["type"] == "http":
            while (await receive()).get("more_body"):
                pass
            body = b"x" * LONG if scope["path"] == "/long" else b""
            length = [(b"content-length", str(len(body) + 2).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": length})
            await send({"type": "http.response.body", "body": body, "more_body": True})
            # If the client doesn't read what was sent, this waits until the connection is closed.
            await send({"type": "http.response.body", "body": b"ok"})
            ENDED.set()

    config = uvicorn.Config(
        app, port=0, log_level="error", http=limited_protocol(frozenset(), 0.3, 0.3), lifespan="off"
    )
    made = uvicorn.Server(config)
    listening = config.bind_socket()
    # From here on, connections wait in the backlog until the server accepts them.
    listening.listen()
    thread = threading.Thread(target=made.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield listening.getsockname()
    made.should_exit = True
    thread.join(20)


HALF = {
    "nothing": b"",
    "headers": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
}


@pytest.mark.parametrize("sent", HALF.values(), ids=HALF)
def test_a_half_sent_request_is_closed(server, sent):
    with socket.create_connection(server, timeout=10) as connection:
        connection.sendall(sent)

        assert connection.recv(100) == b""


def test_a_half_sent_request_after_a_whole_one_is_closed(server):
    with socket.create_connection(server, timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        # The headers and the body can arrive one after the other.
        while not received.endswith(b"ok"):
            part = connection.recv(1000)
            assert part, received
            received += part
        connection.sendall(HALF["headers"])
        begun = time.monotonic()

        assert connection.recv(100) == b""
        assert time.monotonic() - begun < 4


def test_a_client_that_reads_nothing_of_a_response_is_disconnected(server):
    ENDED.clear()
    with socket.create_connection(server, timeout=30) as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")

        assert ENDED.wait(30)


def test_headers_without_end_are_refused_before_they_fill_the_memory(server):
    with socket.create_connection(server, timeout=10) as connection:
        connection.sendall(HALF["headers"])
        connection.sendall(b"X: " + b"a" * 70_000)

        assert connection.recv(1000).startswith(b"HTTP/1.1 431 ")


def test_one_address_has_no_more_connections_than_the_limit(server, monkeypatch):
    monkeypatch.setattr("rolecall.workshop._connections._PER_ADDRESS", 1)
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(server, timeout=10) as first:
        first.sendall(request)
        assert first.recv(1000).startswith(b"HTTP/1.1 200")
        with socket.create_connection(server, timeout=10) as second:
            assert second.recv(1000) == b""


def test_whole_requests_are_answered_while_half_ones_wait(server):
    halves = [socket.create_connection(server) for _ in range(50)]
    for one in halves:
        one.sendall(HALF["headers"])

    assert httpx.get(f"http://127.0.0.1:{server[1]}/").text == "ok"
    for one in halves:
        one.close()


def test_signing_out_ends_the_stream_of_the_dashboard(workshop):
    browser = workshop.instructor()
    with browser.stream("GET", "/live", timeout=30) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("data: ")

        browser.post("/logout")

        begun = time.monotonic()
        for _ in lines:
            assert time.monotonic() - begun < 10


def test_a_new_link_ends_the_sign_ins_with_the_old_one(database):
    with database.session() as session:
        room, _ = open_room(session, "Room", NOON, 12)
        instructor = session.scalars(select(Person).where(Person.room_id == room.id)).one()
        session.add(BrowserSession(cookie="c", person_id=instructor.id, form_token="f", until=NOON))
        session.flush()

        new_instructor_token(session, room)

        assert session.get(BrowserSession, "c", populate_existing=True) is None


def test_no_connection_becomes_a_web_socket_that_escapes_the_limits(workshop):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    # As an ordinary request: the protocol of the connection stays the one with the limits.
    assert httpx.get(f"{workshop.url}/api/key", headers=upgrade).status_code == 200
