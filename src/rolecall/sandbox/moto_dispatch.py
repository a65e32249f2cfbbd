"""Call moto's response classes directly: Flask, which moto uses for that, takes as long as moto itself.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any
from wsgiref.types import WSGIEnvironment

import flask
from botocore.exceptions import ClientError
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as WerkzeugResponse

from rolecall.aws.wsgi_request import WsgiRequest
from rolecall.sandbox.moto_input import headers_for_moto
from rolecall.sandbox.responses import Response

# Headers whose addresses Flask encodes, and statuses for which it changes others.
_ADDRESSES = frozenset({"content-location", "location"})
_WITHOUT_BODY = frozenset({*range(100, 200), 204, 304})
_OWN_PAGES = ("/favicon.ico", "/latest/", "/moto-api")
_applications = DomainDispatcherApplication(create_backend_app)


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
    application = _find_application(environ)
    if environ["REQUEST_METHOD"] == "OPTIONS":
        # A browser sends these before other requests. Flask answers them for moto.
        return _with_flask(application, environ)
    try:
        response = _call(_find_view(application, environ), WsgiRequest.of(environ))
    except HTTPException as error:
        response = error.get_response(environ)
    if not isinstance(response, Response):
        body, status, headers = response.get_wsgi_response(environ)
        response = Response(int(status[:3]), tuple(headers), b"".join(body))
    return _for_origin(application, environ, response) if "HTTP_ORIGIN" in environ else response


def _find_application(environ: WSGIEnvironment) -> flask.Flask:
    """Find the application of a service; moto would answer some paths of buckets with other pages."""
    if environ["PATH_INFO"].startswith(_OWN_PAGES):
        environ = {**environ, "PATH_INFO": "/"}
    application: flask.Flask = _applications.get_application(environ)
    return application


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


def _call(view: Any, request: WsgiRequest) -> Response | WerkzeugResponse:
    """Do what `moto.core.utils.convert_to_flask_response` does, without Flask's contexts."""
    try:
        result = view.callback(request, request.raw_url, headers_for_moto(request.headers.items()))
    except ClientError as error:
        result = 400, {}, error.response["Error"]["Message"]
    status, headers, content = result if len(result) == 3 else (200, {}, result)
    if plain := _plain_response(status, headers, content, request.method):
        return plain
    response = flask.Response(content, status, headers)
    if request.method == "HEAD" and "content-length" in headers:
        response.headers["Content-Length"] = headers["content-length"]
    return response


def _plain_response(status: Any, headers: Any, content: Any, method: str) -> Response | None:
    """Make of texts what Flask makes of them; None if Flask has to make the response."""
    if type(status) is not int or status in _WITHOUT_BODY or method == "HEAD":
        return None
    if type(headers) is not dict or not isinstance(content, str | bytes):
        return None
    body = content.encode() if isinstance(content, str) else content
    sent: list[tuple[str, str]] = []
    missing_type = True
    for name, value in headers.items():
        text = str(value) if type(value) is int else value
        lower = name.lower()
        if type(text) is not str or not text.isprintable() or lower in _ADDRESSES:
            return None
        if lower != "content-length":
            sent.append((name, text))
        missing_type = missing_type and lower != "content-type"
    if missing_type:
        sent.append(("Content-Type", "text/html; charset=utf-8"))
    sent.append(("Content-Length", str(len(body))))
    return Response(status, tuple(sent), body)


def _for_origin(application: flask.Flask, environ: WSGIEnvironment, response: Response) -> Response:
    """Add the headers that let a page of another origin read a response; moto's server adds them too."""
    with application.request_context(environ):
        processed = application.process_response(flask.Response(headers=list(response.headers)))
    added = [
        (name, value)
        for name, value in processed.headers
        if name == "Vary" or name.startswith("Access-Control-")
    ]
    kept = [(name, value) for name, value in response.headers if (name, value) not in added]
    return replace(response, headers=(*kept, *added))


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
