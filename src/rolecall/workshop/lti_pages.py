"""The HTTP routes for learning platforms: login, launch, and keys."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from rolecall.workshop.access import Caller, TheAuthenticator, TheService
from rolecall.workshop.lti import LaunchError, MalformedLaunch, Platforms
from rolecall.workshop.pages import show, signed_in
from rolecall.workshop.platform_grades import enter
from rolecall.workshop.rooms import INSTRUCTOR, CannotJoin
from rolecall.workshop.service import Service

router = APIRouter(prefix="/lti")
_STATE = "rolecall-lti"
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
    except LaunchError as problem:
        raise HTTPException(403, str(problem)) from None
    away = RedirectResponse(address, 303)
    # The platform's page posts the launch form; only a cookie with SameSite=None is sent with it.
    secure = service.settings.secure_cookies
    away.set_cookie(
        _STATE, state, max_age=600, httponly=True, secure=secure, samesite="none" if secure else "lax"
    )
    return away


@router.post("/launch")
async def post_launch(
    request: Request,
    service: TheService,
    authenticator: TheAuthenticator,
    id_token: Annotated[str, Form(max_length=32_000)],
    state: Annotated[str, Form(max_length=8_000)],
) -> Response:
    """Finish a launch: show an instructor the dashboard, and a learner the cell for their notebook."""
    if not hmac.compare_digest(request.cookies.get(_STATE, "").encode(), state.encode()):
        raise HTTPException(403, "this sign-in did not start in this browser")
    now = service.clock.now()
    try:
        launch, nonce = await run_in_threadpool(_platforms(service).launch, id_token, state)
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
            request, service, authenticator, Caller(person.id, person.room_id, person.name, person.role)
        )
    address = _public_address(request, service)
    context = {"token": token, "address": address, "name": person.name, "assessment": launch.assessment}
    return show(request, "joined.html", context)
