"""Join a workshop: the instructor sees what you answer here, and you see what the instructor asks."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from getpass import getuser
from typing import Any

from rolecall._yaml import BadFile
from rolecall.course import NoCourse, find_course
from rolecall.lab.pace import set_open_lessons
from rolecall.widgets._card import Card
from rolecall.widgets._service import (
    URL_VARIABLE,
    Access,
    Client,
    NoAnswerYet,
    Reporter,
    ServiceError,
    keep_access,
    known_access,
)

_PAUSE = 1.0
"""Seconds between two requests for what the instructor does."""
_LONGEST_WAIT = 20
"""Seconds for which the service may wait for a change before it answers."""


class Workshop(Card):
    """The room of a workshop: its timer, and the question that its instructor asks the class.

    Parameters
    ----------
    client
        The connection to the workshop's service.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._given: dict[int, Any] = {}
        self._room: Mapping[str, Any] = client.ask("GET", "/api/room")
        super().__init__()
        self.reporter = Reporter(client)
        threading.Thread(target=self._follow, name="rolecall-room", daemon=True).start()

    def _follow(self) -> None:
        pause = threading.Event()
        while not pause.wait(_PAUSE):
            try:
                room = self._client.wait_for_change("/api/room", _LONGEST_WAIT)
            except NoAnswerYet:
                continue
            except ServiceError as problem:
                self._problem = str(problem)
                self._show()
                return
            if room is not None and room != self._room:
                self._room = room
                self._problem = ""
                self._show()

    def _view(self) -> Mapping[str, Any]:
        room = self._room
        set_open_lessons(room["open_lessons"])
        pushes = room["pushes"]
        common = {"mode": "test", "title": room["room"], "statuses": []}
        if pushes and (result := pushes[-1].get("result")):
            given = self._given.get(pushes[-1]["id"])
            return {
                **common,
                **_time_left(room),
                "question": {**pushes[-1]["view"], "given": given},
                "classResult": result,
                "summary": "The instructor asked the class.",
            }
        if pushes and pushes[-1]["id"] not in self._given:
            return {
                **common,
                **_time_left(room),
                "question": pushes[-1]["view"],
                "summary": "The instructor asks the class.",
            }
        lines = [f"You are here as {room['name']}. The instructor sees what you answer in this notebook."]
        if room["open_lessons"] is not None:
            lines.append(f"Open now: {', '.join(_titles(room['open_lessons']))}.")
        if pushes:
            lines.append(
                "Your answer is sent. You see the result when the instructor reveals it or the time is up."
            )
        return {**common, **_time_left(room), "note": " ".join(lines), "summary": ""}

    def _handle(self, message: dict[str, Any]) -> None:
        match message:
            case {"do": "answer", "answer": given} if self._room["pushes"]:
                push = self._room["pushes"][-1]["id"]
                try:
                    self._client.ask("POST", f"/api/pushes/{push}", {"given": given})
                except ServiceError as problem:
                    self._problem = str(problem)
                    return
                self._given[push] = given

    def __repr__(self) -> str:
        return f"{self._room['room']}: here as {self._room['name']}"


def _titles(lessons: list[str]) -> list[str]:
    """Return the titles of lessons; the service knows their names only."""
    try:
        known = {one.name: one.title for one in find_course().lessons()}
    except (BadFile, NoCourse):
        # The notebook isn't in a course.
        known = {}
    return [known.get(name, name) for name in lessons]


def _time_left(room: Mapping[str, Any]) -> dict[str, float]:
    if room["timer_until"] is None:
        return {}
    left = (datetime.fromisoformat(room["timer_until"]) - datetime.now(UTC)).total_seconds()
    # A clock that is over would report its end again and again.
    return {"secondsLeft": left} if left > 0 else {}


def join(
    code: str | None = None, url: str | None = None, name: str | None = None, *, token: str | None = None
) -> Workshop:
    """Join a workshop with the code that the instructor shows; in JupyterHub, without any argument.

    If you joined under this name before, you continue as the same learner.

    Parameters
    ----------
    code
        The code that the instructor shows, or the personal code that the instructor gave you, which graded
        assessments need.
    url
        The address of the workshop's service; by default that of the workshop you joined before.
    name
        The name that the instructor sees; by default that of the account that runs the notebook.
    token
        The token that the page of a learning platform shows, instead of a code.

    Raises
    ------
    ServiceError
        If no workshop has this code, or the service doesn't answer.

    Examples
    --------
    ``join("D67VPG3E", "http://192.0.2.10:8765")``
    """
    access = known_access()
    if code is not None:
        address = url or os.environ.get(URL_VARIABLE) or (access.url if access else None)
        if address is None:
            raise ServiceError("the workshop's address is missing: run join(CODE, ADDRESS)")
        # Running the cell again continues as the same person, with the same attempts.
        before = access.token if access is not None and access.url == address else ""
        response = Client(address, before).ask(
            "POST", "/api/join", {"code": code, "name": name or getuser()}
        )
        access = Access(address, response["token"])
        keep_access(access)
    if token is not None and url is not None:
        access = Access(url, token)
        keep_access(access)
    if access is None:
        raise ServiceError("the workshop's code and address are missing: run join(CODE, ADDRESS)")
    return Workshop(Client(access.url, access.token))
