"""The HTTP routes for instructors: the dashboard, the gradebook, and the item analysis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader
from sse_starlette import EventSourceResponse

from rolecall._yaml import BadFile
from rolecall.course import NoCourse
from rolecall.workshop import gradebook
from rolecall.workshop.access import (
    COOKIE,
    Authenticator,
    Caller,
    Instructor,
    TheAuthenticator,
    TheService,
    service_of,
)
from rolecall.workshop.class_questions import reveal
from rolecall.workshop.live import BEAT, LiveRooms
from rolecall.workshop.room_states import RoomStates
from rolecall.workshop.rooms import INSTRUCTOR, CannotJoin, audit, renew_code
from rolecall.workshop.roster import BadRoster, add_to_roster, read_names
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Push, Room
from rolecall.workshop.titles import titles_of

router = APIRouter()
_FOLDER = Path(__file__).parent / "templates"
_pages = Jinja2Templates(
    env=Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
)
_Text = Annotated[str, Form(max_length=200)]


@router.get("/login", response_class=HTMLResponse)
async def get_login(request: Request, authenticator: TheAuthenticator) -> Response:
    """Show the sign-in form, which the instructor's link fills in, or redirect to JupyterHub's."""
    if authenticator.hub is not None:
        address, state = authenticator.hub.login()
        away = RedirectResponse(address, 303)
        away.set_cookie("rolecall-state", state, max_age=600, httponly=True, samesite="lax")
        return away
    return _pages.TemplateResponse(request, "login.html", {})


@router.get("/oauth_callback")
async def get_oauth_callback(
    request: Request, service: TheService, authenticator: TheAuthenticator, code: str = "", state: str = ""
) -> Response:
    """Finish a sign-in by JupyterHub."""
    if authenticator.hub is None or not state or state != request.cookies.get("rolecall-state"):
        raise HTTPException(403, "this sign-in did not start in this browser")
    user = await run_in_threadpool(authenticator.hub.user_of_code, code)
    if user is None:
        raise HTTPException(403, "your JupyterHub account has no access to this service")
    caller = await run_in_threadpool(authenticator.caller_of_hub_user, user)
    return await signed_in(request, service, authenticator, caller)


@router.post("/login")
async def post_login(
    request: Request,
    service: TheService,
    authenticator: TheAuthenticator,
    token: Annotated[str, Form(max_length=200)],
) -> Response:
    """Sign a browser in with the token of the instructor's link."""
    caller = await run_in_threadpool(authenticator.caller_of_token, token.strip())
    if caller is None or caller.role != INSTRUCTOR:
        authenticator.wrong_tokens.count_wrong(request)
        raise HTTPException(403, "this token is not an instructor's")
    return await signed_in(request, service, authenticator, caller)


def show(request: Request, name: str, context: dict[str, Any], status: int = 200) -> Response:
    """Render a template."""
    return _pages.TemplateResponse(request, name, context, status)


def set_cross_site_cookie(
    answer: Response, name: str, text: str, secure: bool, *, max_age: int | None = None
) -> None:
    """Set a cookie that a browser also sends in a frame, or with a form, of another site.

    Such a cookie must be secure, and in a frame it is kept only if it's partitioned by the page around it.
    https://developer.mozilla.org/docs/Web/Privacy/Guides/Privacy_sandbox/Partitioned_cookies
    """
    same_site: Literal["none", "lax"] = "none" if secure else "lax"
    answer.set_cookie(name, text, max_age=max_age, httponly=True, secure=secure, samesite=same_site)
    if secure:
        # The standard library of Python below 3.14 doesn't know this attribute.
        answer.headers["set-cookie"] += "; Partitioned"


async def signed_in(
    request: Request,
    service: Service,
    authenticator: Authenticator,
    caller: Caller,
    *,
    cross_site: bool = False,
) -> Response:
    """Redirect to the dashboard, with the cookie of a new browser session.

    Parameters
    ----------
    cross_site
        Whether a page of another site sent the browser here, or shows the dashboard in a frame.
    """
    if caller.role != INSTRUCTOR:
        raise HTTPException(403, "only instructors can open this page")
    cookie = await run_in_threadpool(authenticator.start_browser_session, caller)
    answer = RedirectResponse(request.scope.get("root_path", "") + "/", 303)
    secure = service.settings.secure_cookies
    if cross_site:
        set_cross_site_cookie(answer, COOKIE, cookie, secure)
    else:
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/logout")
async def post_logout(request: Request, caller: Instructor, authenticator: TheAuthenticator) -> Response:
    """Sign a browser out."""
    await run_in_threadpool(authenticator.end_browser_session, request.cookies[COOKIE])
    answer = RedirectResponse(request.scope.get("root_path", "") + "/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/", response_class=HTMLResponse)
async def get_dashboard(request: Request, service: TheService, caller: Instructor) -> Response:
    """Show the dashboard."""
    lessons = await run_in_threadpool(service.course.lessons)
    banks = [one.stem for one in service.course.banks()]
    return _pages.TemplateResponse(
        request,
        "dashboard.html",
        {
            "form_token": caller.form_token,
            "lessons": lessons,
            "banks": {name: [one.id for one in service.assessments.bank(name).questions] for name in banks},
            "assessments": await run_in_threadpool(_assessment_titles, service),
            "titles": await run_in_threadpool(titles_of, service.assessments),
        },
    )


def _assessment_titles(service: Service) -> dict[str, str]:
    """Return the title of each assessment; the name of a file that has faults."""
    titles = {}
    for name in service.assessments.names:
        try:
            titles[name] = service.assessments.assessment(name).title
        except BadFile:
            titles[name] = name
    return titles


@router.get("/live")
async def get_live(
    request: Request, service: TheService, caller: Instructor, authenticator: TheAuthenticator
) -> EventSourceResponse:
    """Stream the room's state as server-sent events, one for each change, until the browser signs out."""
    live: LiveRooms = request.app.state.live_rooms

    async def changes() -> AsyncIterator[dict[str, str]]:
        shown = 0
        while not await request.is_disconnected():
            # The browser may have signed out, or the instructor's link may have been replaced.
            if await run_in_threadpool(authenticator.caller_of_cookie, request.cookies[COOKIE]) is None:
                return
            state = await live.state(caller.room)
            if state.number != shown:
                yield {"data": state.data}
                shown = state.number
            await asyncio.sleep(BEAT)

    return EventSourceResponse(changes())


async def _change_room(request: Request, caller: Caller, change: Callable[[Any], object]) -> None:
    """Change a room, and send the change to its notebooks."""
    await asyncio.wrap_future(service_of(request).database.write(change))
    states: RoomStates = request.app.state.room_states
    await states.change(caller.room)


@router.post("/room/code")
async def post_code(request: Request, service: TheService, caller: Instructor) -> Response:
    """Create a new join code; the old one is no longer valid."""
    now = service.clock.now()

    def change(session: Any) -> None:
        renew_code(session.get_one(Room, caller.room), now, service.settings.join_hours)
        audit(session, caller.room, now, caller.name, "code renewed", "")

    await _change_room(request, caller, change)
    return Response(status_code=204)


@router.post("/room/lessons")
async def post_lessons(request: Request, service: TheService, caller: Instructor) -> Response:
    """Set which lessons are open; an empty list opens all."""
    names = [str(one) for one in (await request.form()).getlist("lesson")]
    known = {one.name for one in service.course.lessons()}
    if not set(names) <= known:
        raise HTTPException(422, "there is no such lesson")

    def change(session: Any) -> None:
        session.get_one(Room, caller.room).open_lessons = names or None
        audit(session, caller.room, service.clock.now(), caller.name, "lessons opened", ", ".join(names))

    await _change_room(request, caller, change)
    return Response(status_code=204)


@router.post("/room/timer")
async def post_timer(
    request: Request, service: TheService, caller: Instructor, minutes: Annotated[float, Form(ge=0, le=600)]
) -> Response:
    """Start a timer that everyone sees; 0 minutes removes it."""
    until = service.clock.now() + timedelta(minutes=minutes) if minutes else None

    def change(session: Any) -> None:
        session.get_one(Room, caller.room).timer_until = until

    await _change_room(request, caller, change)
    return Response(status_code=204)


@router.post("/room/push")
async def post_push(
    request: Request, service: TheService, caller: Instructor, bank: _Text, question: _Text
) -> Response:
    """Ask the class a question; the question before it is closed."""
    try:
        found = service.assessments.bank(bank).question(question)
    except NoCourse as error:
        raise HTTPException(422, str(error)) from None
    if found is None:
        raise HTTPException(422, f"the bank {bank!r} has no question {question!r}")

    def change(session: Any) -> None:
        _close_pushes(session, caller.room)
        now = service.clock.now()
        # Asked again, a question waits for answers again.
        room = session.get_one(Room, caller.room)
        room.revealed = [one for one in room.revealed if one != question]
        session.add(Push(room_id=caller.room, bank=bank, question=question, at=now, open=True))
        audit(session, caller.room, now, caller.name, "question pushed", f"{bank} {question}")

    await _change_room(request, caller, change)
    return Response(status_code=204)


@router.post("/room/unpush")
async def post_unpush(request: Request, service: TheService, caller: Instructor) -> Response:
    """Close the question that the class was asked."""
    await _change_room(request, caller, lambda session: _close_pushes(session, caller.room))
    return Response(status_code=204)


def _close_pushes(session: Any, room: int) -> None:
    for one in session.query(Push).where(Push.room_id == room, Push.open).all():
        one.open = False


@router.post("/room/reveal")
async def post_reveal(
    request: Request, service: TheService, caller: Instructor, question: _Text
) -> Response:
    """Show which answers are right, to the class too if it was asked this question last."""

    def change(session: Any) -> None:
        reveal(session, session.get_one(Room, caller.room), question)

    await _change_room(request, caller, change)
    return Response(status_code=204)


@router.post("/roster", response_class=PlainTextResponse)
async def post_roster(
    service: TheService, caller: Instructor, names: Annotated[str, Form(max_length=100_000)]
) -> Response:
    """Add learners to the roster, and return their personal codes as CSV, which can't be shown again."""
    now = service.clock.now()
    try:
        added = read_names(names)
        issued = await asyncio.wrap_future(
            service.database.write(lambda session: add_to_roster(session, caller.room, added, now))
        )
    except (BadRoster, CannotJoin) as error:
        raise HTTPException(422, str(error)) from None
    return Response(
        gradebook.codes_csv(issued),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="personal-codes.csv"'},
    )
