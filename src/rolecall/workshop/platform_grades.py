"""Send grades to learning platforms: one queue, with a reason and the next try for each grade."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rolecall._yaml import BadFile
from rolecall.course import NoCourse
from rolecall.workshop.database import Database
from rolecall.workshop.grades import grade_of_attempt
from rolecall.workshop.lti import Platforms
from rolecall.workshop.lti_claims import LaunchError
from rolecall.workshop.platform_services import LineItem, PlatformProblem, Score
from rolecall.workshop.tables import Attempt, Person, PlatformLine

_log = logging.getLogger(__name__)
_AT_ONCE = 25
"""How many grades are sent before the thread looks for answers to grade again."""
_LONGEST_WAIT = timedelta(hours=6)
_MOST_DOUBLINGS = 30
_MOST_SILENCES = 2
"""After how many grades without any answer a platform gets no more in this round."""


@dataclass(frozen=True, slots=True)
class GradeQueue:
    """The grades that platforms don't have yet.

    Parameters
    ----------
    retry
        How long after the first failure a grade is sent again. Each further failure doubles the time.
    title
        Returns the title of an assessment, for the line items that are created.
    """

    database: Database
    platforms: Platforms
    retry: timedelta
    title: Callable[[str], str]

    def send(self, now: datetime, *, changed: bool) -> int:
        """Send each grade that is due, and note why one wasn't accepted, and when it's sent again.

        Parameters
        ----------
        changed
            Whether any answer was graded since the last call; if not, only grades in the queue are sent.

        Returns
        -------
        int
            How many grades were sent.
        """
        with self.database.read() as session:
            differing = _differing(session) if changed else []
        if differing:
            self.database.write(lambda session: _enqueue(session, differing, now)).result()
        with self.database.read() as session:
            due = select(PlatformLine).where(PlatformLine.again <= now).order_by(PlatformLine.again)
            waiting = [(one, _best(session, one)) for one in session.scalars(due.limit(_AT_ONCE))]
        silences: dict[str, list[str]] = {}
        sent = 0
        for line, best in waiting:
            outcome = _Outcome(line.sent, line.line)
            if best is not None and str(best) != line.sent:
                outcome = self._send_one(line, best, silences.setdefault(line.issuer, []))
                sent += not outcome.problem
            self.database.write(_save(line, outcome, now + self._wait(line.tries))).result()
        return sent

    def _send_one(self, line: PlatformLine, best: Score, silences: list[str]) -> _Outcome:
        if len(silences) >= _MOST_SILENCES:
            return _Outcome(line.sent, line.line, silences[-1])
        address = line.line
        try:
            platform = self.platforms.platform(line.issuer, line.client_id)
            if not address:
                item = LineItem(self._label(line.assessment), best.of, line.assessment, line.resource_link)
                address = self.platforms.services.find_or_create_line(platform, line.lineitems, item)
            self.platforms.services.send_score(platform, address, line.subject, best)
        except (PlatformProblem, LaunchError) as problem:
            if isinstance(problem, PlatformProblem) and problem.is_unreachable:
                silences.append(str(problem))
            _log.warning("the platform %s did not accept a grade: %s", line.issuer, problem)
            return _Outcome(line.sent, address, str(problem))
        except Exception as problem:
            # Whatever one platform answers, and however odd its address is, the others get their grades.
            _log.exception("a grade for the platform %s could not be sent", line.issuer)
            return _Outcome(line.sent, address, f"an unexpected error: {type(problem).__name__}")
        return _Outcome(str(best), address)

    def _label(self, assessment: str) -> str:
        try:
            return self.title(assessment)
        except (NoCourse, BadFile):
            return assessment

    def _wait(self, tries: int) -> timedelta:
        doubled: int = 2 ** min(tries, _MOST_DOUBLINGS)
        return min(self.retry * doubled, _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a line item has after a try; ``problem`` is empty if that is its grade."""

    sent: str
    line: str
    problem: str = ""


def _differing(session: Session) -> list[tuple[int, str]]:
    """Return the lines that lack a grade, and wait for nothing."""
    idle = select(PlatformLine).where(
        PlatformLine.again.is_(None), (PlatformLine.line != "") | (PlatformLine.lineitems != "")
    )
    return [
        (one.person_id, one.assessment)
        for one in session.scalars(idle)
        if (best := _best(session, one)) is not None and str(best) != one.sent
    ]


def _enqueue(session: Session, lines: list[tuple[int, str]], now: datetime) -> None:
    for key in lines:
        # A learner's data may have been deleted meanwhile.
        if (line := session.get(PlatformLine, key)) is not None:
            line.again, line.tries = now, 0


def _save(tried: PlatformLine, outcome: _Outcome, again: datetime) -> Callable[[Session], None]:
    """Save what came of a try, unless the row was deleted or changed meanwhile."""

    def save(session: Session) -> None:
        row = session.get(PlatformLine, (tried.person_id, tried.assessment))
        if row is None or (row.line, row.lineitems) != (tried.line, tried.lineitems):
            return
        row.sent, row.line = outcome.sent, outcome.line
        if row.again == tried.again:
            row.problem = outcome.problem
            row.again = again if outcome.problem else None
            row.tries = row.tries + 1 if outcome.problem else 0
        if outcome.line != tried.line:
            _share_line(session, tried, outcome.line)

    return save


def _share_line(session: Session, tried: PlatformLine, line: str) -> None:
    """Save a line item that was created with the grades of the other learners, who have the same one."""
    session.execute(
        update(PlatformLine)
        .where(
            PlatformLine.line == "",
            PlatformLine.lineitems == tried.lineitems,
            PlatformLine.assessment == tried.assessment,
        )
        .values(line=line)
    )


def send_again(
    session: Session, room: int, assessment: str, now: datetime, *, also_unchanged: bool = False
) -> None:
    """Put the grades of an assessment into the queue; those that the platforms have are not sent again.

    Parameters
    ----------
    also_unchanged
        Whether grades that the platforms accepted before are sent, too.
    """
    people = select(Person.id).where(Person.room_id == room)
    values = {"again": now, "tries": 0} | ({"sent": ""} if also_unchanged else {})
    session.execute(
        update(PlatformLine)
        .where(
            PlatformLine.assessment == assessment,
            PlatformLine.person_id.in_(people),
            (PlatformLine.line != "") | (PlatformLine.lineitems != ""),
        )
        .values(**values)
    )


def _best(session: Session, line: PlatformLine) -> Score | None:
    """Return the score of the best attempt that is graded, or ``None``."""
    attempts = session.scalars(
        select(Attempt).where(
            Attempt.person_id == line.person_id,
            Attempt.assessment == line.assessment,
            Attempt.submitted.is_not(None),
        )
    ).all()
    graded = [(one, grade_of_attempt(session, one)) for one in attempts]
    done = [
        Score(
            round(one.score, 4),
            one.of,
            complete=all(mark.state != "failed" for mark in one.marks),
            started=attempt.started,
            submitted=attempt.submitted,
        )
        for attempt, one in graded
        # Without a question that counts there is no grade to send.
        if one.marks and not one.waiting and one.of
    ]
    return max(done, key=lambda one: one.points / one.of, default=None)
