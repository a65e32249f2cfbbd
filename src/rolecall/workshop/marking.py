"""Grade answers in the background."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from rolecall.assessment import PaperItem
from rolecall.workshop import attempts
from rolecall.workshop.clock import SteadyClock
from rolecall.workshop.database import Database, Unavailable
from rolecall.workshop.graders import Graders, GradingError
from rolecall.workshop.receipts import Signer
from rolecall.workshop.tables import Answer, Attempt, Mark
from rolecall.workshop.versions import version_document

_log = logging.getLogger(__name__)
_CLAIM = timedelta(seconds=150)
_TRIES = 2
_REST = 1.0
# A worker may start a process and wait for it as long as an answer is allowed to take.
_SILENT = 180.0


@dataclass(frozen=True, slots=True)
class GradingStatus:
    """Whether answers are being graded.

    Parameters
    ----------
    workers, working
        How many threads grade, and how many of them have shown a sign of life within the last minutes.
    waiting, failed
        How many answers of the room wait for a grade, and how many could not be graded.
    last_problem
        What went wrong last, for the instructor; empty if nothing has since the start.
    """

    workers: int
    working: int
    waiting: int
    failed: int
    last_problem: str

    @property
    def is_working(self) -> bool:
        """Whether every thread works."""
        return self.working == self.workers


@dataclass(frozen=True, slots=True)
class _Claim:
    """An answer that one worker grades now; ``tries`` counts this one.

    Parameters
    ----------
    until
        When another worker can grade it.
    """

    attempt: str
    place: int
    tries: int
    until: datetime


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What is written to a mark."""

    state: str
    score: float = 0.0
    misconception: str = ""
    remarks: Sequence[dict[str, Any]] = ()
    note: str = ""


class Marker:
    """Submit overdue attempts and grade the answers that wait, in separate threads.

    Several services can share one database: each grades only what no other has claimed. Whatever goes wrong
    with one answer is logged and counts against that answer alone; the threads go on.

    Parameters
    ----------
    afterwards
        Called when no answer waits any more, with whether any was graded since the last call.
    """

    def __init__(
        self,
        database: Database,
        graders: Graders,
        signer: Signer,
        clock: SteadyClock,
        afterwards: Callable[[bool], object] = lambda _: None,
    ) -> None:
        self._database, self._graders, self._signer, self._clock = database, graders, signer, clock
        self._afterwards = afterwards
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._sending = threading.Lock()
        # Grades from before this start may not have been sent.
        self._graded = threading.Event()
        self._graded.set()
        self._threads: list[threading.Thread] = []
        self._signs_of_life: dict[str, float] = {}
        self._last_problem = ""

    def start(self, workers: int) -> None:
        """Start the threads."""
        for number in range(workers):
            thread = threading.Thread(target=self._run, name=f"marker-{number}", daemon=True)
            self._signs_of_life[thread.name] = time.monotonic()
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Look for answers to grade now instead of within a second."""
        self._wake.set()

    def close(self) -> None:
        """Stop the threads; each finishes the answer that it grades."""
        self._ended.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def status(self, session: Session, room: int) -> GradingStatus:
        """Whether the threads work, and how many answers of a room wait or failed."""
        silent_since = time.monotonic() - _SILENT
        working = [
            thread
            for thread in self._threads
            if thread.is_alive() and self._signs_of_life[thread.name] > silent_since
        ]
        states = dict(
            session.execute(
                select(Mark.state, func.count())
                .join(Attempt, Attempt.id == Mark.attempt_id)
                .where(Attempt.room_id == room, Mark.state != "done")
                .group_by(Mark.state)
            ).all()
        )
        return GradingStatus(
            len(self._threads),
            len(working),
            states.get("waiting", 0) + states.get("claimed", 0),
            states.get("failed", 0),
            self._last_problem,
        )

    def _run(self) -> None:
        while not self._ended.is_set():
            for step in (self._submit_overdue, self._grade_waiting, self._send_grades):
                try:
                    step()
                except Unavailable as problem:
                    self._report(f"the database cannot be reached: {problem}")
                except Exception:
                    # Nothing that one round meets may end the thread: the next round tries again.
                    self._report("grading met an unexpected error and goes on", traceback=True)
            self._show_life()
            self._wake.wait(_REST)
            self._wake.clear()

    def _show_life(self) -> None:
        self._signs_of_life[threading.current_thread().name] = time.monotonic()

    def _report(self, problem: str, *, traceback: bool = False) -> None:
        self._last_problem = problem
        _log.log(logging.ERROR if traceback else logging.WARNING, problem, exc_info=traceback)

    def _submit_overdue(self) -> None:
        now = self._clock.now()
        with self._database.read() as session:
            overdue = attempts.overdue(session, now)
        for attempt in overdue:
            # A separate transaction for each: if one fails, the others are still submitted.
            try:
                self._database.write(partial(self._submit, attempt, now)).result()
            except Unavailable:
                raise
            except Exception:
                self._report(f"the overdue attempt {attempt} could not be submitted", traceback=True)

    def _submit(self, attempt: str, now: datetime, session: Session) -> None:
        # A second service may be submitting it; its learner, too.
        row = session.get_one(Attempt, attempt, with_for_update=True, populate_existing=True)
        attempts.submit(session, row, self._signer, now)

    def _grade_waiting(self) -> None:
        while not self._ended.is_set() and self.grade_one():
            self._graded.set()
            self._show_life()

    def _send_grades(self) -> None:
        if not self._sending.acquire(blocking=False):
            return
        changed = self._graded.is_set()
        self._graded.clear()
        try:
            self._afterwards(changed)
        except BaseException:
            if changed:
                self._graded.set()
            raise
        finally:
            self._sending.release()

    def grade_one(self) -> bool:
        """Grade one answer that waits; return False if none does."""
        claim = self._claim()
        if claim is None:
            return False
        try:
            outcome = self._grade(claim)
            self._write(claim, outcome)
        except Unavailable:
            # The claim expires, and then the answer is graded again.
            raise
        except Exception as problem:
            self._report(
                f"answer {claim.place} of attempt {claim.attempt} could not be graded (try {claim.tries} of"
                f" {_TRIES}): {type(problem).__name__}",
                traceback=True,
            )
            self._write(claim, _failure(claim, f"an internal error: {type(problem).__name__}"))
        return True

    def _grade(self, claim: _Claim) -> _Outcome:
        with self._database.read() as session:
            attempt = session.get_one(Attempt, claim.attempt)
            answer = session.get(Answer, (claim.attempt, claim.place))
            item = PaperItem(**attempt.paper[claim.place])
            text = answer.answer if answer else ""
            version = version_document(session, item.version) if text else ""
        if not text:
            return _Outcome("done")
        try:
            graded = self._graders.grade(item, text, version)
        except GradingError as problem:
            self._report(f"answer {claim.place} of attempt {claim.attempt} was not graded: {problem}")
            return _failure(claim, str(problem))
        return _Outcome("done", graded.score, graded.misconception, graded.remarks, graded.note)

    def _write(self, claim: _Claim, outcome: _Outcome) -> None:
        # The claim ends when it expires, or when the instructor has everything graded again meanwhile.
        has_claim = (Mark.state == "claimed") & (Mark.claimed_until == claim.until)
        change = (
            update(Mark)
            .where(Mark.attempt_id == claim.attempt, Mark.place == claim.place, has_claim)
            .values(
                claimed_until=None,
                state=outcome.state,
                score=outcome.score,
                misconception=outcome.misconception,
                said=_storable(json.dumps(list(outcome.remarks), ensure_ascii=False)),
                note=_storable(outcome.note),
            )
        )
        self._database.write(lambda session: session.execute(change)).result()

    def _claim(self) -> _Claim | None:
        with self._database.read() as session:
            waits = session.scalar(select(Mark.place).where(_free(self._clock.now())).limit(1))
        return None if waits is None else self._database.write(self._claim_one).result()

    def _claim_one(self, session: Session) -> _Claim | None:
        now = self._clock.now()
        # An answer that ended the whole service at each of its tries is not tried again after a restart.
        session.execute(
            update(Mark)
            .where(_free(now), Mark.tries >= _TRIES)
            .values(state="failed", claimed_until=None, said="", note=_not_graded("grading never ended"))
        )
        # One paper is finished after another, so that learners don't all wait until the end.
        in_order = select(Mark.attempt_id, Mark.place).order_by(Mark.attempt_id, Mark.place)
        chosen = session.execute(in_order.where(_free(now)).limit(1)).first()
        if chosen is None:
            return None
        mine = (Mark.attempt_id == chosen.attempt_id) & (Mark.place == chosen.place) & _free(now)
        until = now + _CLAIM
        taken = session.execute(
            update(Mark)
            .where(mine)
            .values(state="claimed", claimed_until=until, tries=Mark.tries + 1)
            .returning(Mark.tries)
        ).first()
        # Without a row another service was quicker; the next round finds what else there is.
        return None if taken is None else _Claim(chosen.attempt_id, chosen.place, taken.tries, until)


def _failure(claim: _Claim, problem: str) -> _Outcome:
    state = "failed" if claim.tries >= _TRIES else "waiting"
    return _Outcome(state, note=_not_graded(problem))


def _not_graded(problem: str) -> str:
    return f"This answer could not be graded: {problem}"


def _storable(text: str) -> str:
    """Replace lone surrogates, which a remark may quote from a learner's text and no database stores."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _free(now: datetime) -> ColumnElement[bool]:
    """Select marks that wait, and marks whose claim expired because the worker never finished."""
    return or_(Mark.state == "waiting", (Mark.state == "claimed") & (Mark.claimed_until < now))
