"""The HTTP routes for launches of learning platforms: login, launch, picked content, and keys."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from rolecall._yaml import BadFile
from rolecall.course import MODE_TITLES, NoCourse
from rolecall.workshop import deep_linking
from rolecall.workshop._headers import content_policy
from rolecall.workshop.access import Caller, TheAuthenticator, TheService
from rolecall.workshop.deep_linking import Content
from rolecall.workshop.dynamic_registration import ToolAddresses
from rolecall.workshop.lti import Launch, LaunchStart, StartedLaunch
from rolecall.workshop.lti_claims import LaunchError, MalformedLaunch
from rolecall.workshop.pages import set_cross_site_cookie, show, signed_in
from rolecall.workshop.platform_launches import enter
from rolecall.workshop.platform_registrations import origin_of
from rolecall.workshop.platform_services import PlatformProblem
from rolecall.workshop.rooms import INSTRUCTOR, CannotJoin
from rolecall.workshop.service import Service

router = APIRouter(prefix="/lti")
_log = logging.getLogger(__name__)
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_MOST_PICKED = 200


def tool_addresses(request: Request, service: Service) -> ToolAddresses:
    """Return the addresses of this service: the configured one, since a ``Host`` header may name any other.

    Raises
    ------
    HTTPException
        With status 503 if no address is configured, and the request isn't from this machine.
    """
    if service.settings.public_address is not None:
        return ToolAddresses(str(service.settings.public_address).rstrip("/"))
    if (request.url.hostname or "") not in _LOCAL_HOSTS:
        raise HTTPException(
            503,
            "the instructor must set ROLECALL_WORKSHOP_PUBLIC_ADDRESS before a platform can launch this",
        )
    return ToolAddresses(str(request.base_url).rstrip("/"))


@router.get("/keys")
async def get_keys(service: TheService) -> dict[str, Any]:
    """Return this service's public key, for its registration at a platform."""
    return await run_in_threadpool(lambda: service.platforms.key.public)


@router.api_route("/login", methods=["GET", "POST"])
async def login(request: Request, service: TheService) -> Response:
    """Start a launch: send the browser back to its platform to authenticate."""
    sent = {**request.query_params, **(await request.form() if request.method == "POST" else {})}
    asked = {name: str(text) for name, text in sent.items()}
    back_to = tool_addresses(request, service).launch
    try:
        start = await run_in_threadpool(_start, service, asked, back_to)
    except MalformedLaunch as problem:
        raise HTTPException(400, str(problem)) from None
    except LaunchError as problem:
        raise HTTPException(403, str(problem)) from None
    away = _keep_proof(request, start) if start.storage else RedirectResponse(start.address, 303)
    # The platform's page posts the launch form; only a cookie with SameSite=None is sent with it.
    secure = service.settings.secure_cookies
    set_cross_site_cookie(away, _state_cookie(start.state), start.state, secure, max_age=600)
    return away


def _start(service: Service, asked: dict[str, str], back_to: str) -> LaunchStart:
    try:
        return service.platforms.start(asked, back_to)
    except MalformedLaunch:
        raise
    except LaunchError:
        # Another process of the service may have registered the platform.
        service.registrations.refresh()
        return service.platforms.start(asked, back_to)


def _keep_proof(request: Request, start: LaunchStart) -> Response:
    """Let the platform keep the proof of this launch, for a browser that keeps no cookies in frames.

    https://www.imsglobal.org/spec/lti-cs-oidc/v0p1
    """
    context = {
        "step": "put",
        "target": start.storage,
        "origin": origin_of(start.address),
        "key": _state_cookie(start.state),
        "proof": start.proof,
        "address": start.address,
    }
    return show(request, "platform_storage.html", context)


def _state_cookie(state: str) -> str:
    """Return the name of a launch's cookie; several launches can run in one browser."""
    return f"rolecall-lti-{hashlib.sha256(state.encode()).hexdigest()[:16]}"


@router.post("/launch")
async def post_launch(
    request: Request,
    service: TheService,
    authenticator: TheAuthenticator,
    background: BackgroundTasks,
    state: Annotated[str, Form(max_length=8_000)] = "",
    id_token: Annotated[str, Form(max_length=64_000)] = "",
    proof: Annotated[str, Form(max_length=200)] = "",
    error: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Finish a launch: show an instructor the dashboard, and a learner the assessment or the lesson."""
    platforms = service.platforms
    again = _again(request, service, state)
    if error:
        problem = f"The platform ended the sign-in ({error}). Sign in there, and open the link again."
        return show(request, "not_launched.html", {"problem": problem, "again": again}, 403)
    cookie = request.cookies.get(_state_cookie(state), "")
    has_cookie = hmac.compare_digest(cookie.encode(), state.encode())
    if not has_cookie:
        started = _started(service, state)
        if started is None or not (proof and _is_own_page(request, service)):
            return _without_cookie(request, started, state, id_token, again)
        if not started.is_proven_by(proof):
            return _other_browser(request, again)
    now = service.clock.now()
    try:
        launch, nonce = await run_in_threadpool(platforms.launch, id_token, state)
        ticket = deep_linking.ticket(platforms, launch) if launch.deep_linking is not None else ""
        person, token = await asyncio.wrap_future(
            service.database.write(lambda session: enter(session, service.room, launch, nonce, now))
        )
    except MalformedLaunch as problem:
        raise HTTPException(400, str(problem)) from None
    except (LaunchError, CannotJoin) as problem:
        raise HTTPException(403, str(problem)) from None
    authenticator.forget_tokens_of(person.id)
    if ticket:
        return await _show_content(request, service, launch, ticket)
    if person.role == INSTRUCTOR:
        if launch.members:
            background.add_task(_read_class_list, service)
        if not has_cookie:
            return show(request, "new_window.html", {"again": again})
        caller = Caller(person.id, person.room_id, person.name, person.role)
        return await signed_in(request, service, authenticator, caller, cross_site=True)
    return await _welcome(request, service, launch, person.name, token)


def _read_class_list(service: Service) -> None:
    """Read the class list after an instructor's launch; the gradebook shows why it can't be read."""
    try:
        service.read_class_list()
    except PlatformProblem as problem:
        _log.warning("the class list was not read: %s", problem)


async def _welcome(request: Request, service: Service, launch: Launch, name: str, token: str) -> Response:
    lessons = await run_in_threadpool(service.course.lessons)
    is_known = launch.assessment in service.assessments.names
    context = {
        "token": token,
        "address": tool_addresses(request, service).base,
        "name": name,
        "assessment": launch.assessment if is_known else "",
        "unknown": "" if is_known else launch.assessment,
        "lesson": next((one for one in lessons if one.name == launch.lesson), None),
        "modes": MODE_TITLES,
    }
    page = show(request, "joined.html", context)
    page.headers["Content-Security-Policy"] = content_policy(service.platforms.origins, has_editor=True)
    return page


def _started(service: Service, state: str) -> StartedLaunch | None:
    try:
        return service.platforms.started(state)
    except LaunchError:
        return None


def _again(request: Request, service: Service, state: str) -> str:
    """Return the address that starts a launch again, in a new window; empty if it didn't start here."""
    started = _started(service, state)
    return f"{tool_addresses(request, service).login}?{started.query}" if started is not None else ""


def _is_own_page(request: Request, service: Service) -> bool:
    """Whether a form was sent by this service's page, which got the proof from the platform.

    Another site could send a proof that its owner got.
    """
    return request.headers.get("Origin") == origin_of(tool_addresses(request, service).base)


def _without_cookie(
    request: Request, started: StartedLaunch | None, state: str, id_token: str, again: str
) -> Response:
    """Get the proof of a launch from the platform; browsers don't keep cookies in many frames."""
    if started is None or not started.storage:
        return _other_browser(request, again)
    context = {
        "step": "get",
        "target": started.storage,
        "origin": started.origin,
        "key": _state_cookie(state),
        "state": state,
        "id_token": id_token,
        "again": again,
    }
    page = show(request, "platform_storage.html", context)
    # With no-referrer, a browser doesn't say which site a form is from.
    page.headers["Referrer-Policy"] = "same-origin"
    return page


def _other_browser(request: Request, again: str) -> Response:
    problem = "This sign-in did not start in this browser, or the browser keeps no cookies here."
    return show(request, "not_launched.html", {"problem": problem, "again": again}, 403)


def _contents(service: Service) -> list[Content]:
    """Return what an instructor can pick. An assessment with a mistake can't be picked."""
    found = []
    for name in service.assessments.names:
        try:
            one = service.assessments.assessment(name)
        except (NoCourse, BadFile):
            continue
        points = sum(line.count for line in one.blueprint) + len(one.tasks)
        found.append(Content("assessment", name, one.title, points))
    return [*found, *(Content("lesson", one.name, one.title) for one in service.course.lessons())]


async def _show_content(request: Request, service: Service, launch: Launch, ticket: str) -> Response:
    contents = await run_in_threadpool(_contents, service)
    assert launch.deep_linking is not None
    context = {
        "contents": contents,
        "ticket": ticket,
        "kind": "checkbox" if launch.deep_linking.accept_multiple else "radio",
    }
    return show(request, "pick_content.html", context)


@router.post("/content")
async def post_content(
    request: Request,
    service: TheService,
    ticket: Annotated[str, Form(max_length=32_000)],
    picked: Annotated[list[str], Form(max_length=_MOST_PICKED)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Send what an instructor picked to the platform."""
    contents = await run_in_threadpool(_contents, service)
    chosen = [one for one in contents if one.value in picked]
    address = tool_addresses(request, service).launch
    try:
        answer = await run_in_threadpool(deep_linking.answer, service.platforms, ticket, chosen, address)
    except LaunchError as problem:
        raise HTTPException(403, str(problem)) from None
    page = show(request, "content_answer.html", {"answer": answer})
    # The platform may redirect the form to another one of its hosts.
    policy = content_policy(service.platforms.origins, (answer.origin, "https:"))
    page.headers["Content-Security-Policy"] = policy
    return page
