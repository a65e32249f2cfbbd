"""What notebooks show of a room: read once a second for all learners, and sent when it changes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
import zlib
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.orm import Session
from sse_starlette.sse import AppStatus

from rolecall.assessment import PaperItem
from rolecall.workshop.class_questions import class_result, is_revealed
from rolecall.workshop.rooms import pacing
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Push, Room

_FRESH = 1.0
"""Seconds for which a state is used; another process may have changed the room since."""
_LONGEST_WAIT = 25
# Python refuses to read thousands of digits.
_MOST_DIGITS = 6


def seconds_to_wait(preference: str) -> int:
    """Return how long a request waits for a change, by its ``Prefer: wait=SECONDS``; 0 without it."""
    name, _, seconds = preference.partition("=")
    if name != "wait" or not seconds.isdecimal() or len(seconds) > _MOST_DIGITS:
        return 0
    return min(int(seconds), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class RoomState:
    """The state of a room for all learners.

    Parameters
    ----------
    fields
        The state as JSON, without the learner's name.
    changed
        Set once there is a newer state that differs.
    """

    fields: bytes
    digest: str
    changed: asyncio.Event = field(default_factory=asyncio.Event, compare=False)

    def body(self, name: str) -> bytes:
        """Return the response for a learner."""
        return b'{"name": ' + json.dumps(name).encode() + b", " + self.fields[1:]

    def tag(self, name: str) -> str:
        """Return the entity tag of a learner's response.

        https://www.rfc-editor.org/rfc/rfc9110#name-etag
        """
        return f'"{self.digest}-{zlib.crc32(name.encode()):x}"'


class RoomStates:
    """The states of rooms, which all requests share."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._states: dict[int, tuple[float, int, RoomState]] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._changes: defaultdict[int, int] = defaultdict(int)
        self._waiting: defaultdict[int, int] = defaultdict(int)
        self._watchers: dict[int, asyncio.Task[None]] = {}

    async def state(self, room: int) -> RoomState:
        """Return the state of a room, at most a second old, and after each change by this process."""
        if (known := self._known(room)) is not None:
            return known
        async with self._locks[room]:
            if (known := self._known(room)) is not None:
                return known
            read_at, changes = time.monotonic(), self._changes[room]
            state = await run_in_threadpool(self._read, room)
            if room in self._states:
                before = self._states[room][2]
                if before == state:
                    state = before
                else:
                    before.changed.set()
            self._states[room] = (read_at, changes, state)
            return state

    def _known(self, room: int) -> RoomState | None:
        read_at, changes, state = self._states.get(room, (0.0, -1, None))
        is_fresh = time.monotonic() - read_at < _FRESH and changes == self._changes[room]
        return state if is_fresh else None

    def _read(self, room: int) -> RoomState:
        service = self._service
        with service.database.read() as session:
            row = session.get_one(Room, room)
            asked = session.scalars(select(Push).where(Push.room_id == room, Push.open)).all()
            pushes = [one for push in asked if (one := self._push(session, row, push)) is not None]
            fields = pacing(row, pushes) | {"assessments": service.assessments.names}
        text = json.dumps(fields).encode()
        return RoomState(text, hashlib.sha256(text).hexdigest()[:20])

    def _push(self, session: Session, room: Room, push: Push) -> dict[str, Any] | None:
        """Return a question for the class: without its key, or revealed and with the class's answers."""
        service, item = self._service, PaperItem(push.bank, push.question, 0)
        question = service.question(item)
        if question is None:
            return None
        if not is_revealed(room, push, service.clock.now()):
            return {"id": push.id, "view": service.view(item)}
        result = class_result(session, push, question)
        return {"id": push.id, "view": service.revealed_view(item), "result": result}

    async def change(self, room: int) -> None:
        """Read a room again, because this process changed it."""
        self._changes[room] += 1
        await self.state(room)

    async def wait_for_change(self, room: int, state: RoomState, seconds: float) -> RoomState:
        """Return the state that follows one, or the same after some seconds or when the service stops.

        Those who began to wait at the same time, as a class does after each change, ask again at different
        times: after half of the seconds at least.
        """
        self._waiting[room] += 1
        if room not in self._watchers or self._watchers[room].done():
            self._watchers[room] = asyncio.create_task(self._watch(room))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds * random.uniform(0.5, 1.0)):
                    await state.changed.wait()
        finally:
            self._waiting[room] -= 1
        return await self.state(room)

    async def _watch(self, room: int) -> None:
        """Look for changes by other processes while someone waits."""
        while self._waiting[room] and not AppStatus.should_exit:
            await asyncio.sleep(_FRESH)
            with suppress(Exception):
                await self.state(room)
        if room in self._states:
            self._states[room][2].changed.set()
            del self._states[room]
