"""Banks and tasks that are read once, until their file changes: each home and the panel need them all."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from rolecall.lab import load_tasks
from rolecall.quiz import Bank, load_bank


def bank_of(file: Path) -> Bank:
    """Return the bank of a file.

    Raises
    ------
    BadFile
        If the bank has faults.
    """
    return _bank(file, file.stat().st_mtime_ns)


def task_ids(file: Path) -> frozenset[str]:
    """Return the IDs of the tasks of a file; none if there is no such file.

    Raises
    ------
    BadFile
        If the file has faults.
    """
    return _task_ids(file, file.stat().st_mtime_ns) if file.is_file() else frozenset()


@lru_cache(maxsize=64)
def _bank(file: Path, changed: int) -> Bank:
    return load_bank(file)


@lru_cache(maxsize=64)
def _task_ids(file: Path, changed: int) -> frozenset[str]:
    return frozenset(one.id for one in load_tasks(file))
