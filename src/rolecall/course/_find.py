"""Find the course that a command or a notebook works with.

Rolecall uses the course that ``--course`` or the variable ``ROLECALL_COURSE`` names; otherwise the
nearest course, searched upward from the current folder and then from the notebook, where a learner's copy
counts as the course that it was copied from; otherwise the course that comes with Rolecall.
"""

from __future__ import annotations

import os
from pathlib import Path

from rolecall.course._course import COURSE_PARTS, Course, NoCourse
from rolecall.course._manifest import MANIFEST, read_manifest

COURSE_VARIABLE = "ROLECALL_COURSE"
"""The environment variable that names the course, as ``--course`` does."""


def find_course(folder: Path | str | None = None, *, near: Path | None = None) -> Course:
    """Find the course by the rule at the top of this module.

    Parameters
    ----------
    folder
        The course's folder, if the caller was given one.
    near
        Where to search before the current folder, such as the folder of the learner's copy.

    Returns
    -------
    Course
        The course, with its folder as an absolute path.

    Raises
    ------
    NoCourse
        If the named folder holds no course, or if the course of a learner's copy is gone.
    """
    if named := folder or os.environ.get(COURSE_VARIABLE):
        return _open(Path(named))
    for start in (near, Path.cwd(), notebook_folder()):
        if start is not None and (found := _nearest(start.resolve())) is not None:
            return found
    return Course(packaged_course())


def notebook_folder() -> Path | None:
    """Return the folder of the notebook that this kernel runs, if Jupyter says which one it is."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    return path.parent if path.suffix == ".ipynb" and path.parent.is_dir() else None


def packaged_course() -> Path:
    """Return the folder of the course that comes with Rolecall.

    A wheel carries the course. An editable install reads it from the repository.
    """
    package = Path(__file__).resolve().parents[1]
    carried = package / "_course"
    return carried if carried.is_dir() else package.parents[1]


def _nearest(start: Path) -> Course | None:
    for folder in (start, *start.parents):
        if not _missing(folder):
            return Course(folder)
        if (folder / MANIFEST).is_file():
            return _course_of_copy(folder)
    return None


def _course_of_copy(folder: Path) -> Course:
    remembered = read_manifest(folder).course
    if remembered is None:
        return Course(packaged_course())
    if _missing(Path(remembered)):
        raise NoCourse(
            f"{folder} is a copy of the course in {remembered}, which is no longer there. "
            f"Run `rolecall lab --course FOLDER --dir {folder}` to say where the course is now."
        )
    return Course(Path(remembered))


def _open(folder: Path) -> Course:
    if missing := _missing(folder):
        raise NoCourse(
            f"{folder} holds no course: it lacks {', '.join(f'{part}/' for part in missing)}; "
            "a course is a folder with lessons/, quizzes/ and sandbox/"
        )
    return Course(folder.resolve())


def _missing(folder: Path) -> list[str]:
    return [part for part in COURSE_PARTS if not (folder / part).is_dir()]
