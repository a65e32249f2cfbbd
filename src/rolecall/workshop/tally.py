"""Count a room's activities for the dashboard: each is read from the database once."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from rolecall.workshop.tables import ActivityRow

_STUCK = 3
_LATELY = timedelta(minutes=15)
# An activity gets its time before it is committed, and another service's clock may differ.
_OVERLAP = timedelta(seconds=10)
_SHOWN = 8
# A learner can report thousands of long answers to questions that no course has.
_MOST_QUESTIONS = 200
_LONGEST_ANSWER = 300


@dataclass(slots=True)
class LearnerTally:
    """What one learner has done.

    Parameters
    ----------
    answered, right
        The questions that the learner answered, and those answered right at least once.
    last, wrong
        The last question, and how often in a row the answer to it was wrong.
    """

    answered: set[str] = field(default_factory=set)
    right: set[str] = field(default_factory=set)
    last: str = ""
    wrong: int = 0

    @property
    def is_stuck(self) -> bool:
        """Whether the learner was wrong several times in a row."""
        return self.wrong >= _STUCK

    def add(self, question: str, *, correct: bool) -> None:
        """Count an answer."""
        self.answered.add(question)
        if correct:
            self.right.add(question)
        again = question == self.last
        self.last = question
        self.wrong = 0 if correct else self.wrong + 1 if again else 1


@dataclass(slots=True)
class _QuestionTally:
    """Each learner's first answer to a question."""

    learners: set[int] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    right_answers: set[str] = field(default_factory=set)
    right: int = 0

    def add(self, person: int, answer: str, *, correct: bool) -> None:
        if person in self.learners:
            return
        self.learners.add(person)
        self.answers[answer] += 1
        if correct:
            self.right += 1
            self.right_answers.add(answer)


class Tally:
    """The counters of a room's activities.

    Parameters
    ----------
    room
        The ID of the room.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._clear()

    def _clear(self) -> None:
        self._count = 0
        self._newest: datetime | None = None
        self._recent: dict[str, datetime] = {}
        self._learners: defaultdict[int, LearnerTally] = defaultdict(LearnerTally)
        self._questions: defaultdict[str, _QuestionTally] = defaultdict(_QuestionTally)
        self._misconceptions: deque[tuple[datetime, str]] = deque()

    def update(self, session: Session) -> None:
        """Count the activities that were added since the last call."""
        self._read(session)
        stored = session.scalar(
            select(func.count()).select_from(ActivityRow).where(ActivityRow.room_id == self._room)
        )
        if stored != self._count:
            # A learner's data were deleted, or an activity was committed very late.
            self._clear()
            self._read(session)

    def _read(self, session: Session) -> None:
        added = select(
            ActivityRow.key,
            ActivityRow.person_id,
            ActivityRow.at,
            ActivityRow.question,
            ActivityRow.answer,
            ActivityRow.correct,
            ActivityRow.misconception,
        ).where(ActivityRow.room_id == self._room)
        if self._newest is not None:
            added = added.where(ActivityRow.at > self._newest - _OVERLAP)
        for row in session.execute(added.order_by(ActivityRow.at)):
            if row.key not in self._recent:
                self._add(row)
        if self._newest is not None:
            oldest = self._newest - 2 * _OVERLAP
            self._recent = {key: at for key, at in self._recent.items() if at > oldest}

    def _add(self, row: Row[*tuple[Any, ...]]) -> None:
        self._count += 1
        self._recent[row.key] = row.at
        self._newest = row.at if self._newest is None else max(self._newest, row.at)
        self._learners[row.person_id].add(row.question, correct=row.correct)
        self._questions[row.question].add(row.person_id, row.answer, correct=row.correct)
        if row.misconception:
            self._misconceptions.append((row.at, row.misconception))

    def learner(self, person: int) -> LearnerTally:
        """Return what a learner has done."""
        return self._learners.get(person) or LearnerTally()

    def misconceptions(self, now: datetime) -> list[tuple[str, int]]:
        """Return the most frequent misconceptions of the last minutes."""
        while self._misconceptions and self._misconceptions[0][0] <= now - _LATELY:
            self._misconceptions.popleft()
        return Counter(name for _, name in self._misconceptions).most_common(5)

    def questions(self, revealed: set[str]) -> list[dict[str, Any]]:
        """Return each learner's first answer to each question; right answers are marked once revealed.

        These are the questions that most learners answered, and of a long answer its first characters.
        """
        by_learners = sorted(self._questions.items(), key=lambda each: -len(each[1].learners))
        shown = {name for name, _ in by_learners[:_MOST_QUESTIONS]}
        return [
            {
                "question": name,
                "answers": [
                    {
                        "answer": text if len(text) <= _LONGEST_ANSWER else f"{text[:_LONGEST_ANSWER]}…",
                        "count": count,
                        "right": text in one.right_answers if name in revealed else None,
                    }
                    for text, count in one.answers.most_common(_SHOWN)
                ],
                "answered": len(one.learners),
                "right": one.right if name in revealed else None,
                "revealed": name in revealed,
            }
            for name, one in self._questions.items()
            if name in shown
        ]
