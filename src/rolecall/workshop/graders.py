"""Processes that grade: one that hangs, crashes or floods is ended and costs its own submission alone."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rolecall.assessment import PaperItem

_LONGEST_LINE = 256 * 1024
_START = 60.0
# What a process that reads learners' texts need not know: passwords and keys of the service above all.
_KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT")


class NotGraded(RuntimeError):
    """A submission that could not be graded; the text says why."""


@dataclass(frozen=True, slots=True)
class Graded:
    """What an answer is worth, with what is said of its parts."""

    score: float
    misconception: str
    remarks: list[dict[str, Any]]


class Graders:
    """Some processes, each grading one submission at a time.

    Parameters
    ----------
    course
        The course's folder.
    patience
        Seconds that one submission may take.
    """

    def __init__(self, course: Path, count: int = 2, patience: float = 20.0) -> None:
        self._course, self._patience = course, patience
        # A grader ends with the thread that starts it, so that thread has to live as long as this object.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="graders")
        self._free: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def grade(self, drawn: PaperItem, answer: str) -> Graded:
        """Grades an answer.

        Raises
        ------
        NotGraded
            When it takes too long, breaks its process, or is no answer at all.
        """
        process = self._free.get()
        try:
            if process is None or not process.alive:
                process = self._starter.submit(_Process, self._course).result()
            # A task starts a sandbox.
            patience = self._patience * (3 if drawn.is_task else 1)
            came = process.ask(drawn.document() | {"answer": answer}, patience)
        except BaseException:
            # Whatever it was, the next answer gets a process whose state is known.
            if process is not None:
                process.end()
            process = None
            raise
        finally:
            self._free.put(process)
        if "problem" in came:
            raise NotGraded(came["problem"])
        return Graded(float(came["score"]), str(came["misconception"]), list(came["remarks"]))

    def close(self) -> None:
        """Ends the processes; whoever grades now finishes first."""
        for _ in range(self._free.qsize()):
            process = self._free.get()
            if process is not None:
                process.end()
        self._starter.shutdown()


class _Process:
    def __init__(self, course: Path) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rolecall.workshop._grader", str(course)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            # A group of its own, so that whatever it started ends with it.
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        assert self._process.stdout is not None
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        if self._line(_START) != "ready\n":
            self.end()
            raise NotGraded("the process that grades did not start")

    def _read(self, stream: IO[str]) -> None:
        while line := stream.readline(_LONGEST_LINE):
            self._lines.put(line)
        self._lines.put("")

    def _line(self, patience: float) -> str:
        try:
            return self._lines.get(timeout=patience)
        except queue.Empty:
            raise NotGraded(f"it took longer than {patience:g} seconds") from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, job: dict[str, Any], patience: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            print(json.dumps(job), file=self._process.stdin, flush=True)
        except OSError:
            raise NotGraded("the process that grades was gone") from None
        line = self._line(patience)
        if not line.endswith("\n"):
            raise NotGraded("it ended the process that graded it, or told too much")
        came = json.loads(line)
        assert isinstance(came, dict)
        return came

    def end(self) -> None:
        if self.alive:
            os.killpg(self._process.pid, 9)
        self._process.wait()
