"""A class works at the same time: real HTTP clients, dashboards, and the activities of earlier days.

The test asserts that nothing is lost. It reports how fast the service is and what it costs, and asserts no time:
``uv run pytest tests/workshop/test_load.py -n0 -m "" -s --load-learners 2000 --load-dashboards 4 --load-past 30000``.
"""

import asyncio
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from sqlalchemy import func, insert, select

from rolecall.workshop.database import Database
from rolecall.workshop.tables import ActivityRow, Answer, Attempt, Person
from workshop.running import Running, answers_of, cpu_seconds, start_workshop

ANSWERS_A_SECOND = 75
"""2,000 learners who need 27 seconds for each question."""
ACTIVITIES_A_SECOND = 25
JOINS_A_SECOND = 200
STARTS_A_SECOND = 250
"""2,000 learners who start within 8 seconds after the instructor says so."""
SECONDS = 15
POLL = 3.0
"""Seconds between two polls of a notebook whose service doesn't wait for changes."""


@dataclass
class Load:
    """How many use the service, and what was measured."""

    learners: int
    dashboards: int
    past: int
    running: Running
    times: dict[str, list[float]] = field(default_factory=dict)
    saved: int = 0
    events: int = 0
    starts_took: float = 0.0
    cpu_of_starts: float = 0.0
    clients_cpu_of_starts: float = 0.0
    cpu: float = 0.0
    clients_cpu: float = 0.0
    memory: float = 0.0

    def took(self, what: str, started: float) -> None:
        self.times.setdefault(what, []).append(time.perf_counter() - started)

    def report(self) -> str:
        def of(times: list[float]) -> str:
            ordered = sorted(times)
            shares = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95, 0.99))
            p50, p95, p99 = (f"{one:.0f}" for one in shares)
            return f"{len(times)} requests, median {p50} ms, p95 {p95} ms, p99 {p99} ms"

        lines = [f"{self.learners} learners, {self.dashboards} dashboards, {self.past} past activities"]
        lines += [f"  {what}: {of(times)}" for what, times in sorted(self.times.items())]
        each, of_client = (
            one / self.learners * 1000 for one in (self.cpu_of_starts, self.clients_cpu_of_starts)
        )
        lines.append(
            f"  all starts: {self.starts_took:.1f} s, {each:.1f} ms of the service's CPU for each, and"
            f" {of_client:.1f} ms of the clients'"
        )
        lines.append(
            f"  the service: {self.cpu:.0%} of a core, {self.memory:.0f} MiB; {self.events} events;"
            f" the clients: {self.clients_cpu:.0%} of a core"
        )
        return "\n".join(lines)


@pytest.fixture
def load(request, tmp_path) -> Load:
    options = ("--load-learners", "--load-dashboards", "--load-past")
    learners, dashboards, past = (request.config.getoption(one) for one in options)
    source = request.config.getoption("--load-source")
    running = start_workshop(tmp_path, **({"PYTHONPATH": source} if source else {}))
    yield Load(learners, dashboards, past, running)
    running.stop()


@pytest.mark.slow
def test_a_class_works_at_the_same_time_and_nothing_is_lost(load):
    database = Database(f"sqlite:///{load.running.data}/workshop.sqlite3")
    # This runs in another thread, because browser tests leave an event loop in the main one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(_class(load, database))).result()

    print(f"\n{load.report()}")
    with database.session() as session:
        saved = session.scalar(select(func.count()).select_from(Answer))
        handed_in = session.scalar(
            select(func.count()).select_from(Attempt).where(Attempt.submitted.is_not(None))
        )
        done = session.scalar(select(func.count()).select_from(ActivityRow))
    database.close()
    assert (saved, handed_in) == (load.saved, load.learners)
    assert done == load.past + len(load.times.get("activities", []))


async def _class(load: Load, database: Database) -> None:
    connections = aiohttp.TCPConnector(limit=0)
    patience = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(load.running.url, connector=connections, timeout=patience) as http:
        everyone = await asyncio.gather(*(_join(http, load, number) for number in range(load.learners)))
        _add_past(database, load.past)
        cookies = load.running.instructor().cookies
        dashboards = [asyncio.create_task(_watch(load, dict(cookies))) for _ in range(load.dashboards)]
        # A notebook asks for the room when it joins, and then waits for changes.
        tags = await asyncio.gather(*(_ask_once(http, load, headers) for headers in everyone))
        polls = [
            asyncio.create_task(_poll(http, headers, tag))
            for headers, tag in zip(everyone, tags, strict=True)
        ]
        service = load.running.service()
        clients, started = time.process_time(), time.perf_counter()
        before = cpu_seconds(service)
        attempts = await asyncio.gather(*(_start(http, load, headers) for headers in everyone))
        load.starts_took, load.cpu_of_starts = time.perf_counter() - started, cpu_seconds(service) - before
        load.clients_cpu_of_starts = time.process_time() - clients
        until = time.perf_counter() + SECONDS
        clients, started = time.process_time(), time.perf_counter()
        before = cpu_seconds(service)
        await asyncio.gather(
            *(_work(http, load, *one, until) for one in zip(everyone, attempts, strict=True))
        )
        took = time.perf_counter() - started
        load.cpu, load.clients_cpu = (
            (cpu_seconds(service) - before) / took,
            (time.process_time() - clients) / took,
        )
        load.memory = service.memory_info().rss / 2**20
        for task in (*polls, *dashboards):
            task.cancel()
        await asyncio.gather(*(_submit(http, *one) for one in zip(everyone, attempts, strict=True)))


async def _ask(http: aiohttp.ClientSession, method: str, path: str, body: object = None, **headers: str):
    async with http.request(method, path, json=body, headers=headers) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _join(http: aiohttp.ClientSession, load: Load, number: int) -> dict[str, str]:
    await asyncio.sleep(random.Random(number).random() * load.learners / JOINS_A_SECOND)
    started = time.perf_counter()
    answer = await _ask(http, "POST", "/api/join", {"code": load.running.code, "name": f"Learner {number}"})
    load.took("join", started)
    return {"Authorization": f"Bearer {answer['token']}"}


def _add_past(database: Database, count: int) -> None:
    """Add activities of the last days, which learners did before."""
    now, chance = datetime.now(UTC), random.Random(1)
    with database.session() as session:
        people = session.execute(select(Person.id, Person.room_id)).all()
        rows = [
            {
                "key": uuid.uuid4().hex,
                "room_id": person.room_id,
                "person_id": person.id,
                "at": now - timedelta(hours=chance.uniform(1, 100)),
                "deck": "practice/assume-role",
                "question": f"question-{chance.randrange(120)}",
                "answer": f"answer {chance.randrange(4)}",
                "correct": chance.random() < 0.7,
                "score": 1.0,
                "misconception": "role-is-a-user" if chance.random() < 0.1 else "",
            }
            for person in (chance.choice(people) for _ in range(count))
        ]
        if rows:
            session.execute(insert(ActivityRow), rows)


async def _watch(load: Load, cookies: dict[str, str]) -> None:
    """Keep a dashboard open."""
    forever = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(
            load.running.url, cookies=cookies, timeout=forever, read_bufsize=2**22
        ) as http,
        http.get("/live") as stream,
    ):
        async for chunk in stream.content.iter_any():
            load.events += chunk.count(b"data: ")


async def _start(http: aiohttp.ClientSession, load: Load, headers: dict[str, str]) -> dict:
    await asyncio.sleep(random.random() * load.learners / STARTS_A_SECOND)
    started = time.perf_counter()
    attempt = await _ask(http, "POST", "/api/assessments/roles-midterm", **headers)
    load.took("start", started)
    return attempt


async def _ask_once(http: aiohttp.ClientSession, load: Load, headers: dict[str, str]) -> str:
    """Ask for the state of the room, and return its tag."""
    await asyncio.sleep(random.random() * POLL)
    started = time.perf_counter()
    async with http.get("/api/room", headers=headers) as answer:
        await answer.read()
        load.took("poll", started)
        return answer.headers.get("ETag", "")


async def _poll(http: aiohttp.ClientSession, headers: dict[str, str], tag: str) -> None:
    """Ask for changes of the room, as `rolecall.join` does."""
    while True:
        asked = {**headers, "Prefer": "wait=20", **({"If-None-Match": tag} if tag else {})}
        async with http.get("/api/room", headers=asked) as answer:
            await answer.read()
            tag = answer.headers.get("ETag", "")
        await asyncio.sleep(1.0 if tag else POLL)


async def _work(
    http: aiohttp.ClientSession, load: Load, headers: dict[str, str], attempt: dict, until: float
) -> None:
    chance = random.Random(attempt["attempt"])
    path = f"/api/attempts/{attempt['attempt']}"
    answers = iter(answers_of(attempt).items())
    a_second = (ANSWERS_A_SECOND + ACTIVITIES_A_SECOND) / load.learners
    while True:
        wait = chance.expovariate(a_second)
        if time.perf_counter() + wait > until:
            await asyncio.sleep(max(0.0, until - time.perf_counter()))
            return
        await asyncio.sleep(wait)
        started = time.perf_counter()
        following = next(answers, None) if chance.random() < ANSWERS_A_SECOND / 100 else None
        if following is None:
            activity = {
                "key": uuid.uuid4().hex,
                "deck": "practice/assume-role",
                "question": "q",
                "answer": "a",
                "correct": True,
                "score": 1,
            }
            await _ask(http, "POST", "/api/done", {"activities": [activity]}, **headers)
            load.took("activities", started)
        else:
            place, given = following
            body = {"given": given, "serial": 1}
            assert await _ask(http, "PUT", f"{path}/answers/{place}", body, **headers) == {"serial": 1}
            load.took("answers", started)
            load.saved += 1


async def _submit(http: aiohttp.ClientSession, headers: dict[str, str], attempt: dict) -> None:
    await _ask(http, "POST", f"/api/attempts/{attempt['attempt']}/submit", **headers)
