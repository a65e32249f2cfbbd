"""Who calls: a learner by a token, an instructor by a cookie, anybody whom JupyterHub knows."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import delete, select

from rolecall.workshop.hub import Hub
from rolecall.workshop.rooms import INSTRUCTOR, digest, hub_person
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Person, Room, Visit

COOKIE = "rolecall-instructor"
_TRUSTED = 30.0
"""Seconds for which a learner's token is not looked up again; another process may have made it invalid."""
_LASTS = timedelta(hours=12)
# A classroom shares one address; a code has 29 ** 8 forms and a token 2 ** 256.
_WRONG_A_MINUTE = 30


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and with which rights."""

    person: int
    room: int
    name: str
    role: str
    form_token: str = ""


def service_of(request: Request) -> Service:
    """The service that a request is for."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


class Doors:
    """Finds who calls; counts who knocks with what opens nothing."""

    def __init__(self, service: Service, hub: Hub | None) -> None:
        self._service, self.hub = service, hub
        self._known: dict[str, tuple[float, Caller]] = {}
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(_WRONG_A_MINUTE)

    def may_try(self, request: Request) -> None:
        """Refuses whoever tried too many codes or tokens within a minute that opened nothing."""
        if not self._limiter.test(self._limit, _host(request)):
            raise HTTPException(429, "too many wrong codes; wait a minute", headers={"Retry-After": "60"})

    def was_wrong(self, request: Request) -> None:
        """Counts a code or token that opened nothing."""
        self._limiter.hit(self._limit, _host(request))

    def by_token(self, token: str) -> Caller | None:
        """Whose token that is."""
        key = digest(token)
        until, known = self._known.get(key, (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        with self._service.database.read() as session:
            person = session.scalars(select(Person).where(Person.token == key)).one_or_none()
        if person is None:
            self._known.pop(key, None)
            return self._by_hub(token)
        found = _caller(person)
        if person.role != INSTRUCTOR:
            # A token of an instructor's can be made invalid; it is looked up each time.
            self._known[key] = (time.monotonic() + _TRUSTED, found)
        return found

    def _by_hub(self, token: str) -> Caller | None:
        user = self.hub.user_of_token(token) if self.hub is not None else None
        return self.hub_caller(user) if user is not None else None

    def hub_caller(self, user: dict[str, object]) -> Caller:
        """The person whom JupyterHub told of."""
        assert self.hub is not None
        with self._service.database.session() as session:
            room = session.get_one(Room, self._service.room)
            person = hub_person(
                session,
                room,
                str(user["name"]),
                instructor=self.hub.is_instructor(user),
                now=self._service.clock.now(),
            )
            return _caller(person)

    def forget(self, person: int) -> None:
        """No token of a person's is known any more without looking it up."""
        self._known = {key: one for key, one in self._known.items() if one[1].person != person}

    def sign_in(self, caller: Caller) -> tuple[str, str]:
        """A new cookie for an instructor's browser, whatever it had before, and the token of its forms."""
        cookie, form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        now = self._service.clock.now()
        with self._service.database.session() as session:
            session.execute(delete(Visit).where(Visit.until < now))
            session.add(
                Visit(
                    cookie=digest(cookie),
                    person_id=caller.person,
                    form_token=form_token,
                    until=now + _LASTS,
                )
            )
        return cookie, form_token

    def sign_out(self, cookie: str) -> None:
        """Makes a cookie worthless."""
        with self._service.database.session() as session:
            session.execute(delete(Visit).where(Visit.cookie == digest(cookie)))

    def by_cookie(self, cookie: str) -> Caller | None:
        """Whose browser that is."""
        with self._service.database.read() as session:
            visit = session.get(Visit, digest(cookie))
            if visit is None or visit.until < self._service.clock.now():
                return None
            return _caller(session.get_one(Person, visit.person_id), visit.form_token)


def _caller(person: Person, form_token: str = "") -> Caller:
    return Caller(person.id, person.room_id, person.name, person.role, form_token)


def _host(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def doors_of(request: Request) -> Doors:
    """The doors of the service that a request is for."""
    doors = request.app.state.doors
    assert isinstance(doors, Doors)
    return doors


async def learner(request: Request) -> Caller:
    """Whoever has a token; for routes that a learner's notebook calls."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    by_token = doors_of(request).by_token
    found = await run_in_threadpool(by_token, token) if scheme == "Bearer" and token else None
    if found is None:
        raise HTTPException(401, "this token opens nothing; join the workshop again")
    return found


async def instructor(request: Request) -> Caller:
    """An instructor whose browser is signed in; a change wants the form's token as well."""
    cookie = request.cookies.get(COOKIE, "")
    found = await run_in_threadpool(doors_of(request).by_cookie, cookie) if cookie else None
    if found is None:
        raise HTTPException(401, "sign in with the instructor's link")
    if found.role != INSTRUCTOR:
        raise HTTPException(403, "this page is the instructor's")
    if request.method not in ("GET", "HEAD"):
        sent = request.headers.get("X-Form-Token") or str((await request.form()).get("form_token", ""))
        if not hmac.compare_digest(sent.encode(), found.form_token.encode()):
            raise HTTPException(403, "this form is not from the dashboard; open it again")
    return found


Learner = Annotated[Caller, Depends(learner)]
Instructor = Annotated[Caller, Depends(instructor)]
TheService = Annotated[Service, Depends(service_of)]
TheDoors = Annotated[Doors, Depends(doors_of)]
