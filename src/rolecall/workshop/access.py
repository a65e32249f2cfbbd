"""Authenticate callers: learners by token, instructors by cookie, and users of JupyterHub."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Row, Table, bindparam, delete, select
from sqlalchemy.orm import Session

from rolecall.workshop._limits import ActivityQuota, RequestQuota, WrongCodeLimit, WrongTokenLimit
from rolecall.workshop.hub import Hub
from rolecall.workshop.rooms import INSTRUCTOR, LEARNER, Identity, Joined, digest, hub_person
from rolecall.workshop.service import Service
from rolecall.workshop.tables import BrowserSession, EarlierToken, Person, Room

COOKIE = "rolecall-instructor"
_CACHED_SECONDS = 30.0
"""How long a learner's token is cached; another process may have made it invalid since."""
_MOST_CACHED = 10_000
_BROWSER_SESSION = timedelta(hours=12)
_PEOPLE = cast(Table, Person.__table__).c
# Without an object of the session: a class that starts together looks up a token for each learner.
_BY_TOKEN = select(_PEOPLE.id, _PEOPLE.room_id, _PEOPLE.name, _PEOPLE.role, _PEOPLE.identity).where(
    _PEOPLE.token == bindparam("digest")
)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated person, with their role.

    Parameters
    ----------
    form_token
        The token that forms of this browser session send; empty for a learner.
    identity
        How the service knows who the person is.
    """

    person: int
    room: int
    name: str
    role: str
    form_token: str = ""
    identity: Identity = Identity.NAME


def service_of(request: Request) -> Service:
    """Return the service that a request is for."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


class Authenticator:
    """Find out who calls.

    Parameters
    ----------
    hub
        The JupyterHub that runs this service, or ``None``.
    """

    def __init__(self, service: Service, hub: Hub | None) -> None:
        self._service, self.hub = service, hub
        self._known: dict[str, tuple[float, Caller]] = {}
        self.wrong_codes, self.wrong_tokens = WrongCodeLimit(), WrongTokenLimit()
        self.activities, self.requests = ActivityQuota(), RequestQuota()

    def known_caller(self, token: str) -> Caller | None:
        """Return the person of a token that was looked up within the last seconds, or ``None``."""
        until, known = self._known.get(digest(token), (0.0, None))
        return known if time.monotonic() < until else None

    def caller_of_token(self, token: str) -> Caller | None:
        """Return the person that a token belongs to, or ``None``."""
        key = digest(token)
        if (known := self.known_caller(token)) is not None:
            return known
        with self._service.database.read() as session:
            row = session.execute(_BY_TOKEN, {"digest": key}).one_or_none()
            found = _caller(row) if row is not None else self._learner_of_earlier_token(session, key)
        found = found or self._caller_of_hub_token(token)
        if found is not None and found.role != INSTRUCTOR:
            # An instructor's token can be replaced at any time, so it is looked up for each request.
            self._remember(key, found)
        return found

    def _remember(self, key: str, caller: Caller) -> None:
        now = time.monotonic()
        if len(self._known) >= _MOST_CACHED:
            self._forget(lambda one: one[0] < now)
        self._known[key] = (now + _CACHED_SECONDS, caller)

    def _forget(self, is_gone: Callable[[tuple[float, Caller]], bool]) -> None:
        # Other threads add tokens meanwhile.
        for key in [key for key, one in list(self._known.items()) if is_gone(one)]:
            self._known.pop(key, None)

    def remember_joined(self, joined: Joined) -> None:
        """Cache the new token of a learner, who uses it next, and forget an earlier one."""
        if joined.is_known:
            self.forget_tokens_of(joined.person)
        caller = Caller(joined.person, joined.room, joined.name, LEARNER, identity=joined.identity)
        self._remember(digest(joined.token), caller)

    def _learner_of_earlier_token(self, session: Session, key: str) -> Caller | None:
        earlier = session.get(EarlierToken, key)
        if earlier is None or earlier.until < self._service.clock.now():
            return None
        person = session.get_one(Person, earlier.person_id)
        return _caller(person) if person.role != INSTRUCTOR else None

    def _caller_of_hub_token(self, token: str) -> Caller | None:
        user = self.hub.user_of_token(token) if self.hub is not None else None
        return self.caller_of_hub_user(user) if user is not None else None

    def caller_of_hub_user(self, user: dict[str, object]) -> Caller:
        """Return the person in the room for a user model of JupyterHub; a new user is added."""
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

    def forget_tokens_of(self, person: int) -> None:
        """Remove a person's tokens from the cache."""
        self._forget(lambda one: one[1].person == person)

    def start_browser_session(self, caller: Caller) -> str:
        """Start a browser session, and return its new cookie."""
        cookie = secrets.token_urlsafe(32)
        now = self._service.clock.now()
        with self._service.database.session() as session:
            session.execute(delete(BrowserSession).where(BrowserSession.until < now))
            session.add(
                BrowserSession(
                    cookie=digest(cookie),
                    person_id=caller.person,
                    form_token=secrets.token_urlsafe(32),
                    until=now + _BROWSER_SESSION,
                )
            )
        return cookie

    def end_browser_session(self, cookie: str) -> None:
        """End the browser session of a cookie."""
        with self._service.database.session() as session:
            session.execute(delete(BrowserSession).where(BrowserSession.cookie == digest(cookie)))

    def caller_of_cookie(self, cookie: str) -> Caller | None:
        """Return the person that a browser session belongs to, or ``None`` if it has ended."""
        with self._service.database.read() as session:
            found = session.get(BrowserSession, digest(cookie))
            if found is None or found.until < self._service.clock.now():
                return None
            return _caller(session.get_one(Person, found.person_id), found.form_token)


def _caller(person: Person | Row[*tuple[Any, ...]], form_token: str = "") -> Caller:
    identity = Identity(person.identity)
    return Caller(person.id, person.room_id, person.name, person.role, form_token, identity)


def authenticator_of(request: Request) -> Authenticator:
    """Return the authenticator of the service that a request is for."""
    authenticator = request.app.state.authenticator
    assert isinstance(authenticator, Authenticator)
    return authenticator


async def learner(request: Request) -> Caller:
    """Authenticate a request of a learner's notebook by its token, and count it.

    Raises
    ------
    HTTPException
        With status 401 if the token is not valid, and 429 if this learner sends too many requests.
    """
    caller = await authenticated(request)
    authenticator_of(request).requests.use(caller.person, len(await request.body()))
    return caller


async def authenticated(request: Request) -> Caller:
    """Authenticate a request of a learner's notebook by its token.

    Raises
    ------
    HTTPException
        With status 401 if the token is not valid.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    authenticator = authenticator_of(request)
    found = authenticator.known_caller(token)
    if found is None and scheme == "Bearer" and token:
        found = await run_in_threadpool(authenticator.caller_of_token, token)
    if found is None:
        raise HTTPException(401, "this token is not valid; join the workshop again")
    return found


async def instructor(request: Request) -> Caller:
    """Authenticate a request of an instructor's browser by its cookie.

    A request that changes something needs the form token of the browser session, too.

    Raises
    ------
    HTTPException
        With status 401 if no one is signed in, and 403 for a learner or a form of another site.
    """
    cookie = request.cookies.get(COOKIE, "")
    found = await run_in_threadpool(authenticator_of(request).caller_of_cookie, cookie) if cookie else None
    if found is None:
        raise HTTPException(401, "sign in with the instructor's link")
    if found.role != INSTRUCTOR:
        raise HTTPException(403, "only instructors can open this page")
    if request.method not in ("GET", "HEAD"):
        sent = request.headers.get("X-Form-Token") or str((await request.form()).get("form_token", ""))
        if not hmac.compare_digest(sent.encode(), found.form_token.encode()):
            raise HTTPException(403, "this form is not from the dashboard; open the dashboard again")
    return found


# FastAPI calls a dependency that isn't a coroutine in another thread, which takes longer than these do.
async def _service(request: Request) -> Service:
    return service_of(request)


async def _authenticator(request: Request) -> Authenticator:
    return authenticator_of(request)


Learner = Annotated[Caller, Depends(learner)]
Instructor = Annotated[Caller, Depends(instructor)]
TheService = Annotated[Service, Depends(_service)]
TheAuthenticator = Annotated[Authenticator, Depends(_authenticator)]
