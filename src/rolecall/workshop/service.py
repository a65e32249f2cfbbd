"""Create the parts of the service once, for every route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import lru_cache
from typing import Any

import httpx
from sqlalchemy import func, select

from rolecall._yaml import BadFile
from rolecall.assessment import Assessment, Assessments, PaperItem, QuestionVersion, TaskVersion
from rolecall.course import Course
from rolecall.lab import Task
from rolecall.lab.server_judges import ServerJudges
from rolecall.presentation.question_card import (
    ReviewView,
    asked_view,
    revealed_view,
    review_view,
    task_review,
    task_view,
)
from rolecall.quiz import Bank, GradedAnswer, Question, Remark, variant
from rolecall.workshop import attempts
from rolecall.workshop._posix import require_posix
from rolecall.workshop.clock import SteadyClock
from rolecall.workshop.database import Database
from rolecall.workshop.graders import Graders
from rolecall.workshop.grades import AttemptGrade, remarks_of
from rolecall.workshop.lti import Platforms
from rolecall.workshop.marking import Marker
from rolecall.workshop.papers import Papers
from rolecall.workshop.platform_grades import GradeQueue
from rolecall.workshop.platform_members import ClassList, read_class_list
from rolecall.workshop.platform_registrations import PlatformFile, Registrations
from rolecall.workshop.privacy import delete_old
from rolecall.workshop.receipts import Signer
from rolecall.workshop.rooms import open_room
from rolecall.workshop.settings import Settings
from rolecall.workshop.tables import Answer, Attempt, AuditEntry, Mark, Room
from rolecall.workshop.versions import version_document


class Service:
    """A running service for one course.

    Parameters
    ----------
    name
        The room's name.
    http
        The client for learning platforms; by default one that waits 10 seconds.

    Attributes
    ----------
    instructor_token
        The token if the room is new; ``None`` otherwise, because it can't be shown again.
    stored_versions
        The digests of versions that this service has stored.
    papers
        What learners see of their papers.

    Raises
    ------
    NeedsPosix
        On Windows.
    Unavailable
        If the database cannot be reached.
    """

    def __init__(
        self, settings: Settings, course: Course, name: str, http: httpx.Client | None = None
    ) -> None:
        require_posix()
        self.settings, self.course = settings, course
        self.database = Database(settings.database_url)
        self.database.migrate()
        with self.database.session() as session:
            self.clock = SteadyClock(session.scalar(select(func.max(AuditEntry.at))))
            room, self.instructor_token = open_room(session, name, self.clock.now(), settings.join_hours)
            self.room: int = room.id
        self.assessments = Assessments(course)
        self.judges = ServerJudges(course.folder)
        self.signer = Signer(settings.data / "receipts.jwk")
        self.graders = Graders(course.folder, settings.graders)
        # A class that answers a question doesn't wait for hands-on tasks. The processes start when needed.
        self.class_graders = Graders(course.folder, settings.graders)
        file = PlatformFile(settings.platforms) if settings.platforms is not None else None
        self.registrations = Registrations(self.database, file)
        self.platforms = Platforms(self.registrations, settings.data / "lti.jwk", http)
        retry = timedelta(seconds=settings.grade_retry_seconds)
        self._grades = GradeQueue(self.database, self.platforms, retry, self._title)
        self.marker = Marker(self.database, self.graders, self.signer, self.clock, self._give_grades_back)
        self.stored_versions: set[str] = set()
        self._documents = lru_cache(maxsize=1024)(self._load_version)
        self._questions = lru_cache(maxsize=1024)(self._read_question)
        self._asked = lru_cache(maxsize=4096)(self._ask)
        self._viewed = lru_cache(maxsize=64)(self._view)
        self._revealed = lru_cache(maxsize=64)(self._reveal)
        self.papers = Papers(lambda item: self._view(item, self._changed(item)))

    def _give_grades_back(self, changed: bool) -> None:
        self._grades.send(self.clock.now(), changed=changed)

    def _title(self, assessment: str) -> str:
        return self.assessments.assessment(assessment).title

    def read_class_list(self) -> ClassList:
        """Add the learners of the learning platform's class list to the room.

        Raises
        ------
        PlatformProblem
            If no platform shows a class list.
        """
        return read_class_list(self.database, self.platforms, self.room, self.clock.now())

    def health(self) -> dict[str, Any]:
        """Check that the database answers and that answers are graded.

        Raises
        ------
        Unavailable
            If the database cannot be reached.
        """
        with self.database.read() as session:
            grading = self.marker.status(session, self.room)
        return {
            "status": "ok" if grading.is_working else "degraded",
            "grading": {
                "workers": grading.workers,
                "working": grading.working,
                "waiting": grading.waiting,
                "failed": grading.failed,
            },
        }

    def start(self) -> None:
        """Delete data that is kept no longer, and start to grade the answers that wait."""
        if self.settings.retention_days is not None:
            with self.database.session() as session:
                delete_old(session, self.room, self.clock.now(), self.settings.retention_days)
        self.marker.start(self.settings.graders)

    def close(self) -> None:
        """Stop the service, after the answers that are being graded."""
        self.marker.close()
        self.graders.close()
        self.class_graders.close()
        self.judges.close()
        self.database.close()

    def _load_version(self, version: str) -> str:
        with self.database.read() as session:
            return version_document(session, version)

    def _read_question(self, version: str) -> QuestionVersion | None:
        document = self._documents(version)
        return QuestionVersion.model_validate_json(document) if document else None

    def question(self, item: PaperItem) -> Question | None:
        """Return a question as its paper asks it; ``None`` for a task, or if its bank no longer has it."""
        return self._asked(item, self._changed(item))

    def task(self, item: PaperItem) -> TaskVersion | None:
        """Return a task as its paper asks it; ``None`` for a question, or if the task was removed."""
        if not item.is_task:
            return None
        document = self._documents(item.version) or self.assessments.version(item)
        return TaskVersion.model_validate_json(document) if document else None

    def _changed(self, item: PaperItem) -> tuple[int, ...]:
        # A version never changes; without one, the question is as its bank has it now.
        return () if item.version else self.assessments.changed()

    def _bank(self, item: PaperItem) -> Bank:
        version = self._questions(item.version)
        return version.bank if version is not None else self.assessments.bank(item.bank)

    def _ask(self, item: PaperItem, changed: tuple[int, ...]) -> Question | None:
        version = None if item.is_task else self._questions(item.version)
        if version is None:
            return self.assessments.question(item, self.judges)
        return variant(version.question, item.seed, self.judges)

    def view(self, item: PaperItem) -> dict[str, Any] | None:
        """Return what a learner sees of a question, without its key. The caller sets its place."""
        return self._viewed(item, self._changed(item))

    def revealed_view(self, item: PaperItem) -> dict[str, Any] | None:
        """Return what a class sees of a question once its answer is revealed."""
        return self._revealed(item, self._changed(item))

    def _reveal(self, item: PaperItem, changed: tuple[int, ...]) -> dict[str, Any] | None:
        question = self._asked(item, changed)
        return None if question is None else dict(revealed_view(self._bank(item), question, self.judges))

    def _view(self, item: PaperItem, changed: tuple[int, ...]) -> dict[str, Any] | None:
        version = self.task(item)
        if version is not None:
            return dict(task_view(version.task, self._skill(version.task)))
        question = self._asked(item, changed)
        return None if question is None else dict(asked_view(self._bank(item), question, 0, 1))

    def _skill(self, task: Task) -> str:
        banks = (self.assessments.bank(one.stem) for one in self.course.banks())
        return next((bank.skills[task.skill] for bank in banks if task.skill in bank.skills), "")

    def feedback(
        self,
        attempt: Attempt,
        assessment: Assessment,
        answers: Sequence[Answer],
        marked: AttemptGrade,
        *,
        others_work: bool,
    ) -> dict[str, Any]:
        """Return what the assessment's feedback policy shows a learner now.

        Parameters
        ----------
        others_work
            Whether an attempt of anyone at this assessment is open.
        """
        if attempt.submitted is None or assessment.feedback == "none":
            return {}
        # Answers that arrive within the grace period still count, and the paper may be the same for all.
        closes = assessment.closes
        is_over = closes is not None and self.clock.now() >= closes + attempts.GRACE and not others_work
        if assessment.feedback_when == "closed" and not is_over:
            return {"waits_for": "the end of the assessment"}
        if marked.waiting:
            return {"waits_for": "the grading"}
        counting = [mark for mark in marked.marks if mark.place not in marked.dropped]
        feedback: dict[str, Any] = {"score": round(marked.score, 4), "of": marked.of}
        if notes := [f"Question {mark.place + 1}: {mark.note}" for mark in counting if mark.note]:
            feedback["notes"] = notes
        if assessment.feedback == "full":
            given = {one.place: one.answer for one in answers}
            reviews = (self._review(attempt, mark, given.get(mark.place)) for mark in counting)
            feedback["review"] = [one for one in reviews if one is not None]
        return feedback

    def _review(self, attempt: Attempt, mark: Mark, given: str | None) -> ReviewView | None:
        """Show one answer with its mark, and the version of its question that graded it."""
        item = PaperItem(**attempt.paper[mark.place])
        document = self._documents(item.version)
        remarks = tuple(Remark(**one) for one in remarks_of(mark))
        if mark.note:
            remarks = (Remark("", mark.score == 1, mark.note), *remarks)
        try:
            if item.is_task:
                version, _ = self.assessments.gradable_task(item, document)
                return task_review(version.task, mark.score, [asdict(one) for one in remarks])
            asked = self.assessments.gradable_answer(item, document, given or "", self.judges)
        except (BadFile, ValueError):
            # The question was removed, or the instructor is editing its bank.
            return None
        graded = GradedAnswer(mark.score, given or "", remarks, None, mark.misconception)
        shown = graded if given is not None else None
        return review_view([(asked.question, shown)], self.judges)[0]

    def room_of(self, session: Any, room: int) -> Room:
        """Return a room by its ID."""
        found = session.get_one(Room, room)
        assert isinstance(found, Room)
        return found
