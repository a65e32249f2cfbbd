"""The learner's own copy of a course's notebooks.

Rolecall never overwrites what the learner changed. A manifest in the folder remembers which course was
copied, and what each notebook was then: an unchanged notebook follows the course, and an updated lesson is
written beside a changed one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rolecall.course._course import Course
from rolecall.course._find import packaged_course
from rolecall.course._manifest import MANIFEST, Manifest, read_manifest, write_manifest

HOME_PAGE = "index.ipynb"
"""The notebook with the home of the course or of a lesson."""


class CannotWrite(OSError):
    """The working folder can't be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of the course that was copied.

    Parameters
    ----------
    path
        Where the copy is, relative to the working folder.
    beside
        The learner's changed file that the copy was put beside, or None.
    """

    path: Path
    beside: Path | None = None


def is_working_copy(folder: Path) -> bool:
    """Return whether a folder is a learner's copy of a course."""
    return (folder / MANIFEST).is_file()


def copy_course(course: Course, folder: Path) -> list[CopiedFile]:
    """Bring a working folder up to date.

    Returns
    -------
    list of CopiedFile
        The files that were written.

    Raises
    ------
    CannotWrite
        If the folder can't be created or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = read_manifest(folder).files
        written = [
            copied for source, path in _files(course) if (copied := _place(source, path, folder, known))
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
    """List the files that a learner gets, each with its path in the working folder.

    Files with solutions, such as ``tasks.yaml``, are not copied.
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


def _place(source: Path, path: Path, folder: Path, known: dict[str, str]) -> CopiedFile | None:
    target, content = folder / path, source.read_bytes()
    digest = _digest(path, content)
    seen = known.get(path.as_posix())
    if target.exists():
        theirs = _digest(path, target.read_bytes())
        if digest in (seen, theirs):
            # The course has no news for this file, or the learner's file already has it.
            known[path.as_posix()] = digest
            return None
        known[path.as_posix()] = digest
        if theirs != seen:
            beside = _beside(target, content)
            return CopiedFile(beside.relative_to(folder), path) if beside else None
    known[path.as_posix()] = digest
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return CopiedFile(path)


def _beside(target: Path, content: bytes) -> Path | None:
    """Write an updated lesson beside the learner's; None if an earlier copy already has it."""
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


def _digest(path: Path, content: bytes) -> str:
    """Return a text that changes with a file, but not with the outputs of a home page."""
    if path.name == HOME_PAGE:
        # A file that isn't a notebook any more counts as it is.
        with contextlib.suppress(ValueError, TypeError, KeyError):
            content = _without_outputs(content)
    return hashlib.sha256(content).hexdigest()


def _without_outputs(content: bytes) -> bytes:
    cells = json.loads(content)["cells"]
    return json.dumps([(one["cell_type"], "".join(one["source"])) for one in cells]).encode()
