"""The HTTP API for learners' notebooks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, Field
from starlette.routing import Route

from rolecall.workshop._requests import Body, body_of, json_response, write
from rolecall.workshop.access import TheService, authenticated, authenticator_of, learner, service_of
from rolecall.workshop.activities import Activity, record_activities
from rolecall.workshop.class_questions import is_deck_of_the_class
from rolecall.workshop.room_states import RoomStates, seconds_to_wait
from rolecall.workshop.rooms import CannotJoin, is_valid_code, join

_LONG = 1_000
_LONGEST_JOIN = 4 * 1024
"""A stranger can send this body, and reading a long one can take a third of a second."""
router = APIRouter(prefix="/api")
health_router = APIRouter()
Short = Annotated[str, Field(max_length=200)]


class JoinBody(Body):
    """A join code and a display name."""

    code: Annotated[str, Field(max_length=40)]
    name: Short


def _is_of_a_notebook(deck: str) -> str:
    """Check that a notebook reports no answer to a question for the class, which the service grades."""
    if is_deck_of_the_class(deck):
        raise ValueError("answers to a question for the class are sent to its own address")
    return deck


class ActivityBody(Body):
    """One answer that a learner gave in a notebook."""

    key: Annotated[str, Field(min_length=8, max_length=40)]
    deck: Annotated[Short, AfterValidator(_is_of_a_notebook)]
    question: Short
    answer: Annotated[str, Field(max_length=8_000)]
    correct: bool
    score: Annotated[float, Field(ge=0, le=1)]
    misconception: Short = ""


class ActivitiesBody(Body):
    """The lesson and mode that a learner works in, and the answers since the last report."""

    lesson: Short = ""
    mode: Annotated[str, Field(max_length=40)] = ""
    activities: Annotated[list[ActivityBody], Field(default_factory=list, max_length=200)]


async def post_join(request: Request) -> Response:
    """Add a learner to the room, and issue their token. A learner who sends a token continues."""
    body = await body_of(request, JoinBody, _LONGEST_JOIN)
    service, authenticator = service_of(request), authenticator_of(request)
    now = service.clock.now()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")

    def check() -> bool:
        with service.database.read() as session:
            return is_valid_code(session, body.code, now)

    codes = authenticator.wrong_codes
    async with codes.checking(request) as count_wrong:
        # The transaction checks the code again.
        if not codes.was_right(body.code) and not await run_in_threadpool(check):
            count_wrong()
            raise HTTPException(
                403, "this join code is not valid now; ask your instructor for the current one"
            )
    try:
        joined = await write(service, lambda session: join(session, body.code, body.name, now, token))
    except CannotJoin as problem:
        raise HTTPException(403, str(problem)) from None
    codes.remember_right(body.code)
    if joined.token != token:
        authenticator.remember_joined(joined)
    return json_response({"token": joined.token, "name": joined.name})


async def get_room(request: Request) -> Response:
    """Return the open lessons, the timer, and the questions that the instructor asks the class.

    A request with the tag of an earlier response is answered with 304 if nothing changed. If it says
    ``Prefer: wait=SECONDS`` (RFC 7240), it is answered when something changes, or after
    at least half of that time.
    """
    # It isn't counted as a request: it takes a tenth of a millisecond, and notebooks ask again and again.
    caller = await authenticated(request)
    states: RoomStates = request.app.state.room_states
    state = await states.state(caller.room)
    known = request.headers.get("If-None-Match")
    if known == state.tag(caller.name) and (seconds := seconds_to_wait(request.headers.get("Prefer", ""))):
        state = await states.wait_for_change(caller.room, state, seconds)
    tag = {"ETag": state.tag(caller.name)}
    if known == tag["ETag"]:
        return Response(status_code=304, headers=tag)
    return Response(state.body(caller.name), media_type="application/json", headers=tag)


async def post_done(request: Request) -> Response:
    """Record what a learner did. An activity that arrives twice counts once."""
    caller, service = await learner(request), service_of(request)
    body = await body_of(request, ActivitiesBody)
    # A long answer counts as several, because it takes as much room.
    count = sum(1 + len(one.answer) // _LONG for one in body.activities)
    authenticator_of(request).activities.use(caller.person, count)
    now = service.clock.now()
    where = {name: text for name in ("lesson", "mode") if (text := getattr(body, name))}
    activities = [Activity(**one.model_dump()) for one in body.activities]
    new = await write(
        service, lambda session: record_activities(session, caller.person, where, activities, now)
    )
    return json_response({"new": new})


@health_router.get("/health")
async def get_health(service: TheService) -> JSONResponse:
    """Whether the service works, for a probe: 200 if it does, 503 if not; it shows no learner's data."""
    health = await run_in_threadpool(service.health)
    return JSONResponse(health, 200 if health["status"] == "ok" else 503)


@router.get("/key")
async def get_key(service: TheService) -> dict[str, Any]:
    """Return the public key that verifies receipts."""
    return service.signer.public_key


plain_routes = [
    Route("/api/join", post_join, methods=["POST"]),
    Route("/api/room", get_room, methods=["GET"]),
    Route("/api/done", post_done, methods=["POST"]),
]
