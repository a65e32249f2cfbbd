"""Ids that stay: a learner's progress hangs on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rolecall.check._findings import Finding, Severity
from rolecall.check._read import Read

LOCK = "ids.lock"
"""The file of a course that lists every id which was given out."""
_HEAD = "# Ids that learners' progress hangs on. `rolecall check --update-ids` writes this file.\n"


def ids_of(read: Read) -> list[str]:
    """Every id of a course: ``bank/question`` and ``task/task``."""
    questions = [f"{bank.name}/{one.id}" for bank in read.banks.values() for one in bank.questions]
    cards = [f"{bank.name}/{one.id}" for bank in read.banks.values() for one in bank.cards]
    tasks = [f"task/{task.id}" for tasks in read.tasks.values() for task in tasks]
    return sorted({*questions, *cards, *tasks})


def write_ids(read: Read) -> Path:
    """Writes the list."""
    file = read.course.folder / LOCK
    file.write_text(_HEAD + "".join(f"{one}\n" for one in ids_of(read)), encoding="utf-8")
    return file


def check_ids(read: Read) -> Iterator[Finding]:
    """Ids that are gone, and ids that are not on the list yet."""
    file = read.course.folder / LOCK
    if not file.is_file() or not read.whole:
        return
    now = set(ids_of(read))
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if line and not line.startswith("#") and line not in now:
            told = f"{line} is gone, and learners' progress with it; name it back, or rewrite this list"
            yield Finding(LOCK, number, 1, "lost-id", told, Severity.WARNING)
