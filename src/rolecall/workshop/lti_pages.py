"""The HTTP routes for learning platforms: login, launch, and keys."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from rolecall.workshop.access import Caller, TheAuthenticator, TheService
from rolecall.workshop.lti import Platforms
from rolecall.workshop.lti_claims import LaunchError, MalformedLaunch
from rolecall.workshop.pages import set_cross_site_cookie, show, signed_in
from rolecall.workshop.platform_grades import enter
from rolecall.workshop.rooms import INSTRUCTOR, CannotJoin
from rolecall.workshop.service import Service

router = APIRouter(prefix="/lti")
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def _platforms(service: Service) -> Platforms:
    if service.platforms is None:
        raise HTTPException(404, "no learning platform is registered here")
    return service.platforms


def _public_address(request: Request, service: Service) -> str:
    """Return the configured address; a request's ``Host`` header may name any other one."""
    if service.settings.public_address is not None:
        return str(service.settings.public_address).rstrip("/")
    host = request.url.hostname or ""
    if host not in _LOCAL_HOSTS:
        raise HTTPException(
            503,
            "the instructor must set ROLECALL_WORKSHOP_PUBLIC_ADDRESS before a platform can launch this",
        )
    return str(request.base_url).rstrip("/")


@router.get("/keys")
async def get_keys(service: TheService) -> dict[str, Any]:
    """Return this service's public key, for its registration at a platform."""
    return _platforms(service).keys


@router.api_route("/login", methods=["GET", "POST"])
async def login(request: Request, service: TheService) -> Response:
    """Start a launch: send the browser back to its platform to authenticate."""
    sent = {**request.query_params, **(await request.form() if request.method == "POST" else {})}
    asked = {name: str(text) for name, text in sent.items()}
    back_to = f"{_public_address(request, service)}/lti/launch"
    try:
        address, state = _platforms(service).start(asked, back_to)
    except MalformedLaunch as problem:
        raise HTTPException(400, str(problem)) from None
    except LaunchError as problem:
        raise HTTPException(403, str(problem)) from None
    away = RedirectResponse(address, 303)
    # The platform's page posts the launch form; only a cookie with SameSite=None is sent with it.
    set_cross_site_cookie(away, _state_cookie(state), state, service.settings.secure_cookies, max_age=600)
    return away


def _state_cookie(state: str) -> str:
    """Return the name of a launch's cookie; several launches can run in one browser."""
    return f"rolecall-lti-{hashlib.sha256(state.encode()).hexdigest()[:16]}"


@router.post("/launch")
async def post_launch(
    request: Request,
    service: TheService,
    authenticator: TheAuthenticator,
    state: Annotated[str, Form(max_length=8_000)] = "",
    id_token: Annotated[str, Form(max_length=32_000)] = "",
    error: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Finish a launch: show an instructor the dashboard, and a learner the cell for their notebook."""
    platforms = _platforms(service)
    if error:
        problem = f"The platform ended the sign-in ({error}). Sign in there, and open the link again."
        return show(request, "not_launched.html", {"problem": problem, "again": ""}, 403)
    if not hmac.compare_digest(request.cookies.get(_state_cookie(state), "").encode(), state.encode()):
        return _other_browser(request, service, platforms, state)
    now = service.clock.now()
    try:
        launch, nonce = await run_in_threadpool(platforms.launch, id_token, state)
        person, token = await asyncio.wrap_future(
            service.database.write(lambda session: enter(session, service.room, launch, nonce, now))
        )
    except MalformedLaunch as problem:
        raise HTTPException(400, str(problem)) from None
    except (LaunchError, CannotJoin) as problem:
        raise HTTPException(403, str(problem)) from None
    authenticator.forget_tokens_of(person.id)
    if person.role == INSTRUCTOR:
        return await signed_in(
            request,
            service,
            authenticator,
            Caller(person.id, person.room_id, person.name, person.role),
            cross_site=True,
        )
    address = _public_address(request, service)
    context = {"token": token, "address": address, "name": person.name, "assessment": launch.assessment}
    return show(request, "joined.html", context)


def _other_browser(request: Request, service: Service, platforms: Platforms, state: str) -> Response:
    """Refuse a launch without the cookie of its start; browsers don't keep it in many frames."""
    try:
        again = f"{_public_address(request, service)}/lti/login?{platforms.login_again(state)}"
    except LaunchError:
        again = ""
    problem = "This sign-in did not start in this browser, or the browser keeps no cookies here."
    return show(request, "not_launched.html", {"problem": problem, "again": again}, 403)
