"""The HTTP routes that connect a learning platform: the configuration page, and Dynamic Registration."""

from __future__ import annotations

import asyncio
import hmac
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from rolecall.workshop._headers import content_policy
from rolecall.workshop._input_limits import BadInput, check_storable
from rolecall.workshop.access import Caller, Instructor, TheService
from rolecall.workshop.dynamic_registration import register
from rolecall.workshop.lti_pages import tool_addresses
from rolecall.workshop.pages import show
from rolecall.workshop.platform_registrations import Platform, origin_of, remove_platform, save_platform
from rolecall.workshop.platform_services import PlatformProblem
from rolecall.workshop.rooms import Identity, audit, secret_for
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Nonce, PlatformContext, Room

router = APIRouter(prefix="/lti")
_VALID = timedelta(hours=1)
"""For how long a registration address is valid; used addresses are remembered for as long."""
_DIGITS = 10
"""No later time than of the year 2286; `datetime` can't have any that a stranger writes."""
_Field = Annotated[str, Form(max_length=2_000)]


async def administrator(caller: Instructor) -> Caller:
    """Authenticate the instructor of the service; instructors of a platform's course have no access.

    Raises
    ------
    HTTPException
        With status 403 for an instructor of a platform's course.
    """
    if caller.identity is Identity.LTI:
        raise HTTPException(403, "open this page with the link that the service printed for the instructor")
    return caller


Administrator = Annotated[Caller, Depends(administrator)]


@router.get("")
async def get_configuration(request: Request, service: TheService, caller: Administrator) -> Response:
    """Show every address that a learning platform needs, and the registered platforms."""
    return await _configuration(request, service, caller)


async def _configuration(
    request: Request,
    service: Service,
    caller: Caller,
    *,
    problem: str = "",
    given: dict[str, str] | None = None,
) -> Response:
    addresses = tool_addresses(request, service)
    await run_in_threadpool(service.registrations.refresh)

    def read() -> tuple[str, PlatformContext | None]:
        with service.database.read() as session:
            code = _registration_code(session, service.room, service.clock.now() + _VALID)
            return code, session.get(PlatformContext, service.room)

    code, bound = await run_in_threadpool(read)
    saved = service.registrations.saved
    context = {
        "form_token": caller.form_token,
        "addresses": addresses,
        "registration": f"{addresses.base}/lti/register/{code}",
        "key": await run_in_threadpool(lambda: service.platforms.key.public_pem),
        "saved": saved,
        "of_file": [one for one in service.registrations() if one not in saved],
        "bound": bound,
        "problem": problem,
        "given": given or {},
        "is_secure": service.settings.secure_cookies,
    }
    return show(request, "lti_setup.html", context, 422 if problem else 200)


@router.post("/platforms")
async def post_platform(
    request: Request,
    service: TheService,
    caller: Administrator,
    issuer: _Field,
    client_id: _Field,
    login_url: _Field,
    token_url: _Field,
    keys_url: _Field,
    deployments: _Field = "",
    audience: _Field = "",
    teaching_assistants: Literal["instructor", "learner"] = "learner",
) -> Response:
    """Register a platform by the addresses that it shows."""
    given = {
        "issuer": issuer,
        "client_id": client_id,
        "login_url": login_url,
        "token_url": token_url,
        "keys_url": keys_url,
        "audience": audience,
    }
    try:
        check_storable(given)
        platform = Platform.model_validate(
            given
            | {
                "deployments": [one.strip() for one in deployments.split(",") if one.strip()],
                "teaching_assistants": teaching_assistants,
            }
        )
    except (ValidationError, BadInput) as error:
        problem = _problem(error)
        return await _configuration(request, service, caller, problem=problem, given=given)
    await _change(service, caller, lambda session: save_platform(session, platform), platform.issuer)
    return _back(request)


def _problem(error: ValidationError | BadInput) -> str:
    if isinstance(error, BadInput):
        return str(error)
    return "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())


@router.post("/platforms/remove")
async def post_remove(
    request: Request, service: TheService, caller: Administrator, issuer: _Field, client_id: _Field
) -> Response:
    """Remove a platform; its launches are refused from now on, and its grades wait."""
    await _change(
        service, caller, lambda session: remove_platform(session, issuer, client_id), f"removed {issuer}"
    )
    return _back(request)


def _back(request: Request) -> Response:
    return RedirectResponse(request.scope.get("root_path", "") + "/lti", 303)


async def _change(service: Service, caller: Caller, change: Any, detail: str) -> None:
    now = service.clock.now()

    def write(session: Session) -> None:
        change(session)
        audit(session, caller.room, now, caller.name, "learning platform", detail)

    await asyncio.wrap_future(service.database.write(write))
    await run_in_threadpool(service.registrations.refresh)


def _registration_code(session: Session, room: int, until: datetime) -> str:
    """Return a code that lets a platform register until a time."""
    seconds = int(until.timestamp())
    secret = secret_for(session.get_one(Room, room).secret, f"registration/{seconds}")
    return f"{seconds}-{secret[:32]}"


def _is_valid(session: Session, room: int, code: str, now: datetime) -> bool:
    seconds, _, _ = code.partition("-")
    if not seconds.isascii() or not seconds.isdecimal() or len(seconds) > _DIGITS:
        return False
    until = datetime.fromtimestamp(int(seconds), tz=now.tzinfo)
    is_ours = hmac.compare_digest(_registration_code(session, room, until).encode(), code.encode())
    return is_ours and now < until and session.get(Nonce, _used(code)) is None


def _used(code: str) -> str:
    return f"registration {code}"[:64]


@router.get("/register")
async def get_register() -> Response:
    """Say where the address with a code is."""
    raise HTTPException(403, "copy the registration address from the page /lti; it has a code at its end")


@router.get("/register/{code}")
async def get_register_with_code(
    request: Request,
    service: TheService,
    code: str,
    openid_configuration: str = "",
    registration_token: str = "",
) -> Response:
    """Register this service at the platform that opened the address, and the platform here."""
    now = service.clock.now()

    def check() -> bool:
        with service.database.read() as session:
            return _is_valid(session, service.room, code, now)

    if not await run_in_threadpool(check):
        return _registered(
            request,
            openid_configuration,
            problem="This registration address was used before, or has expired. Copy a new one.",
        )
    if not openid_configuration:
        return _registered(
            request,
            "",
            problem="Enter this address in your learning platform, which opens it and says where it is.",
        )
    addresses = tool_addresses(request, service)
    try:
        platform = await run_in_threadpool(
            register,
            service.platforms.http,
            openid_configuration,
            registration_token,
            addresses,
            await run_in_threadpool(_name, service),
        )
    except PlatformProblem as problem:
        return _registered(request, openid_configuration, problem=f"The registration failed: {problem}.")

    def save(session: Session) -> None:
        session.add(Nonce(nonce=_used(code), at=now))
        save_platform(session, platform)
        audit(session, service.room, now, "service", "learning platform", platform.issuer)

    await asyncio.wrap_future(service.database.write(save))
    await run_in_threadpool(service.registrations.refresh)
    return _registered(request, openid_configuration, platform=platform)


def _name(service: Service) -> str:
    with service.database.read() as session:
        return f"Rolecall: {service.room_of(session, service.room).name}"


def _registered(
    request: Request, configuration: str, *, platform: Platform | None = None, problem: str = ""
) -> Response:
    """Show the outcome in the platform's window or frame, which the platform closes."""
    origin = origin_of(configuration) if configuration.startswith(("http://", "https://")) else ""
    context = {"platform": platform, "problem": problem, "origin": origin}
    page = show(request, "registered.html", context, 200 if platform is not None else 403)
    # The platform may not be registered yet, and shows this page in a frame.
    frames = [origin] if origin and not set(origin) & set(" ;,'\"") else []
    page.headers["Content-Security-Policy"] = content_policy(frames)
    return page
