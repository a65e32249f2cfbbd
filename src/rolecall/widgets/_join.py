"""Joining a workshop: what is done here is seen there, and what the instructor asks is shown here."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from rolecall.lab.pace import set_open_lessons
from rolecall.widgets._card import CARD_CSS, CARD_ESM
from rolecall.widgets._service import (
    Access,
    Client,
    NoAnswerYet,
    Reporter,
    ServiceError,
    keep_access,
    known_access,
)

_BEAT = 3.0


class Workshop(anywidget.AnyWidget):
    """The room that one has joined: its timer, and the question that its instructor puts to all."""

    _esm = CARD_ESM
    _css: Path | str = CARD_CSS
    view = traitlets.Dict().tag(sync=True)
    saved = traitlets.Unicode("").tag(sync=True)

    def __init__(self, client: Client) -> None:
        self._client = client
        self._serial = 0
        self._answered: dict[int, str] = {}
        self._room: Mapping[str, Any] = client.ask("GET", "/api/room")
        super().__init__()
        self.on_msg(self._received)
        self._show()
        self.reporter = Reporter(client)
        threading.Thread(target=self._follow, name="rolecall-room", daemon=True).start()

    def _follow(self) -> None:
        pause = threading.Event()
        while not pause.wait(_BEAT):
            try:
                room = self._client.ask("GET", "/api/room")
            except NoAnswerYet:
                continue
            except ServiceError as problem:
                self._show(str(problem))
                return
            if room != self._room:
                self._room = room
                self._show()

    def _show(self, problem: str = "") -> None:
        self._serial += 1
        set_open_lessons(self._room["open_lessons"])
        room, pushes = self._room, self._room["pushes"]
        told = {
            "mode": "test",
            "title": room["room"],
            "problem": problem,
            "serial": self._serial,
            "standings": [],
        }
        if pushes and pushes[-1]["id"] not in self._answered:
            question = pushes[-1]["view"]
            self.view = {
                **told,
                **_time_left(room),
                "question": question,
                "summary": "Everybody is asked this now.",
            }
            return
        opened = room["open_lessons"]
        lines = [
            f"You are here as {room['name']}. What you answer in this notebook is seen by the instructor."
        ]
        if opened is not None:
            lines.append(f"Open now: {', '.join(opened)}.")
        if pushes:
            lines.append("Your answer to the question is there; the instructor shows the result.")
        self.view = {**told, "note": " ".join(lines), "summary": ""}

    def _received(self, widget: object, content: Any, buffers: object) -> None:
        match content:
            case {"do": "answer", "answer": given} if self._room["pushes"]:
                push = self._room["pushes"][-1]["id"]
                try:
                    self._client.ask("POST", f"/api/pushes/{push}", {"given": given})
                except ServiceError as problem:
                    self._show(str(problem))
                    return
                self._answered[push] = "sent"
                self._show()

    def __repr__(self) -> str:
        return f"{self._room['room']}: here as {self._room['name']}"


def _time_left(room: Mapping[str, Any]) -> dict[str, float]:
    if room["timer_until"] is None:
        return {}
    until = datetime.fromisoformat(room["timer_until"])
    return {"secondsLeft": max(0.0, (until - datetime.now(UTC)).total_seconds())}


def join(
    code: str | None = None, url: str | None = None, name: str | None = None, *, token: str | None = None
) -> Workshop:
    """Joins a workshop by the code on the wall; under JupyterHub neither code nor address is wanted.

    Examples
    --------
    ``join("D67VPG3E", "http://192.0.2.10:8765")``

    Parameters
    ----------
    name
        As the instructor sees it; by default the name of the account that runs the notebook.

    token
        In place of a code: what the page shows that a learning platform leads to.

    Raises
    ------
    ServiceError
        When the code opens nothing, or the service does not answer.
    """
    known = known_access()
    if code is not None:
        where = url or os.environ.get("ROLECALL_WORKSHOP_URL") or (known.url if known else None)
        if where is None:
            raise ServiceError("where is the workshop? Its address comes second: join(CODE, ADDRESS)")
        told = Client(where).ask("POST", "/api/join", {"code": code, "name": name or getuser()})
        known = Access(where, told["token"])
        keep_access(known)
    if token is not None and url is not None:
        known = Access(url, token)
        keep_access(known)
    if known is None:
        raise ServiceError("which workshop? Its code and its address are wanted: join(CODE, ADDRESS)")
    return Workshop(Client(known.url, known.token))
