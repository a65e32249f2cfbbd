"""Show the home of the course or of a lesson in a notebook."""

from __future__ import annotations

from pathlib import Path

from rolecall._yaml import did_you_mean
from rolecall.course import NoCourse, find_course, notebook_folder
from rolecall.presentation.home import Home
from rolecall.progress import Store


def home(lesson: str | None = None) -> Home:
    """Show the lessons of the course, or the notebooks of one lesson, with progress and what to do next.

    Parameters
    ----------
    lesson
        The lesson's name, such as "01-temporary-access"; None for all lessons.

    Raises
    ------
    NoCourse
        If the course has no such lesson.
    """
    course = find_course()
    names = [one.name for one in course.lessons()]
    if lesson is not None and lesson not in names:
        raise NoCourse(f"there is no lesson {lesson!r}{did_you_mean(lesson, names)}")
    return Home(course, lesson, Store(), learners_folder(names))


def learners_folder(lessons: list[str]) -> Path | None:
    """Find the folder of the learner's notebooks, which has a folder for each lesson."""
    here = notebook_folder()
    if here is None:
        return None
    return here if any((here / name).is_dir() for name in lessons) else here.parent
