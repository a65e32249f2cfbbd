"""Read requests, and write to the database, for routes that a whole class calls at the same time.

These are plain Starlette routes, because FastAPI's dependencies and its copies of the response take longer
than the work itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import HTTPException, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from sqlalchemy.orm import Session

from rolecall.workshop._input_limits import BadInput, check_storable
from rolecall.workshop.attempts import AttemptError
from rolecall.workshop.papers import to_json
from rolecall.workshop.rooms import DeletedPerson
from rolecall.workshop.service import Service

T = TypeVar("T")
_Model = TypeVar("_Model", bound=BaseModel)
_STATUS = {"no-attempt": 404, "no-answer": 422}
_MOST_FIELDS = 20
LONGEST_NAME = 200
LARGEST_NUMBER = 2**31 - 1
RowId = Annotated[int, Path(ge=0, le=LARGEST_NUMBER)]


class Body(BaseModel):
    """A request's body: only known fields, and only values that a database stores."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _check_storable(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) > _MOST_FIELDS:
            # Each unknown field would be a problem to report.
            raise HTTPException(400, {"code": "bad-input", "text": "the body has too many fields"})
        # One text that a database refuses would fail the commit that other requests share.
        try:
            check_storable(value)
        except BadInput as error:
            raise HTTPException(400, {"code": "bad-input", "text": str(error)}) from None
        return value


async def body_of(request: Request, model: type[_Model], longest: int | None = None) -> _Model:
    """Read the JSON of a request, with the same errors as a route of FastAPI.

    Parameters
    ----------
    longest
        How many bytes it may have, if that is less than the limit for all requests.

    Raises
    ------
    HTTPException
        With status 400 if it can't be read or stored, and 413 if it is too long.
    RequestValidationError
        If it isn't what the route takes.
    """
    body = await request.body()
    if longest is not None and len(body) > longest:
        raise HTTPException(413, "the body is too long")
    try:
        value = json.loads(body)
    except json.JSONDecodeError as error:
        problem = {"loc": ("body", error.pos), "msg": "JSON decode error"}
        raise RequestValidationError([problem]) from None
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body can't be read") from None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in problems]) from None


def path_name(request: Request, name: str) -> str:
    """Return a part of a request's path that names something in the database or the course.

    Raises
    ------
    RequestValidationError
        If no database can have it.
    """
    text = str(request.path_params[name])
    if len(text) > LONGEST_NAME or "\0" in text:
        raise RequestValidationError([{"loc": ("path", name), "msg": "not a name"}])
    return text


def path_number(request: Request, name: str) -> int:
    """Return a part of a request's path that is a number.

    Raises
    ------
    RequestValidationError
        If it isn't a number, or no database can have it.
    """
    text = str(request.path_params[name])
    is_short_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_NUMBER))
    if not is_short_number or int(text) > LARGEST_NUMBER:
        raise RequestValidationError(
            [{"loc": ("path", name), "msg": f"not a number up to {LARGEST_NUMBER}"}]
        )
    return int(text)


def json_response(value: object) -> Response:
    """Return a response with a value as JSON."""
    return Response(to_json(value).encode(), media_type="application/json")


async def write(service: Service, job: Callable[[Session], T]) -> T:
    """Run a job in a transaction, and wait until it is committed.

    Raises
    ------
    HTTPException
        If the job raises an `AttemptError`, or the caller's data were deleted.
    """
    try:
        return await asyncio.wrap_future(service.database.write(job))
    except DeletedPerson as error:
        raise HTTPException(401, str(error)) from None
    except AttemptError as error:
        raise HTTPException(
            _STATUS.get(error.code, 409), {"code": error.code, "text": str(error)}
        ) from None
