"""Three hundred learners at once, by real HTTP clients in a process of their own.

It reports how fast the service is, and asserts no time: ``uv run pytest tests/workshop/test_load.py -n0 -s --load-learners 300``.
"""

import asyncio
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import pytest
from sqlalchemy import func, select

from rolecall.workshop.database import Database
from rolecall.workshop.tables import Answer, Attempt
from workshop.running import Running, answers_of, start_workshop

A_SECOND = 75
"""Answers that come in a second: three hundred people who need four seconds for each, which is quick."""


@pytest.fixture
def learners(request) -> int:
    return request.config.getoption("--load-learners")


@pytest.mark.slow
def test_a_room_of_learners_answers_at_once_and_nothing_is_lost(tmp_path, learners):
    running = start_workshop(tmp_path)
    try:
        # This runs in another thread, because browser tests leave an event loop in the main one.
        with ThreadPoolExecutor(1) as pool:
            times, slow_start = pool.submit(lambda: asyncio.run(_room(running, learners))).result()
    finally:
        running.stop()

    ordered = sorted(times)
    p50, p95, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95, 0.99))
    print(
        f"\n{learners} learners, {len(times)} submissions: median {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms; "
        f"all beginning within a second: slowest {slow_start * 1000:.0f} ms, mean {statistics.fmean(times) * 1000:.0f} ms"
    )
    database = Database(f"sqlite:///{tmp_path}/workshop.sqlite3")
    with database.session() as session:
        saved = session.scalar(select(func.count()).select_from(Answer))
        handed_in = session.scalar(
            select(func.count()).select_from(Attempt).where(Attempt.submitted.is_not(None))
        )
    database.close()
    assert (saved, handed_in) == (learners * 8, learners)


async def _room(running: Running, learners: int) -> tuple[list[float], float]:
    times: list[float] = []
    connections = aiohttp.TCPConnector(limit=learners)
    async with aiohttp.ClientSession(running.url, connector=connections, raise_for_status=True) as http:
        begun = await asyncio.gather(
            *(_begin(http, running.code, f"Learner {number}") for number in range(learners))
        )
        await asyncio.gather(
            *(_answer(http, headers, attempt, times, learners) for headers, attempt, _ in begun)
        )
    return times, max(took for *_, took in begun)


async def _ask(http: aiohttp.ClientSession, method: str, path: str, body: object = None, **headers: str):
    async with http.request(method, path, json=body, headers=headers) as answer:
        return await answer.json()


async def _begin(http: aiohttp.ClientSession, code: str, name: str):
    chance = random.Random(name)
    await asyncio.sleep(chance.random())
    answer = await _ask(http, "POST", "/api/join", {"code": code, "name": name})
    headers = {"Authorization": f"Bearer {answer['token']}"}
    started = time.perf_counter()
    attempt = await _ask(http, "POST", "/api/assessments/roles-midterm", **headers)
    return headers, attempt, time.perf_counter() - started


async def _answer(
    http: aiohttp.ClientSession, headers: dict, attempt: dict, times: list[float], learners: int
) -> None:
    chance = random.Random(attempt["attempt"])
    path = f"/api/attempts/{attempt['attempt']}"
    for place, given in answers_of(attempt).items():
        await asyncio.sleep(chance.expovariate(A_SECOND / learners))
        started = time.perf_counter()
        saved = await _ask(http, "PUT", f"{path}/answers/{place}", {"given": given, "serial": 1}, **headers)
        times.append(time.perf_counter() - started)
        assert saved == {"serial": 1}
    await _ask(http, "POST", f"{path}/submit", **headers)
