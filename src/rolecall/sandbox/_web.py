"""A small base for the sandbox's own HTTP services: routes, and errors as JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIEnvironment

from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

_LONGEST_BODY = 64 * 1024
_FAULT = "The sandbox failed. This is a fault of the sandbox, not of the request; its log has more."
_log = logging.getLogger(__name__)

View = Callable[[Request], Response]


class Body(BaseModel):
    """The JSON object that a request must have as its body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Body = TypeVar("_Body", bound=Body)


class WebService:
    """A WSGI application with a fixed set of routes.

    Parameters
    ----------
    routes
        Method, path, and the view that answers. A view takes the request and returns the response. It can
        raise an `HTTPException`.
    """

    def __init__(self, routes: Sequence[tuple[str, str, View]]) -> None:
        rules = [Rule(path, methods=[method], endpoint=view) for method, path, view in routes]
        self._routes = Map(rules, merge_slashes=False, strict_slashes=False)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = _LONGEST_BODY
        try:
            self.authenticate(request)
            view, _ = self._routes.bind_to_environ(environ).match()
            response = view(request)
        except HTTPException as error:
            response = self.error(error)
        except ConnectionError:
            # The server closes the connection without a response.
            raise
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            response = self.error(InternalServerError(_FAULT))
        answer: Iterable[bytes] = response(environ, start_response)
        return answer

    def authenticate(self, request: Request) -> None:
        """Raise `HTTPException` for a request that isn't from the owner; by default all are accepted."""

    def error(self, error: HTTPException) -> Response:
        """Make the response for an error; by default ``{"error": …}``."""
        return json_response({"error": error.description}, error.code or 500)


def json_response(content: Any, status: int = 200) -> Response:
    """Make a response of JSON."""
    return Response(json.dumps(content), status, content_type="application/json")


def read_body(request: Request, model: type[_Body]) -> _Body:
    """Read the JSON body of a request.

    Raises
    ------
    BadRequest
        With each field that is missing, unknown, or wrong, and what is wrong with it.
    """
    try:
        return model.model_validate_json(request.get_data() or b"{}")
    except ValidationError as error:
        raise BadRequest("; ".join(_problem(one) for one in error.errors())) from None


def query_number(request: Request, name: str, default: int) -> int:
    """Read a number from the query of a request.

    Raises
    ------
    BadRequest
        If it isn't a number of at most nine digits.
    """
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"{name} must be a number from 0 to 999999999, not {text!r}")
    return int(text)


def _problem(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    return f"{field}: {error['msg']}" if field else f"The body: {error['msg']}"
