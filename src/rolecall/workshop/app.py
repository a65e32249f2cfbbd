"""Build the ASGI application of the service."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rolecall._yaml import BadFile
from rolecall.course import NoCourse
from rolecall.workshop import (
    api,
    attempt_routes,
    class_answers,
    gradebook_pages,
    lti_pages,
    lti_setup_pages,
    pages,
)
from rolecall.workshop._headers import SECURITY_HEADERS, content_policy
from rolecall.workshop.access import Authenticator
from rolecall.workshop.database import Unavailable
from rolecall.workshop.hub import Hub, hub_of
from rolecall.workshop.live import LiveRooms
from rolecall.workshop.room_states import RoomStates
from rolecall.workshop.service import Service

_log = logging.getLogger(__name__)
_LONGEST_BODY = 256 * 1024
_PROBLEMS = 10
"""How many problems of a body are reported; 200 activities can have thousands."""


class _LimitAndHeaders:
    """Reject bodies that are too long before they are read, and add security headers to each response."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

        self._origins: list[str] | None = None
        self._ready: list[tuple[bytes, bytes]] = []

    def _headers(self) -> list[tuple[bytes, bytes]]:
        origins = self._service.platforms.origins
        if origins != self._origins:
            headers = {"Content-Security-Policy": content_policy(frames=origins), **SECURITY_HEADERS}
            self._ready = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
            self._origins = origins
        return self._ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = self._headers()
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > _LONGEST_BODY:
            response = PlainTextResponse("the body is too long", 413)
            response.raw_headers += headers
            await response(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > _LONGEST_BODY:
                # A request without Content-Length shows its length only while it is read.
                raise HTTPException(413, "the body is too long")
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [header for header in headers if header[0] not in given]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, counted, with_headers)


def create_app(service: Service, instructors: Collection[str] = ()) -> FastAPI:
    """Build the application of a service.

    Parameters
    ----------
    instructors
        The users and groups of JupyterHub that can open the dashboard.
    """
    hub: Hub | None = hub_of(instructors)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.close()

    app = FastAPI(
        title="Rolecall workshop",
        lifespan=lifespan,
        root_path=hub.prefix if hub is not None else "",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # The redirect would lead to the address that the caller's Host header names.
        redirect_slashes=False,
    )
    app.state.service, app.state.authenticator = service, Authenticator(service, hub)
    app.state.room_states, app.state.live_rooms = RoomStates(service), LiveRooms(service)
    app.state.class_grader = class_answers.ClassGrader(service)
    app.router.routes += [*api.plain_routes, *attempt_routes.plain_routes]
    app.include_router(api.router)
    app.include_router(attempt_routes.router)
    app.include_router(api.health_router)
    app.include_router(class_answers.router)
    app.include_router(pages.router)
    app.include_router(gradebook_pages.router)
    app.include_router(lti_pages.router)
    app.include_router(lti_setup_pages.router)
    static = StaticFiles(
        directory=Path(__file__).parent / "static", packages=[("rolecall.presentation", "static")]
    )
    app.mount("/static", static, name="static")
    app.add_middleware(_LimitAndHeaders, service=service)

    @app.exception_handler(Unavailable)
    async def _unavailable(request: Request, error: Unavailable) -> Response:
        detail = {"code": "unavailable", "text": f"the service cannot save now: {error}"}
        return JSONResponse({"detail": detail}, 503, {"Retry-After": "1"})

    @app.exception_handler(BadFile)
    async def _bad_file(request: Request, error: BadFile) -> Response:
        # The faults can quote the key of a question, so they are only in the log.
        _log.error("a file of the course has faults: %s", error)
        text = "a file of this course has faults; its author finds them with `rolecall check`"
        return JSONResponse({"detail": {"code": "bad-file", "text": text}}, 409)

    @app.exception_handler(NoCourse)
    async def _not_in_the_course(request: Request, error: NoCourse) -> Response:
        return await _http_error(request, HTTPException(404, str(error)))

    @app.exception_handler(DataError)
    async def _refused_by_database(request: Request, error: DataError) -> Response:
        return JSONResponse({"detail": {"code": "bad-input", "text": "a value can't be stored"}}, 400)

    @app.exception_handler(HTTPException)
    async def _http_error(request: Request, error: HTTPException) -> Response:
        root = request.scope.get("root_path", "")
        if error.status_code == 404 and root and request.scope["path"] == root:
            # JupyterHub's proxy also forwards the service's prefix without its slash.
            return RedirectResponse(f"{root}/", 307)
        # Under a Hub the path begins with the service's prefix.
        accepts = request.headers.get("Accept", "")
        accepts_page = "text/html" in accepts and "/api/" not in request.url.path
        if error.status_code == 401 and accepts_page:
            return RedirectResponse(request.scope.get("root_path", "") + "/login", 303)
        if accepts_page:
            title = "Not found" if error.status_code == 404 else "This didn't work"
            shown = {"title": title, "problem": error.detail}
            return pages.show(request, "problem.html", shown, error.status_code)
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _not_understood(request: Request, error: RequestValidationError) -> Response:
        # The response doesn't repeat what was sent.
        problems = [
            {"where": list(one["loc"]), "problem": one["msg"]} for one in error.errors()[:_PROBLEMS]
        ]
        return JSONResponse({"detail": problems}, 422)

    return app
