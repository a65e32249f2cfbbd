"""Call moto's response classes directly: Flask, which moto uses for that, takes as long as moto itself.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from wsgiref.types import WSGIEnvironment

import flask
from botocore.exceptions import ClientError
from moto.core.request import EnvironHeaders
from moto.moto_server.werkzeug_app import BackendRequest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as WerkzeugResponse

from rolecall.sandbox.responses import Response

_applications = DomainDispatcherApplication(create_backend_app)


class _Headers(EnvironHeaders):  # type: ignore[misc]
    """The headers of a request, whose names are made once; moto lists them many times."""

    _listed: tuple[tuple[str, str], ...] | None = None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        if self._listed is None:
            self._listed = tuple(super().__iter__())
        return iter(self._listed)


class _Request(BackendRequest):  # type: ignore[misc]
    def __init__(self, environ: WSGIEnvironment) -> None:
        super().__init__(environ)
        self.headers = _Headers(environ)


def dispatch(environ: WSGIEnvironment) -> Response:
    """Let moto answer a request.

    Parameters
    ----------
    environ
        The request; the service is the one in its signature.

    Returns
    -------
    Response
        moto's response, whatever its status is.

    Raises
    ------
    NotImplementedError
        If moto lacks the operation.
    """
    application = _applications.get_application(environ)
    if environ["REQUEST_METHOD"] == "OPTIONS" or "HTTP_ORIGIN" in environ:
        # A script in a browser sends these. Flask answers them for moto.
        return _with_flask(application, environ)
    try:
        response = _call(_find_view(application, environ), _Request(environ))
    except HTTPException as error:
        response = error.get_response(environ)
    body, status, headers = response.get_wsgi_response(environ)
    return Response(int(status[:3]), tuple(headers), b"".join(body))


def _find_view(application: flask.Flask, environ: WSGIEnvironment) -> Any:
    """Find what answers a path; Flask would return a page in HTML where moto has nothing."""
    # WSGI has the bytes of a path as if they were Latin-1.
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    try:
        endpoint = _endpoint(application, environ["REQUEST_METHOD"], path)
    except RequestRedirect:
        # The address to which it redirects contains the host.
        endpoint, _ = application.url_map.bind_to_environ(environ).match()
    except (MethodNotAllowed, NotFound):
        raise NotImplementedError from None
    return application.view_functions[endpoint]


@lru_cache(maxsize=4096)
def _endpoint(application: flask.Flask, method: str, path: str) -> str:
    """Find the endpoint of a path. moto adds no rule once an application is created."""
    endpoint: str
    endpoint, _ = application.url_map.bind("localhost", path_info=path, default_method=method).match()
    return endpoint


def _call(view: Any, request: BackendRequest) -> WerkzeugResponse:
    """Do what `moto.core.utils.convert_to_flask_response` does, without Flask's contexts."""
    try:
        result = view.callback(request, request.raw_url, dict(request.headers.items()))
    except ClientError as error:
        result = 400, {}, error.response["Error"]["Message"]
    status, headers, content = result if len(result) == 3 else (200, {}, result)
    response = flask.Response(content, status, headers)
    if request.method == "HEAD" and "content-length" in headers:
        response.headers["Content-Length"] = headers["content-length"]
    return response


def _with_flask(application: flask.Flask, environ: WSGIEnvironment) -> Response:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        started.append((status, headers))

    chunks: Iterable[bytes] = application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    status, headers = started[-1]
    return Response(int(status[:3]), tuple(headers), body)
