"""The learner's own copy of a course's notebooks.

Rolecall never overwrites what the learner changed. A manifest in the folder remembers which course was
copied, and what each notebook was then: an unchanged notebook follows the course, and an updated lesson is
written beside a changed one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rolecall.course._course import Course
from rolecall.course._find import packaged_course
from rolecall.course._manifest import Manifest, read_manifest, write_manifest


class CannotWrite(OSError):
    """The working folder cannot be used; the text says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one file of the course.

    Parameters
    ----------
    path
        Where it is, below the working folder.
    beside
        The learner's changed copy that it was put beside, or None.
    """

    path: Path
    beside: Path | None = None


def copy_course(course: Course, folder: Path) -> list[Placed]:
    """Brings a working folder up to date; returns what was written.

    Raises
    ------
    CannotWrite
        When the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = read_manifest(folder).files
        written = [
            placed for source, path in _files(course) if (placed := _place(source, path, folder, known))
        ]
        own = course.folder.resolve() == packaged_course().resolve()
        remembered = None if own else str(course.folder.resolve())
        write_manifest(folder, Manifest(course=remembered, files=dict(sorted(known.items()))))
    except OSError as error:
        raise CannotWrite(
            f"{folder} cannot be written: {error.strerror or error}; name another folder with --dir"
        ) from None
    return written


def _files(course: Course) -> Iterator[tuple[Path, Path]]:
    """Every file of the lessons that is a learner's, with its path below the working folder.

    What an author writes beside them stays behind: it holds the solutions.
    """
    lessons = course.folder / "lessons"
    for source in sorted(lessons.rglob("*")):
        path = source.relative_to(lessons)
        hidden = any(part.startswith((".", "__")) or part == "solved" for part in path.parts)
        if (
            source.is_file()
            and not hidden
            and path.name not in ("lesson.yaml", "tasks.yaml", "conftest.py")
        ):
            yield source, path


def _place(source: Path, path: Path, folder: Path, known: dict[str, str]) -> Placed | None:
    target, content = folder / path, source.read_bytes()
    digest = _digest(content)
    seen = known.get(path.as_posix())
    if target.exists():
        theirs = _digest(target.read_bytes())
        if digest in (seen, theirs):
            # The course has nothing new, or the learner has just that.
            known[path.as_posix()] = digest
            return None
        known[path.as_posix()] = digest
        if theirs != seen:
            beside = _beside(target, content)
            return Placed(beside.relative_to(folder), path) if beside else None
    known[path.as_posix()] = digest
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return Placed(path)


def _beside(target: Path, content: bytes) -> Path | None:
    """Writes an updated lesson next to the learner's; None when it is there already."""
    number = 1
    while True:
        suffix = " (updated)" if number == 1 else f" (updated {number})"
        path = target.with_name(f"{target.stem}{suffix}{target.suffix}")
        if not path.exists():
            path.write_bytes(content)
            return path
        if path.read_bytes() == content:
            return None
        number += 1


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
