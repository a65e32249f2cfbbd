"""The service as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rolecall.workshop import api, lti_pages, pages
from rolecall.workshop.access import Doors
from rolecall.workshop.database import Unavailable
from rolecall.workshop.hub import Hub, hub_of
from rolecall.workshop.service import Service

_LONGEST_BODY = 256 * 1024
_HEADERS = {
    # Nothing of a page comes from elsewhere, and no other page shows it in a frame.
    "Content-Security-Policy": (
        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class _Guard:
    """Refuses bodies that are too long before they are read, and sends the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > _LONGEST_BODY:
            await PlainTextResponse("the body is too long", 413, _HEADERS)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > _LONGEST_BODY:
                # Without a length one knows only while reading.
                raise HTTPException(413, "the body is too long")
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name.lower().encode(), text.encode()) for name, text in _HEADERS.items()
                      if name.lower().encode() not in given),
                ]  # fmt: skip
            await send(message)

        await self._app(scope, counted, with_headers)


def create_app(service: Service, instructors: Collection[str] = ()) -> FastAPI:
    """The application of a service.

    Parameters
    ----------
    instructors
        Under JupyterHub: the users and groups that see the dashboard.
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
    )
    app.state.service, app.state.doors = service, Doors(service, hub)
    app.include_router(api.router)
    app.include_router(api.health_router)
    app.include_router(pages.router)
    app.include_router(lti_pages.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_middleware(_Guard)

    @app.exception_handler(Unavailable)
    async def _unavailable(request: Request, error: Unavailable) -> Response:
        told = {"code": "unavailable", "text": f"the service cannot save now: {error}"}
        return JSONResponse({"detail": told}, 503, {"Retry-After": "1"})

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> Response:
        # Under a Hub the path begins with the service's prefix.
        accepts = request.headers.get("Accept", "")
        wants_page = "text/html" in accepts and "/api/" not in request.url.path
        if error.status_code == 401 and wants_page:
            return RedirectResponse(request.scope.get("root_path", "") + "/login", 303)
        if wants_page:
            return PlainTextResponse(str(error.detail), error.status_code)
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _not_understood(request: Request, error: RequestValidationError) -> Response:
        # What was sent is not sent back.
        told = [{"where": list(one["loc"]), "problem": one["msg"]} for one in error.errors()]
        return JSONResponse({"detail": told}, 422)

    return app
