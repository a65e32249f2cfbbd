"""The list of a course's ids, which must stay because learners' progress refers to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse

LOCK = "ids.lock"
"""The file of a course that lists every id that learners may have."""
_HEAD = "# Ids that learners' progress refers to. `rolecall check --update-ids` writes this file.\n"


def ids_of(loaded: LoadedCourse) -> list[str]:
    """List every id of a course: ``BANK/QUESTION``, ``BANK/CARD``, and ``task/TASK``."""
    questions = [f"{bank.name}/{one.id}" for bank in loaded.banks.values() for one in bank.questions]
    cards = [f"{bank.name}/{one.id}" for bank in loaded.banks.values() for one in bank.cards]
    tasks = [f"task/{task.id}" for tasks in loaded.tasks.values() for task in tasks]
    return sorted({*questions, *cards, *tasks})


def write_ids(loaded: LoadedCourse) -> Path:
    """Write the list, and return its file."""
    file = loaded.folder / LOCK
    file.write_text(_HEAD + "".join(f"{one}\n" for one in ids_of(loaded)), encoding="utf-8")
    return file


def check_ids(loaded: LoadedCourse) -> Iterator[Finding]:
    """Find ids on the list that the course no longer has."""
    file = loaded.folder / LOCK
    if not file.is_file() or not loaded.whole:
        return
    now = set(ids_of(loaded))
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if line and not line.startswith("#") and line not in now:
            message = (
                f"the id {line} is gone, and learners' progress with it; restore it, or run --update-ids"
            )
            yield Finding(LOCK, number, 1, "lost-id", message, Severity.WARNING)
