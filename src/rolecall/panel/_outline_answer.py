"""What the panel shows, as its front end reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rolecall._yaml import BadFile
from rolecall.course import COURSE_PARTS, NoCourse, find_course
from rolecall.course.working_copy import is_working_copy
from rolecall.presentation.outline import Activity, LessonOutline, course_outline
from rolecall.progress import Store, StoreError

_COPY = "rolecall-course"
"""The folder that `rolecall lab` creates unless it is given another one."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ActivityAnswer(_Answer):
    """A notebook: its address in JupyterLab, and how far the learner is."""

    title: str
    description: str
    path: str
    state: Literal["new", "begun", "done"]
    minutes: int
    minutes_left: int
    steps: int
    steps_done: int
    cards_due: int


class LessonAnswer(_Answer):
    """A lesson with its notebooks."""

    title: str
    summary: str
    home: str
    minutes: int
    share_done: float
    cards_due: int
    activities: list[ActivityAnswer]


class OutlineAnswer(_Answer):
    """A course, or the problem that keeps it from being shown."""

    problem: str = ""
    lessons: list[LessonAnswer] = []
    cards_due: int = 0
    following: ActivityAnswer | None = None
    following_lesson: str = ""


def outline_answer(root: Path) -> OutlineAnswer:
    """Read the course in the folder that JupyterLab shows, and where the learner is.

    Parameters
    ----------
    root
        The folder that JupyterLab's file browser shows first.
    """
    place = _course_folder(root)
    if place is None:
        return OutlineAnswer(
            problem="No course is in this folder. Run `rolecall lab` in a terminal to get a copy of one."
        )
    folder, prefix = place
    store = Store()
    try:
        outline = course_outline(find_course(near=folder), folder, store)
    except (BadFile, NoCourse, StoreError) as error:
        return OutlineAnswer(problem=str(error))
    finally:
        store.close()
    following = outline.following
    return OutlineAnswer(
        lessons=[_lesson(one, prefix) for one in outline.lessons],
        cards_due=outline.cards_due,
        following=_activity(following[1], prefix) if following else None,
        following_lesson=following[0].title if following else "",
    )


def _course_folder(root: Path) -> tuple[Path, str] | None:
    """Find the folder that has the lessons' folders, and its path below the root."""
    if all((root / part).is_dir() for part in COURSE_PARTS):
        return root / "lessons", "lessons/"
    for prefix in ("", f"{_COPY}/"):
        if is_working_copy(root / prefix):
            return root / prefix, prefix
    return None


def _lesson(lesson: LessonOutline, prefix: str) -> LessonAnswer:
    return LessonAnswer(
        title=lesson.title,
        summary=lesson.summary,
        home=f"{prefix}{lesson.name}/index.ipynb",
        minutes=lesson.minutes,
        share_done=lesson.share_done,
        cards_due=lesson.cards_due,
        activities=[_activity(one, prefix) for one in lesson.activities],
    )


def _activity(activity: Activity, prefix: str) -> ActivityAnswer:
    return ActivityAnswer(
        title=activity.title,
        description=activity.description,
        path=f"{prefix}{activity.path}",
        state=activity.state,
        minutes=activity.minutes,
        minutes_left=activity.minutes_left,
        steps=activity.steps,
        steps_done=activity.steps_done,
        cards_due=activity.cards_due,
    )
