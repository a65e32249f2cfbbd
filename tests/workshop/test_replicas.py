"""Several processes of the service share a PostgreSQL and the key of the receipts, and nothing else.

Any request can go to any process. The last test reports how the processes share the work of a class:
``uv run pytest tests/workshop/test_replicas.py -n0 -m "" -s --load-learners 1000 --load-processes 2``.
"""

import asyncio
import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import aiohttp
import httpx
import pytest
from sqlalchemy import func, select

from rolecall.course import find_course
from rolecall.quiz import load_bank
from rolecall.workshop.database import Database
from rolecall.workshop.receipts import verify
from rolecall.workshop.tables import Answer, Attempt, AuditEntry
from workshop.postgres import Postgres
from workshop.running import Running, answers_of, cpu_seconds, start_workshop

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
QUESTION = load_bank(find_course().bank("assume-role")).questions[0]
ATTEMPT = "/api/assessments/roles-midterm"


@pytest.fixture(scope="module")
def postgres():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def replicas(request, postgres, tmp_path_factory):
    url = postgres.url("shared")
    running: list[Running] = []
    for _ in range(request.config.getoption("--load-processes")):
        folder = tmp_path_factory.mktemp("replica")
        if running:
            shutil.copy(running[0].data / "receipts.jwk", folder)
        running.append(start_workshop(folder, ROLECALL_WORKSHOP_DATABASE=url))
        running[-1].token = running[0].token
    yield running
    for one in running:
        one.stop()


@pytest.fixture(scope="module")
def database(replicas, postgres):
    # The services have created it.
    made = Database(f"postgresql+psycopg://rolecall@127.0.0.1:{postgres.port}/shared")
    yield made
    made.close()


def at(replica: Running, client: httpx.Client) -> httpx.Client:
    """The same learner or instructor, at another process."""
    return httpx.Client(
        base_url=replica.url,
        headers=client.headers,
        cookies=client.cookies,
        timeout=30,
        follow_redirects=True,
    )


def test_an_attempt_goes_on_at_any_process(replicas, database):
    first = replicas[0].learner("Ana")
    second = at(replicas[1], first)
    both = [first, second]
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda one: one.post(ATTEMPT).json(), both * 6))
    (attempt,) = {one["attempt"] for one in started}
    path = f"/api/attempts/{attempt}"

    for client, (place, given) in zip(cycle(both), answers_of(started[0]).items(), strict=False):
        client.put(f"{path}/answers/{place}", json={"given": given, "serial": 1}).raise_for_status()
    seen = first.get(path).json()
    with ThreadPoolExecutor(4) as pool:
        submitted = list(pool.map(lambda one: one.post(f"{path}/submit").json()["receipt"], both * 2))

    assert second.post(ATTEMPT).json()["detail"]["code"] == "no-attempts"
    assert len({json.dumps(one["paper"]) for one in started}) == 1
    assert seen["answered"] == list(range(len(seen["paper"])))
    (receipt,) = set(submitted)
    assert verify(receipt, second.get("/api/key").json()).attempt == attempt
    with database.read() as session:
        entries = select(AuditEntry.what).where(AuditEntry.detail.contains(attempt))
        assert sorted(session.scalars(entries)) == ["attempt started", "attempt submitted"]


def test_what_an_instructor_changes_reaches_every_process(replicas):
    instructor = replicas[0].instructor()
    there, ana = at(replicas[1], instructor), at(replicas[1], replicas[0].learner("Ana"))
    tag = {"If-None-Match": ana.get("/api/room").headers["ETag"], "Prefer": "wait=20"}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ana.get, "/api/room", headers=tag)
        instructor.post("/room/push", data={"bank": "assume-role", "question": QUESTION.id})
        (push,) = waiting.result().json()["pushes"]
    ana.post(f"/api/pushes/{push['id']}", json={"given": 0}).raise_for_status()

    with there.stream("GET", "/live") as stream:
        lines = stream.iter_lines()
        states = (json.loads(one.removeprefix("data: ")) for one in lines if one.startswith("data: "))
        next(one for one in states if any(each["answers"] for each in one["questions"]))
        instructor.post("/logout").raise_for_status()
        # The stream ends, because the browser session is no longer in the database.
        for _ in lines:
            pass

    assert there.get("/live").status_code == 401


def test_the_processes_share_the_work_of_a_class(request, replicas, database):
    learners = request.config.getoption("--load-learners")
    with ThreadPoolExecutor(1) as pool:
        work = [
            pool.submit(asyncio.run, _work(used, learners, name, wander=name == "Early")).result()
            for name, used in (("Early", replicas), ("One", replicas[:1]), ("All", replicas))
        ]

    _, alone, shared = work
    print(f"\n{learners} learners, 4 requests of each\n{_report(alone)}\n{_report(shared)}")
    print(f"  the processes together take {max(alone) / max(shared):.2f} times as many requests as one")
    with database.read() as session:
        by_class = select(func.count()).select_from(Answer).join(Attempt, Attempt.id == Answer.attempt_id)
        assert session.scalar(by_class.where(Attempt.submitted.is_(None))) == 3 * learners


def _report(seconds: Sequence[float]) -> str:
    each = ", ".join(f"{one:.2f}" for one in seconds)
    return f"  processor time of {len(seconds)}: {each} s"


async def _work(replicas: Sequence[Running], learners: int, names: str, *, wander: bool) -> list[float]:
    """Let a class work, and return the processor time of each process.

    Parameters
    ----------
    wander
        Whether each request of a learner goes to another process; otherwise all of them go to one.
    """
    before = [cpu_seconds(one.service()) for one in replicas]
    # As many wait at each process, so that each commits as many together.
    at_once = asyncio.Semaphore(50 * len(replicas))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def learn(number: int) -> None:
            first = number % len(replicas)
            turns = cycle([*replicas[first:], *replicas[:first]] if wander else [replicas[first]])
            headers: dict[str, str] = {}

            async def ask(method: str, path: str, body: object = None) -> dict:
                url = f"{next(turns).url}{path}"
                async with http.request(method, url, json=body, headers=headers) as answer:
                    answer.raise_for_status()
                    return await answer.json()

            async with at_once:
                body = {"code": replicas[0].code, "name": f"{names} {number}"}
                headers["Authorization"] = f"Bearer {(await ask('POST', '/api/join', body))['token']}"
                attempt = await ask("POST", ATTEMPT)
                place, given = next(iter(answers_of(attempt).items()))
                path = f"/api/attempts/{attempt['attempt']}/answers/{place}"
                await ask("PUT", path, {"given": given, "serial": 1})
                await ask("GET", "/api/room")

        await asyncio.gather(*(learn(number) for number in range(learners)))
    return [cpu_seconds(one.service()) - used for one, used in zip(replicas, before, strict=True)]
