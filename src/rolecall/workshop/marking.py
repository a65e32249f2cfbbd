"""Marks: what waits is graded in the background, each by one process; regrading begins anew."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from rolecall.assessment import Drawn
from rolecall.workshop import attempts
from rolecall.workshop.clock import SteadyClock
from rolecall.workshop.database import Database, Unavailable
from rolecall.workshop.graders import Graders, NotGraded
from rolecall.workshop.receipts import Signer
from rolecall.workshop.rooms import audit
from rolecall.workshop.tables import Amendment, Answer, Attempt, Mark

_log = logging.getLogger(__name__)
_CLAIM = timedelta(seconds=150)
_TRIES = 2
_REST = 1.0


class Marker:
    """Hands in what is overdue, and grades what waits, until it is closed.

    Of several services on one database each takes what no other has claimed.

    Parameters
    ----------
    afterwards
        Is called whenever nothing waits any more, and told whether something was graded.
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
        # What was graded before this start may not have gone back.
        self._graded = threading.Event()
        self._graded.set()
        self._threads: list[threading.Thread] = []

    def start(self, workers: int) -> None:
        """Begins."""
        for number in range(workers):
            thread = threading.Thread(target=self._run, name=f"marker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Says that something waits."""
        self._wake.set()

    def close(self) -> None:
        """Stops once what is under way is done."""
        self._ended.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._hand_in()
                while not self._ended.is_set() and self.grade_one():
                    self._graded.set()
                if self._sending.acquire(blocking=False):
                    try:
                        changed = self._graded.is_set()
                        self._graded.clear()
                        self._afterwards(changed)
                    except Unavailable:
                        self._graded.set()
                        raise
                    finally:
                        self._sending.release()
            except Unavailable as problem:
                _log.warning("the database cannot be reached: %s", problem)
            self._wake.wait(_REST)
            self._wake.clear()

    def _hand_in(self) -> None:
        now = self._clock.now()

        def hand_in(session: Session) -> None:
            for attempt in attempts.overdue(session, now):
                attempts.submit(session, attempt, self._signer, now)

        with self._database.read() as session:
            some = attempts.is_any_overdue(session, now)
        if some:
            self._database.write(hand_in).result()

    def grade_one(self) -> bool:
        """Grades one answer that waits; False where none does."""
        claimed = self._claim()
        if claimed is None:
            return False
        attempt, place, drawn, answer, tries = claimed
        score, state, misconception, said = 0.0, "done", "", "[]"
        if answer:
            try:
                graded = self._graders.grade(drawn, answer)
                score, misconception = graded.score, graded.misconception
                said = json.dumps(graded.remarks, ensure_ascii=False)
            except NotGraded as problem:
                state = "failed" if tries >= _TRIES else "waiting"
                said = json.dumps([{"part": "", "right": False, "why": str(problem)}])
        values = {"score": score, "state": state, "misconception": misconception, "said": said}
        mine = (Mark.attempt_id == attempt) & (Mark.place == place)
        marked = update(Mark).where(mine).values(claimed_until=None, **values)
        self._database.write(lambda session: session.execute(marked)).result()
        return True

    def _claim(self) -> tuple[str, int, Drawn, str, int] | None:
        with self._database.read() as session:
            waits = session.scalar(select(Mark.place).where(_free(self._clock.now())).limit(1))
        return None if waits is None else self._database.write(self._claim_one).result()

    def _claim_one(self, session: Session) -> tuple[str, int, Drawn, str, int] | None:
        now = self._clock.now()
        chosen = session.execute(select(Mark.attempt_id, Mark.place).where(_free(now)).limit(1)).first()
        if chosen is None:
            return None
        mine = (Mark.attempt_id == chosen.attempt_id) & (Mark.place == chosen.place) & _free(now)
        taken = session.execute(
            update(Mark)
            .where(mine)
            .values(state="claimed", claimed_until=now + _CLAIM, tries=Mark.tries + 1)
            .returning(Mark.tries)
        ).first()
        if taken is None:
            # Another process was quicker; what else there is comes at the next turn.
            return None
        attempt = session.get_one(Attempt, chosen.attempt_id)
        answer = session.get(Answer, (chosen.attempt_id, chosen.place))
        drawn = Drawn(**attempt.paper[chosen.place])
        return attempt.id, chosen.place, drawn, answer.answer if answer else "", taken.tries


def _free(now: datetime) -> ColumnElement[bool]:
    """What waits, and what somebody claimed who did not come back."""
    return or_(Mark.state == "waiting", (Mark.state == "claimed") & (Mark.claimed_until < now))


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt's marks.

    Parameters
    ----------
    score, of
        Points: each question that counts is worth one.
    """

    attempt: str
    score: float
    of: int
    waiting: int
    marks: tuple[Mark, ...]
    dropped: frozenset[int]


def result(session: Session, attempt: Attempt) -> Result:
    """What an attempt is worth now; a dropped question counts for nobody."""
    marks = list(session.scalars(select(Mark).where(Mark.attempt_id == attempt.id).order_by(Mark.place)))
    gone = dropped(session, attempt.room_id, attempt.assessment)
    places = {place for place, one in enumerate(attempt.paper) if one["question"] in gone}
    counting = [one for one in marks if one.place not in places]
    return Result(
        attempt.id,
        sum(one.score for one in counting),
        len(attempt.paper) - len(places),
        sum(one.state in ("waiting", "claimed") for one in marks),
        tuple(marks),
        frozenset(places),
    )


def dropped(session: Session, room: int, assessment: str) -> set[str]:
    """The questions of an assessment that were dropped."""
    return set(
        session.scalars(
            select(Amendment.question).where(Amendment.room_id == room, Amendment.assessment == assessment)
        )
    )


def drop(session: Session, room: int, assessment: str, question: str, who: str, now: datetime) -> None:
    """Takes a question out of everybody's marks."""
    if question not in dropped(session, room, assessment):
        session.add(Amendment(room_id=room, assessment=assessment, question=question, at=now))
        audit(session, room, now, who, "question dropped", f"{assessment} {question}")


def regrade(session: Session, room: int, assessment: str, who: str, now: datetime) -> int:
    """Has every answer graded again, by the banks as they are now; gives how many."""
    handed_in = session.scalars(
        select(Attempt.id).where(
            Attempt.room_id == room, Attempt.assessment == assessment, Attempt.submitted.is_not(None)
        )
    ).all()
    changed = session.execute(
        update(Mark)
        .where(Mark.attempt_id.in_(handed_in))
        .values(state="waiting", claimed_until=None, tries=0)
        .returning(Mark.place)
    ).all()
    audit(session, room, now, who, "regraded", f"{assessment}: {len(changed)} answers")
    return len(changed)


def remarks_of(mark: Mark) -> list[dict[str, Any]]:
    """What is said of an answer's parts."""
    told: Any = json.loads(mark.said or "[]")
    return [one for one in told if isinstance(one, dict)]
